#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "rollmill/base/time.h"

namespace rollmill::core {

/// How many services of one role and domain may be down by our hand at once. Both hold.
struct Budget {
  std::uint32_t max_unavailable = 1;  ///< At least 1.
  std::uint32_t min_available = 1;    ///< 0 accepts an outage of the role in that domain.
  bool operator==(const Budget&) const = default;
};

/// What to do when a conductor is still busy at its quiet deadline.
enum class BusyPolicy {
  Fail,  ///< The step fails; the upgrade pauses and names the nodes. The default.
  GoOn,  ///< Stop it all the same and name the nodes whose work may die.
};

/// What the first failure of a service's turn does while there is a way back.
enum class OnFailure {
  Pause,     ///< Stop sending; a person decides. The default.
  Rollback,  ///< Turn round at once. Only from phases that touch services: pin, conductors, API.
};

/// Longest time a step of one kind may take before it counts as failed.
struct Deadlines {
  base::Duration inspect{std::chrono::minutes{5}};
  base::Duration stage{std::chrono::minutes{15}};
  base::Duration install{std::chrono::minutes{15}};
  base::Duration schema{std::chrono::hours{2}};   ///< Expand, status checks.
  base::Duration migrate{std::chrono::hours{12}}; ///< The whole of contract.
  base::Duration configure{std::chrono::minutes{2}};
  base::Duration quiet{std::chrono::minutes{30}}; ///< Drain: work-aware wait before a stop.
  base::Duration stop{std::chrono::minutes{5}};
  base::Duration start{std::chrono::minutes{5}};
  base::Duration probe{std::chrono::minutes{5}};
  base::Duration agent_lost{std::chrono::minutes{10}};  ///< Wait for an agent that is away.
  base::Duration approval{std::chrono::hours{168}};     ///< Wait for an approval at a gate.
  bool operator==(const Deadlines&) const = default;
};

/// How careful an upgrade is. Part of the plan and of its hash.
struct Policy {
  std::map<std::string, Budget> budgets;  ///< By role; a role that is absent has `Budget{}`.
  std::uint32_t canary = 1;               ///< Services in the first wave of a role; 0: no canary.
  std::uint32_t max_wave = 0;             ///< Largest wave; 0: as many as are left.
  base::Duration soak{std::chrono::seconds{10}};  ///< Watch after each wave.
  std::uint32_t max_attempts = 2;         ///< Of one step, the first included; 1 to 10.
  base::Duration retry_delay{std::chrono::seconds{5}};
  std::uint32_t failures_tolerated = 0;         ///< Failed services in the whole upgrade.
  std::uint32_t failures_tolerated_domain = 0;  ///< Failed services in one role and domain.
  BusyPolicy busy = BusyPolicy::Fail;
  OnFailure on_failure = OnFailure::Pause;  ///< When more failed than is tolerated.
  Deadlines deadlines;
  /// Temporary settings of the window, written beside the pin and removed at the end.
  base::Duration window_drain{std::chrono::minutes{15}};
  base::Duration window_heartbeat{std::chrono::minutes{10}};
  std::uint32_t migrate_batch = 1000;     ///< `--max-count` of one contract batch.
  base::Duration migrate_pause{std::chrono::seconds{1}};  ///< Between two batches.
  bool allow_unsupported_hop = false;     ///< Named override of the hop check.
  /// Preflight and gate checks that may fail, with the operator's reason. Checks that guard a
  /// promise cannot be waived; make_plan() refuses them by name.
  std::map<std::string, std::string> waived_checks;
  std::string backup_reference;           ///< What the operator attests as the database backup.
  base::Duration max_clock_skew{std::chrono::seconds{5}};
  bool operator==(const Policy&) const = default;
};

}  // namespace rollmill::core
