#pragma once

/// The states of an upgrade and of its parts; docs/state_machines.md has the ways between them.
namespace rollmill::core {

enum class UpgradeState {
  None,       ///< Before the first fact.
  Planned,    ///< Stored, not started.
  Running,    ///< Tasks are sent.
  Paused,     ///< No new task is sent; tasks in flight end. A person goes on.
  Succeeded,  ///< Everything is B, unpinned, contracted and verified. Final.
  Aborted,    ///< Given up where it stood; a new upgrade may take over from there. Final.
  RolledBack, ///< Everything is A again; the schema stays expanded. Final.
};
/// Awaiting: at its gate, nothing of it has begun. Left: the upgrade turned round before its end.
enum class PhaseState { Pending, Awaiting, Active, Done, Left };
/// Soaking: all turns are done, and the wave is watched before the next one.
enum class WaveState { Pending, Active, Soaking, Done, Left };
/// Failed: a step of it failed for good; a retry makes it active again.
enum class TurnState { Pending, Active, Failed, Done, Left };
/// Dispatched: decided and perhaps sent. Running: the agent has said that it has it.
enum class StepState { Pending, Dispatched, Running, Succeeded, Failed, Skipped };

const char* to_string(UpgradeState state);  ///< "RUNNING"
const char* to_string(PhaseState state);    ///< "pending", "awaiting", "active", "done"
const char* to_string(WaveState state);
const char* to_string(TurnState state);
const char* to_string(StepState state);

inline bool is_final(UpgradeState state) {
  return state == UpgradeState::Succeeded || state == UpgradeState::Aborted ||
         state == UpgradeState::RolledBack;
}

}  // namespace rollmill::core
