#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "rollmill/core/task.h"
#include "rollmill/ports/controller_link.h"
#include "rollmill/ports/task_output.h"

namespace rollmill::agent {

/// Sends kept output to the controller, a few parts of each request at a time, so that the loop
/// stays free. THREAD: loop.
class LogPump {
 public:
  /// `runs` says whether a task may still print.
  LogPump(ports::TaskOutput& output, ports::ControllerLink& link,
          std::function<bool(const core::TaskKey&)> runs);

  void want(std::uint64_t request, const core::TaskKey& key, bool follow);
  void cancel(std::uint64_t request);
  void cancel_all();
  /// Sends what there is; requests that are served to the end are forgotten.
  void pump();
  bool idle() const { return wanted_.empty(); }

 private:
  struct Wanted {
    core::TaskKey key;
    bool follow = false;
    ports::OutputPosition position;
  };
  /// False when the request is served.
  bool serve(std::uint64_t request, Wanted& wanted);

  ports::TaskOutput& output_;
  ports::ControllerLink& link_;
  const std::function<bool(const core::TaskKey&)> runs_;
  std::map<std::uint64_t, Wanted> wanted_;
};

}  // namespace rollmill::agent
