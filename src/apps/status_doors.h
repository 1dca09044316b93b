#pragma once

#include <memory>

#include "apps/log.h"
#include "config/controller_config.h"
#include "rollmill/ports/control.h"

namespace rollmill::apps {

/// The status endpoint and the built-in prober of a controller.
class StatusDoors {
 public:
  StatusDoors(const config::ControllerConfig& config, ports::Control& control, LogLine log);
  ~StatusDoors();
  StatusDoors(const StatusDoors&) = delete;
  StatusDoors& operator=(const StatusDoors&) = delete;

  base::Status start();
  /// The loop must still run. THREAD: any but the loop.
  void stop();

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace rollmill::apps
