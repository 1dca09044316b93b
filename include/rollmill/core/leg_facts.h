#pragma once

#include <memory>
#include <string>

#include "rollmill/core/plan.h"

/// Facts of an upgrade that turns round (docs/adr/0008-legs.md); part of FactBody in fact.h.
namespace rollmill::core {

/// From here on it goes the other way. No task is sent until those in flight have ended; approvals
/// given before count no more. `by` empty: the policy's `on_failure`.
struct DirectionTurned {
  Direction direction = Direction::Back;
  std::string by;
  std::string reason;
};
/// The plan has grown by what the new direction asks for. Everything of earlier legs that was not
/// done is left.
struct PlanExtended {
  std::shared_ptr<const Plan> plan;  ///< Never null; begins with the plan so far.
};
/// The host is left out of the rest of the way back; a person sees to it by hand. Its services
/// count as away.
struct HostQuarantined {
  base::HostIndex host;
  std::string by;
  std::string reason;
};
/// Final: every service is of A again and nothing of ours is left; but for hosts in quarantine.
struct UpgradeRolledBack {};

}  // namespace rollmill::core
