#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/random.h"

namespace rollmill::sim {

/// What can go wrong, or happen at a bad moment. One letter of a swarm: each seed draws a few
/// kinds.
enum class FaultKind : std::uint8_t {
  // The controller and its journal
  KillController,     ///< At an append. variant: 0 before it is durable, 1 after.
  AppendFails,        ///< variant: 0 nothing is stored, 1 all is stored and the sync failed.
  SlowDisk,           ///< The next `amount` appends take seconds.
  FreezeController,   ///< Stopped for `amount` ms, then it goes on.
  ReplaceController,  ///< Another takes its place. variant: 0 it is frozen and wakes later, with
                      ///< one journal, 1 it is gone for good, with a copy of the journal.
  // Agents and their journals
  KillAgent,     ///< At an effect. variant: 0 before, 1 during, 2 after.
  KillAgentNow,  ///< Wherever it is.
  AgentAppend,   ///< Its next append. variant: an AppendFate.
  // Hosts
  Reboot,
  ClockJump,  ///< variant: 0 the host's, 1 the controller's; `amount` ms, either way.
  InstallFails,
  InstallCut,
  NeverRegisters,
  DiesAfterStart,
  WrongPin,
  ForeignEdit,
  FrozenHeartbeat,
  BusyNode,
  DiskFull,
  HalfMigration,
  LostHost,  ///< Off for `amount` ms, longer than anybody waits.
  // The network
  Slow,  ///< Messages of the host take up to `amount` ms for a while.
  Twice,
  Overtaken,
  Partition,  ///< variant: 0 both ways, 1 up only, 2 down only; for `amount` ms.
  Cut,
  // The deployment
  SilentBalancer,
  SlowApi,
  SilentDatabase,  ///< No tool of the schema host gets an answer for `amount` ms.
  // People
  Pause,
  Resume,
  Abort,
  Approve,
  Retry,
  Skip,
  Rollback,        ///< variant: 0 and 1 back, 2 forward again.
  SecondOperator,  ///< Another start, or a plan, beside the one that runs.
  Quarantine,      ///< The host is left out of the way back, whatever it is.
};
inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::Quarantine) + 1;

const char* to_string(FaultKind kind);  ///< "kill-controller"
std::optional<FaultKind> parse_fault_kind(const std::string& text);

/// One fault, as data. `when` counts appends of the controller since the upgrade began (effects,
/// for KillAgent), so that faults fall everywhere along the way and not only where time passes.
struct Fault {
  FaultKind kind = FaultKind::KillController;
  std::uint32_t when = 0;
  std::uint32_t delay = 0;  ///< Milliseconds after that, where the moment is not exact.
  std::uint32_t host = 0;   ///< Place in the fleet.
  std::int64_t amount = 0;
  std::uint32_t variant = 0;
};

/// "kill-controller when=120 host=3 amount=0 variant=1": for a report, and to be read again.
std::string to_string(const Fault& fault);

/// What may be drawn.
struct FaultDraw {
  std::vector<FaultKind> kinds;  ///< Empty: none.
  std::uint32_t hosts = 1;
  std::uint32_t appends = 1000;  ///< About so many a whole upgrade takes.
  std::uint32_t effects = 200;
};

/// A subset of the kinds, and of each that was chosen one or more. Each fault has a stream of its
/// own: leaving one out does not change another.
std::vector<Fault> draw_faults(const Random& seed, const FaultDraw& draw);

}  // namespace rollmill::sim
