#pragma once

#include <memory>

#include "apps/host_drivers.h"

namespace rollmill::apps::crash {

/// The same drivers, with the places `effect-before`, `effect-during` and `effect-after` around
/// everything that changes the host: each command run for its effect, start and stop of a service,
/// the drop-in, the balancer, the agent's own small files. In a build without crash points: what it
/// was given.
std::shared_ptr<drivers::TaskCommands> with_points(std::shared_ptr<drivers::TaskCommands> commands);
HostDrivers with_points(HostDrivers drivers);

}  // namespace rollmill::apps::crash
