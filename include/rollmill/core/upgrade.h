#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"
#include "rollmill/core/upgrade_states.h"

namespace rollmill::core {

/// One step: how far it is, and what its last try brought.
struct StepRun {
  StepState state = StepState::Pending;
  std::uint32_t attempt = 0;        ///< Of the last dispatch; 0: never dispatched.
  std::uint32_t budget_from = 0;    ///< Attempts before this one do not count (person's retry).
  base::TimePoint dispatched_at{};
  base::TimePoint deadline{};
  base::TimePoint finished_at{};
  base::TimePoint not_before{};     ///< Of the next dispatch, after a failure.
  TaskWaiting waiting;              ///< Empty code: does not wait.
  bool changed = false;             ///< The task did something.
  std::vector<CheckResult> checks;
  std::string code;                 ///< Of the last failure.
  std::string message;
  bool operator==(const StepRun&) const = default;
};
/// One turn: how many of its steps are done.
struct TurnRun {
  TurnState state = TurnState::Pending;
  std::uint32_t steps_done = 0;
  base::TimePoint started_at{};
  base::TimePoint finished_at{};
  bool operator==(const TurnRun&) const = default;
};
/// One wave: its turns by state, so that its end is seen without looking at them.
struct WaveRun {
  WaveState state = WaveState::Pending;
  std::uint32_t turns_done = 0;
  std::uint32_t turns_active = 0;
  std::uint32_t turns_failed = 0;
  std::uint32_t turns_left = 0;  ///< Of hosts in quarantine.
  base::TimePoint soak_until{};
  std::optional<base::TimePoint> stalled_until;  ///< Its remaining agents are away.
  bool operator==(const WaveRun&) const = default;
};
/// One phase: its waves, its judgement where it has one, its gate where it waits.
struct PhaseRun {
  PhaseState state = PhaseState::Pending;
  std::uint32_t waves_done = 0;
  bool judged = false;
  std::vector<CheckResult> checks;  ///< Of the judgement.
  base::TimePoint started_at{};
  base::TimePoint finished_at{};
  base::TimePoint awaiting_since{};
  base::TimePoint awaiting_until{};
  bool operator==(const PhaseRun&) const = default;
};
/// One host: is its agent connected, and what was read there last.
struct HostRun {
  bool connected = false;
  bool in_term = false;     ///< It has connected since this controller's term began.
  base::TimePoint since{};  ///< Of the last change of `connected`.
  std::string agent_version;
  std::string boot_id;
  std::string lost_reason;
  base::Shared<HostFacts> facts{HostFacts{}};  ///< The last reading that a task brought.
  /// How far the host's clock lies outside the time between dispatch and arrival of that reading.
  base::Duration clock_ahead{};
  std::optional<std::string> quarantine;  ///< Why it is left out; nothing: it is not.
  /// It was left out until the upgrade turned round: nobody knows whether its services work.
  bool was_quarantined = false;
  bool operator==(const HostRun&) const = default;
};
/// What the engine knows of a service from finished steps; what the invariants judge.
struct ServiceRun {
  bool new_release = false;  ///< B is installed: a start would run it.
  bool stopped = false;      ///< By our hand, not yet started again.
  bool unpinned = false;     ///< The pin was taken out by us, under B.
  bool charged = false;      ///< A turn holds it down or may; counted in its domain's budget.
  bool operator==(const ServiceRun&) const = default;
};
/// (role, domain): what a budget is counted over.
using DomainKey = std::pair<std::string, std::string>;
/// Counters of one (role, domain).
struct DomainRun {
  std::uint32_t total = 0;
  std::uint32_t charged = 0;  ///< Services that are `charged`.
  std::uint32_t failed = 0;
  std::uint32_t quarantined = 0;  ///< Services of hosts in quarantine; not charged.
  /// Services of hosts that are neither `in_term` nor in quarantine: a controller of an older term
  /// may still take them down.
  std::uint32_t out_of_term = 0;
  bool operator==(const DomainRun&) const = default;
};
/// A gate's approval: who, why and until when.
struct Approval {
  std::string by;
  std::string reason;
  base::TimePoint given_at{};
  base::TimePoint expires_at{};
  bool expired = false;
  bool operator==(const Approval&) const = default;
};
/// Why the upgrade is paused. `by` empty: rollmill itself, and a repair ends it.
struct Pause {
  std::string code;
  std::string reason;
  std::string by;
  base::TimePoint since{};
  bool operator==(const Pause&) const = default;
};
/// What the built-in prober counted in one phase.
struct ProbeCount {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  base::Duration longest_gap{};
  std::string last_error;
  bool operator==(const ProbeCount&) const = default;
};

/// Something that becomes due. Order: time first.
enum class TimerKind { StepDeadline, SoakEnd, WaveStall, GateWait, ApprovalExpiry };
struct Timer {
  base::TimePoint at{};
  TimerKind kind = TimerKind::StepDeadline;
  std::uint32_t index = 0;  ///< Of the step or wave; of the phase for gate and approval.
  auto operator<=>(const Timer&) const = default;
};

/// The whole state of one upgrade: the fold of its facts. Only `evolve` changes it.
struct Upgrade {
  base::UpgradeId id;
  std::shared_ptr<const Plan> plan;
  base::PlanId first_plan;  ///< What was started; the plan grows when the upgrade turns round.
  UpgradeState state = UpgradeState::None;
  std::string created_by;
  std::string reason;
  std::string request_id;
  base::TimePoint created_at{};
  base::TimePoint started_at{};
  base::TimePoint finished_at{};
  base::Epoch epoch = 0;
  Direction direction = Direction::Forward;
  bool turning = false;     ///< Tasks of the leg before are still awaited.
  base::TimePoint turned_at{};
  base::PhaseIndex leg;     ///< First phase of the current leg.
  std::optional<base::StepIndex> past_return;  ///< The first task that took a pin out.
  base::PhaseIndex phase;  ///< The current one; one past the last when all are done.
  base::WaveIndex wave;    ///< The current one of the current phase.
  std::vector<PhaseRun> phases;
  std::vector<WaveRun> waves;
  std::vector<TurnRun> turns;
  std::vector<StepRun> steps;
  std::vector<HostRun> hosts;
  std::vector<ServiceRun> services;
  std::map<std::string, Approval> approvals;  ///< By gate name.
  std::optional<Pause> pause;
  std::map<base::PhaseIndex, ProbeCount> probes;
  std::uint32_t failures = 0;  ///< Failed turns, now.

  /// @name Indices: what the above implies, kept by `evolve` so that an event costs O(log n).
  /// @{
  std::map<DomainKey, DomainRun> domains;
  std::map<base::HostName, base::HostIndex> host_index;
  std::set<std::pair<base::TimePoint, base::StepIndex>> ready;  ///< To dispatch, from that time.
  std::set<base::StepIndex> in_flight;                          ///< Dispatched or Running.
  /// Pending turns of the current wave with a connected agent, by the budget they would be charged
  /// to (empty key: none), so that a spent budget is passed over at once.
  std::map<DomainKey, std::set<base::TurnIndex>> startable;
  std::set<base::TurnIndex> unreachable;  ///< Pending, in the current wave, agent away.
  std::set<base::TurnIndex> failed_turns;
  std::vector<std::vector<base::TurnIndex>> turns_of_host;  ///< Of the current leg.
  std::set<Timer> timers;
  std::uint32_t new_services = 0;       ///< Services with `new_release`.
  std::uint32_t unpinned_services = 0;  ///< Services with `unpinned`.
  /// @}
};

}  // namespace rollmill::core
