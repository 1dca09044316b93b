#include "apps/crash/host.h"

namespace rollmill::apps::crash {

std::shared_ptr<drivers::TaskCommands> with_points(
    std::shared_ptr<drivers::TaskCommands> commands) {
  return commands;
}

HostDrivers with_points(HostDrivers drivers) { return drivers; }

}  // namespace rollmill::apps::crash
