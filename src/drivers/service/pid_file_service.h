#pragma once

#include <memory>
#include <string>

#include "drivers/drivers.h"

namespace rollmill::drivers {

/// The pid file driver over any process table.
std::shared_ptr<ports::ServiceDriver> make_pid_file_service_on(PidFileOptions options,
                                                               SharedCommands commands, Pace pace,
                                                               const std::string& process_folder);

}  // namespace rollmill::drivers
