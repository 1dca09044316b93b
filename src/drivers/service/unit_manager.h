#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::drivers {

/// The part of systemd that the service driver talks to; a fake stands here in tests.
/// THREAD: task.
class UnitManager {
 public:
  virtual ~UnitManager() = default;
  struct Unit {
    std::string load_state;       ///< "loaded", "not-found", "masked"
    std::string active_state;     ///< "active", "inactive", "failed", "deactivating", ...
    std::string result;           ///< Of the last run: "success", "timeout", "exit-code"
    std::int64_t main_pid = 0;    ///< 0: none.
    std::uint32_t restarts = 0;   ///< By systemd itself, since the last start by a person.
    base::Duration stop_limit{};  ///< TimeoutStopSec; 0: infinity.
    std::string control_group;    ///< "/system.slice/ironic-conductor.service", or empty.
  };
  virtual base::Result<Unit> unit(const std::string& name) = 0;
  /// Queue a job, wait for its end at most `limit`, and give its result: "done", "failed",
  /// "timeout", "canceled", ... DeadlineExceeded when it is not over by then.
  virtual base::Result<std::string> start(const std::string& name, base::Duration limit) = 0;
  virtual base::Result<std::string> stop(const std::string& name, base::Duration limit) = 0;
  /// Forget failed starts, which would count against the unit's start limit.
  virtual base::Status reset_failed(const std::string& name) = 0;
  /// Read all unit files anew.
  virtual base::Status reload() = 0;
};

/// The real one, over libsystemd.so.0, opened at the first call. Unavailable where the library or
/// systemd is not there.
std::shared_ptr<UnitManager> make_sd_bus_manager();

}  // namespace rollmill::drivers
