#pragma once

#include <string>
#include <vector>

#include "rollmill/core/plan.h"

namespace rollmill::core {

/// One precondition or probe of the sequence. The catalogue is normative: agents and core may use
/// only its ids, `docs/operating.md` explains each, and tests hold the three together.
struct CheckInfo {
  const char* id;            ///< "preflight.one-old-release"
  PhaseKind phase;           ///< Where it is first used.
  const char* meaning;       ///< What must hold, in one sentence.
  const char* blocked_code;  ///< What the upgrade shows when it does not hold.
  /// Policy may waive it, with a reason; never one that guards a promise.
  bool waivable = false;
};

/// Seconds by which a conductor has to answer longer than an API asks it. A stopping one rounds
/// what is left of `hash_ring_reset_interval` down to whole seconds (35.0 and 39.0:
/// conductor/rpc_service.py, `stop`), so up to one is missing, and one more while it lets its
/// periodic tasks end: APIs still send to a port that is closed.
inline constexpr int kRingMarginSeconds = 2;

const std::vector<CheckInfo>& check_catalogue();
const CheckInfo* find_check(const std::string& id);

/// The judgement that needs the whole fleet: one old release, no unknown conductor, redundancy per
/// group and hardware type, clocks, stop times. Uses what every host's Inspect reported.
/// All failures at once; cost grows with the fleet, run once per preflight.
std::vector<CheckResult> judge_preflight(const Profile& profile, const Plan& plan,
                                         const FleetFacts& facts);

/// The gate's judgement: everything is B and pinned, no old process, no unknown conductor.
std::vector<CheckResult> judge_gate(const Plan& plan, const FleetFacts& facts);

}  // namespace rollmill::core
