#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "agent/pacer.h"
#include "rollmill/core/task.h"
#include "rollmill/ports/host.h"
#include "rollmill/ports/task_output.h"

namespace rollmill::agent {

/// Where one run of one task waits: knows its time limit and whether it was cancelled, and tells
/// the loop why it waits, when that changes and not more than once a second for the same code.
/// THREAD: task, except where said.
class TaskContext : public ports::Waiting {
 public:
  /// Takes the cause to the loop; called on the task thread.
  using Tell = std::function<void(const core::TaskWaiting&)>;

  TaskContext(Pacer& pacer, ports::TaskOutput& output, base::Duration time_limit, Tell tell);

  /// The task gives up at its next safe point. THREAD: any.
  void cancel();
  base::TimePoint started_at() const { return started_at_; }

  base::TimePoint now() const override { return pacer_.now(); }
  bool pause(base::Duration duration) override;
  void waits(const std::string& code, const std::string& reason) override;
  void say(const std::string& line) override { output_.say(line); }

 private:
  void tell_now();

  Pacer& pacer_;
  ports::TaskOutput& output_;
  const Tell tell_;
  const base::TimePoint started_at_;
  const base::TimePoint limit_;
  std::atomic<bool> cancelled_ = false;
  core::TaskWaiting cause_;
  bool untold_ = false;
  base::TimePoint told_at_{};
};

}  // namespace rollmill::agent
