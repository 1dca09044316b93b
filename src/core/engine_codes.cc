#include "core/blocked_tables.h"

#include <iterator>

namespace rollmill::core {
namespace {

// clang-format off
constexpr BlockedInfo kCodes[] = {
  {"PAUSED_BY_OPERATOR",
   "A person has paused the upgrade.",
   "operator",
   "rollmill upgrade resume {upgrade}"},
  {"PREFLIGHT_FAILED",
   "The preflight found something that must be repaired before anything is changed.",
   "operator",
   "rollmill upgrade retry {upgrade}"},
  {"GATE_FAILED",
   "Not everything is of the new release and pinned, so the point of no return stays "
   "closed.",
   "operator",
   "rollmill upgrade retry {upgrade}"},
  {"APPROVAL_MISSING",
   "The next phase needs an approval.",
   "approver",
   "rollmill upgrade approve {upgrade} {gate}"},
  {"APPROVAL_EXPIRED",
   "The approval ended before it was used.",
   "approver",
   "rollmill upgrade approve {upgrade} {gate}"},
  {"APPROVAL_LATE",
   "Nobody approved in the time that the policy allows.",
   "approver, then operator",
   "rollmill upgrade approve {upgrade} {gate} && rollmill upgrade resume {upgrade}"},
  {"AGENT_LOST",
   "An agent that is needed now is not connected.",
   "operator: start rollmill-agent on {host}",
   "rollmill upgrade retry {upgrade}"},
  {"STEP_DEADLINE",
   "A step gave no result within its deadline.",
   "operator",
   "rollmill logs {upgrade} {step}"},
  {"HOSTS_FAILED",
   "Failed services are left in the wave; the policy tolerates them, but the next wave "
   "needs all.",
   "operator",
   "rollmill upgrade retry {upgrade}"},
  {"TURNING",
   "The upgrade turns round; tasks that were sent before must end first.",
   "nobody: it ends by itself",
   ""},
  {"TURN_BLOCKED",
   "From what the hosts are, the way in the new direction cannot be planned.",
   "operator",
   "rollmill upgrade retry {upgrade}"},
  {"RETRY_WAIT",
   "A failed step rests before it is tried again.",
   "nobody: it ends by itself",
   ""},
  {"SOAKING",
   "The wave is done and is watched for a while.",
   "nobody: it ends by itself",
   ""},
  {"BUDGET_SPENT",
   "What goes on next would take a service down, and no more of its role may be away now.",
   "operator: turn the upgrade round, which ends every quarantine",
   ""},
  {"PROMISE_GUARD",
   "The next task would break a promise; it was not sent. This is a bug of rollmill.",
   "operator: keep the journal and report it",
   ""},
  {"MIXED_RELEASES",
   "Services run more than one old release.",
   "operator: bring them to one release",
   "rollmill upgrade retry {upgrade}"},
  {"PLAN_OUTDATED",
   "A service has become something else since the plan was made, and the plan cannot take that "
   "up.",
   "operator: abort the upgrade, then plan again",
   "rollmill upgrade abort {upgrade}"},
  {"UNKNOWN_CONDUCTOR",
   "A living conductor is not in the fleet file; it would be left behind on the old "
   "release.",
   "operator: add it to the fleet file with an agent, or stop it",
   "rollmill upgrade retry {upgrade}"},
  {"DUPLICATE_HOSTNAME",
   "Two hosts register a conductor under one name and destroy each other's locks.",
   "operator: give each its own [DEFAULT]host",
   "rollmill upgrade retry {upgrade}"},
  {"NO_REDUNDANCY",
   "Nothing would serve while one service is away.",
   "operator: add a service, or accept the outage in the policy",
   "rollmill upgrade retry {upgrade}"},
  {"HARDWARE_TYPE_REMOVED",
   "An enabled hardware type does not exist in the new release; its conductor would not "
   "start.",
   "operator: move its nodes to another hardware type and disable it",
   "rollmill upgrade retry {upgrade}"},
  {"CLOCK_SKEW",
   "The clocks of hosts and controller differ too much for heartbeats to mean anything.",
   "operator: synchronise the clocks",
   "rollmill upgrade retry {upgrade}"},
  {"BACKUP_MISSING",
   "No database backup is attested.",
   "operator: name it in the policy as backup_reference",
   ""},
};
// clang-format on

}  // namespace

const std::vector<BlockedInfo>& engine_codes() {
  static const std::vector<BlockedInfo> all(std::begin(kCodes), std::end(kCodes));
  return all;
}

}  // namespace rollmill::core
