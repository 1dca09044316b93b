#include <algorithm>

#include "core/decide_parts.h"
#include "core/navigation.h"

namespace rollmill::core {
namespace {

/// Can the timer do anything in this state? A paused upgrade keeps only what ends by itself.
bool can_act(const Upgrade& upgrade, const Timer& timer) {
  switch (timer.kind) {
    case TimerKind::StepDeadline:
      return !is_held_back(upgrade, {timer.index});
    case TimerKind::ApprovalExpiry:
      return true;
    case TimerKind::SoakEnd:
    case TimerKind::WaveStall:
    case TimerKind::GateWait:
      return upgrade.state == UpgradeState::Running;
  }
  base::check_failed("a timer of no kind", __FILE__, __LINE__);
}

TaskFailed deadline_failure(const Upgrade& upgrade, base::StepIndex step) {
  const Step& plan = step_at(upgrade, step);
  const HostRun& host = upgrade.hosts[plan.host.value];
  TaskFailed failure;
  const std::string limit = base::format_duration(plan.deadline);
  if (host.connected) {
    failure.code = "STEP_DEADLINE";
    failure.message = "no result within " + limit + "; look at its output with: rollmill logs";
    if (!upgrade.steps[step.value].waiting.code.empty()) {
      failure.message += "; it was waiting: " + upgrade.steps[step.value].waiting.reason;
    }
  } else {
    failure.code = "AGENT_LOST";
    failure.message = "no result within " + limit + ", and the agent is away (" +
                      host.lost_reason + "); start rollmill-agent on " +
                      host_name(upgrade, plan.host) + ", then retry";
  }
  return failure;
}

void add_deadline(const Upgrade& upgrade, base::StepIndex step, Deciding& deciding) {
  add_failure(upgrade, step, deadline_failure(upgrade, step), deciding);
  deciding.command(cancel_of(upgrade, step));
}

std::string names_of_awaited(const Upgrade& upgrade) {
  constexpr std::size_t kNamed = 5;
  const std::set<base::HostIndex> hosts = awaited_hosts(upgrade);
  std::string names;
  std::size_t count = 0;
  for (const base::HostIndex host : hosts) {
    if (count++ == kNamed) return names + ", ...";
    names += (names.empty() ? "" : ", ") + host_name(upgrade, host);
  }
  return names;
}

void add_stall(const Upgrade& upgrade, base::WaveIndex wave, Deciding& deciding) {
  deciding.fact(WaveUnstalled{wave})
      .fact(UpgradePaused{"AGENT_LOST",
                          "the agents of " + names_of_awaited(upgrade) + " were away for " +
                              base::format_duration(upgrade.plan->policy.deadlines.agent_lost) +
                              "; start rollmill-agent there, then retry",
                          ""});
}

void add_gate_wait(const Upgrade& upgrade, base::PhaseIndex phase, Deciding& deciding) {
  const std::string& gate = upgrade.plan->phases[phase.value].gate->name;
  deciding.fact(UpgradePaused{
      "APPROVAL_LATE",
      "nobody approved \"" + gate + "\" within " +
          base::format_duration(upgrade.plan->policy.deadlines.approval) +
          "; the fleet is in a stable place; approve, then resume",
      ""});
}

void add_timer(const Upgrade& upgrade, const Timer& timer, Deciding& deciding) {
  switch (timer.kind) {
    case TimerKind::StepDeadline:
      add_deadline(upgrade, {timer.index}, deciding);
      return;
    case TimerKind::SoakEnd:
      deciding.fact(WaveFinished{{timer.index}});
      return;
    case TimerKind::WaveStall:
      add_stall(upgrade, {timer.index}, deciding);
      return;
    case TimerKind::GateWait:
      add_gate_wait(upgrade, {timer.index}, deciding);
      return;
    case TimerKind::ApprovalExpiry:
      deciding.fact(ApprovalExpired{upgrade.plan->phases[timer.index].gate->name});
      return;
  }
}

}  // namespace

void add_late_gate(const Upgrade& upgrade, Deciding& deciding) {
  for (const Timer& timer : upgrade.timers) {
    if (timer.at > deciding.now()) return;
    if (timer.kind == TimerKind::GateWait && can_act(upgrade, timer)) {
      return add_timer(upgrade, timer, deciding);
    }
  }
}

Decision decide_time(const Upgrade& upgrade, base::TimePoint now) {
  // One timer a call: its facts may change what the next one means. The alarm rings again at once.
  for (const Timer& timer : upgrade.timers) {
    if (timer.at > now) break;
    if (!can_act(upgrade, timer)) continue;
    Deciding deciding(now);
    add_timer(upgrade, timer, deciding);
    return deciding.take();
  }
  return decide_advance(upgrade, now);
}

std::optional<base::TimePoint> next_timer(const Upgrade& upgrade) {
  std::optional<base::TimePoint> earliest;
  const auto found = std::find_if(upgrade.timers.begin(), upgrade.timers.end(),
                                  [&](const Timer& t) { return can_act(upgrade, t); });
  if (found != upgrade.timers.end()) earliest = found->at;
  const bool dispatches =
      upgrade.state == UpgradeState::Running && upgrade.in_flight.size() < kMaxInFlight;
  if (dispatches && !upgrade.ready.empty()) {
    const base::TimePoint ready = upgrade.ready.begin()->first;
    if (!earliest || ready < *earliest) earliest = ready;
  }
  return earliest;
}

}  // namespace rollmill::core
