#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/policy.h"
#include "rollmill/core/release.h"

namespace rollmill::sim {

/// What a deployment is made of. The schema host is the fleet's own.
struct Layout {
  core::Fleet fleet;
  core::ReleaseNumber release{35, 0};  ///< Runs everywhere at the beginning.
  /// By role; a role that is absent has `core::Budget{}`. What promise 1 is judged by.
  std::map<std::string, core::Budget> budgets;
  std::size_t nodes_per_group = 6;    ///< Of each conductor_group.
  bool balancer = true;               ///< APIs stand behind one.
  bool conductors_read_rows = false;  ///< Conductor hosts have a schema driver, too.
  bool traffic = true;                ///< Clients are there.
  /// They ask for work also where a conductor is leaving; nodes may fail by that (LAB.md 7.2).
  bool rough_clients = false;
  base::Duration traffic_every{std::chrono::seconds{45}};  ///< Between two rounds of requests.
  base::Duration ring_reset{std::chrono::seconds{15}};     ///< hash_ring_reset_interval.
};

}  // namespace rollmill::sim
