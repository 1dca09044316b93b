#pragma once

#include <memory>
#include <string>

#include "drivers/drivers.h"
#include "drivers/service/unit_manager.h"

namespace rollmill::drivers {

/// The systemd driver over any manager, clock and process table.
std::shared_ptr<ports::ServiceDriver> make_systemd_service_on(SystemdOptions options,
                                                              std::shared_ptr<UnitManager> manager,
                                                              Pace pace,
                                                              const std::string& process_folder);

}  // namespace rollmill::drivers
