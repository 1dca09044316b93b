#include <algorithm>

#include "core/decide_parts.h"
#include "core/guard.h"
#include "core/navigation.h"
#include "rollmill/core/checks.h"

namespace rollmill::core {
namespace {

const WaveRun& current_wave(const Upgrade& upgrade) { return upgrade.waves[upgrade.wave.value]; }

bool pause_on_failures(const Upgrade& upgrade, Deciding& deciding) {
  if (upgrade.failed_turns.empty() || !too_many_failures(upgrade)) return false;
  const base::StepIndex step = current_step(upgrade, *upgrade.failed_turns.begin());
  const StepRun& run = upgrade.steps[step.value];
  if (turns_back_by_itself(upgrade)) {
    add_turn(upgrade, Direction::Back,
             {"", "on_failure: " + name_step(upgrade, step) + ": " + run.message}, deciding);
    return true;
  }
  deciding.fact(UpgradePaused{run.code, name_step(upgrade, step) + ": " + run.message, ""});
  return true;
}

bool dispatch_ready(const Upgrade& upgrade, Deciding& deciding) {
  if (upgrade.ready.empty() || upgrade.ready.begin()->first > deciding.now()) return false;
  if (upgrade.in_flight.size() >= kMaxInFlight) return false;
  const base::StepIndex step = upgrade.ready.begin()->second;
  if (const auto broken = guard_dispatch(upgrade, step)) {
    deciding.fact(UpgradePaused{"PROMISE_GUARD", name_step(upgrade, step) + ": " + *broken, ""});
    return true;
  }
  const Step& plan = step_at(upgrade, step);
  const std::uint32_t attempt = upgrade.steps[step.value].attempt + 1;
  deciding.fact(StepDispatched{step, attempt, deciding.now() + plan.deadline});
  Task task = task_of(upgrade, step);
  task.key.attempt = attempt;
  deciding.command(SendTask{upgrade.plan->fleet.hosts[plan.host.value].name, std::move(task)});
  return true;
}

/// The first waiting turn whose budget allows it; budgets that are spent are passed over whole.
bool start_a_turn(const Upgrade& upgrade, Deciding& deciding) {
  for (const auto& [domain, turns] : upgrade.startable) {
    if (turns.empty() || !budget_allows(upgrade, domain)) continue;
    deciding.fact(TurnStarted{*turns.begin()});
    return true;
  }
  return false;
}

/// Also where the budget is held by one whose agent is away. What failed turns hold is told first.
bool waits_for_agents_alone(const Upgrade& upgrade) {
  bool waits = !upgrade.unreachable.empty();
  for (const auto& [domain, turns] : upgrade.startable) {
    if (turns.empty()) continue;
    if (budget_allows(upgrade, domain)) return false;
    const bool out_of_term = is_out_of_term(upgrade, domain);
    if (!out_of_term && current_wave(upgrade).turns_failed > 0) return false;
    waits = waits || out_of_term;
  }
  return waits;
}

/// All that is left of the wave waits for agents that are away: give them a bounded time.
bool watch_stall(const Upgrade& upgrade, Deciding& deciding) {
  const WaveRun& run = current_wave(upgrade);
  const bool stuck = run.turns_active == 0 && waits_for_agents_alone(upgrade);
  if (stuck == run.stalled_until.has_value()) return false;
  if (stuck) {
    deciding.fact(
        WaveStalled{upgrade.wave, deciding.now() + upgrade.plan->policy.deadlines.agent_lost});
  } else {
    deciding.fact(WaveUnstalled{upgrade.wave});
  }
  return true;
}

/// Only tolerated failures are left, or what is left waits for the budget that they hold: a person
/// must repair them before the wave goes on.
bool pause_on_leftovers(const Upgrade& upgrade, Deciding& deciding) {
  const WaveRun& run = current_wave(upgrade);
  if (run.turns_failed == 0 || run.turns_active > 0 || run.stalled_until) return false;
  const base::StepIndex step = current_step(upgrade, *upgrade.failed_turns.begin());
  deciding.fact(UpgradePaused{"HOSTS_FAILED",
                              std::to_string(run.turns_failed) +
                                  " turn(s) of the wave failed, first " +
                                  name_step(upgrade, step) + ": " +
                                  upgrade.steps[step.value].message,
                              ""});
  return true;
}

bool advance_active_wave(const Upgrade& upgrade, Deciding& deciding) {
  if (watch_stall(upgrade, deciding) || start_a_turn(upgrade, deciding)) return true;
  const Wave& wave = upgrade.plan->waves[upgrade.wave.value];
  const WaveRun& run = current_wave(upgrade);
  if (run.turns_done + run.turns_left < wave.turn_count) {
    return pause_on_leftovers(upgrade, deciding);
  }
  if (wave.soak > base::Duration::zero()) {
    deciding.fact(SoakStarted{upgrade.wave, deciding.now() + wave.soak});
  } else {
    deciding.fact(WaveFinished{upgrade.wave});
  }
  return true;
}

std::vector<CheckResult> judge(const Upgrade& upgrade, const Phase& phase) {
  const FleetFacts facts = facts_of(upgrade);
  std::vector<CheckResult> checks;
  for (std::uint32_t w = 0; w < phase.wave_count; ++w) {
    const Wave& wave = upgrade.plan->waves[wave_in(phase, w).value];
    for (std::uint32_t t = 0; t < wave.turn_count; ++t) {
      const Turn& turn = turn_at(upgrade, turn_in(wave, t));
      for (std::uint32_t s = 0; s < turn.step_count; ++s) {
        for (CheckResult check : upgrade.steps[turn.first_step.value + s].checks) {
          if (check.verdict == Verdict::Ok) continue;
          check.summary = host_name(upgrade, turn.host) + ": " + check.summary;
          checks.push_back(std::move(check));
        }
      }
    }
  }
  const std::vector<CheckResult> global =
      phase.kind == PhaseKind::Preflight
          ? judge_preflight(ironic_profile(), *upgrade.plan, facts)
          : judge_gate(*upgrade.plan, facts);
  checks.insert(checks.end(), global.begin(), global.end());
  return checks;
}

std::string list_failures(const Policy& policy, const std::vector<CheckResult>& checks) {
  std::string text;
  for (const CheckResult& check : checks) {
    if (check.verdict != Verdict::Failed || policy.waived_checks.contains(check.id)) continue;
    text += "\n  - [" + check.id + "] " + check.summary;
  }
  return text;
}

void pause_on_judgement(const Upgrade& upgrade, const Phase& phase,
                        const std::vector<CheckResult>& checks, Deciding& deciding) {
  const bool preflight = phase.kind == PhaseKind::Preflight;
  const bool outdated = std::any_of(checks.begin(), checks.end(), [](const CheckResult& check) {
    return check.id == "preflight.plan-fits" && check.verdict == Verdict::Failed;
  });
  deciding.fact(UpgradePaused{
      outdated ? "PLAN_OUTDATED" : preflight ? "PREFLIGHT_FAILED" : "GATE_FAILED",
      std::string(to_string(phase.kind)) + " found what must be repaired first:" +
          list_failures(upgrade.plan->policy, checks),
      ""});
}

/// False when it has been judged and nothing is in the way.
bool judge_phase(const Upgrade& upgrade, const Phase& phase, Deciding& deciding) {
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  const Policy& policy = upgrade.plan->policy;
  if (run.judged && !has_failed_check(policy, run.checks)) return false;
  std::vector<CheckResult> checks = run.checks;
  if (!run.judged) {
    checks = judge(upgrade, phase);
    deciding.fact(PhaseJudged{upgrade.phase, checks});
  }
  if (has_failed_check(policy, checks)) pause_on_judgement(upgrade, phase, checks, deciding);
  return true;
}

/// An approval may come days after the gate's judgement: what it read is read and judged again
/// before the first pin goes. How many waves that takes; plans of older journals have none.
std::uint32_t waves_of_recheck(const Plan& plan, const Phase& phase) {
  if (phase.kind != PhaseKind::Unpin) return 0;
  std::uint32_t count = 0;
  for (; count < phase.wave_count; ++count) {
    const Wave& wave = plan.waves[wave_in(phase, count).value];
    const Verb verb = plan.steps[plan.turns[wave.first_turn.value].first_step.value].verb;
    if (verb != Verb::Attest && verb != Verb::Survey) break;
  }
  return count;
}

void finish_phase(const Upgrade& upgrade, const Phase& phase, Deciding& deciding) {
  if (phase.finds_way) return find_way(upgrade, deciding);
  const bool judges = phase.kind == PhaseKind::Preflight || phase.kind == PhaseKind::Gate;
  if (judges && judge_phase(upgrade, phase, deciding)) return;
  deciding.fact(PhaseFinished{upgrade.phase});
}

bool advance_active_phase(const Upgrade& upgrade, Deciding& deciding) {
  const Phase& phase = upgrade.plan->phases[upgrade.phase.value];
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  const std::uint32_t recheck = waves_of_recheck(*upgrade.plan, phase);
  if (recheck > 0 && run.waves_done == recheck && judge_phase(upgrade, phase, deciding)) {
    return true;
  }
  if (run.waves_done == phase.wave_count) {
    finish_phase(upgrade, phase, deciding);
    return true;
  }
  switch (current_wave(upgrade).state) {
    case WaveState::Pending:
      deciding.fact(WaveStarted{upgrade.wave});
      return true;
    case WaveState::Active:
      return advance_active_wave(upgrade, deciding);
    case WaveState::Soaking:
    case WaveState::Done:
    case WaveState::Left:
      return false;
  }
  base::check_failed("a wave in no state", __FILE__, __LINE__);
}

bool is_approved(const Upgrade& upgrade, const std::string& gate, base::TimePoint now) {
  const auto found = upgrade.approvals.find(gate);
  return found != upgrade.approvals.end() && !found->second.expired &&
         found->second.expires_at > now;
}

bool enter_phase(const Upgrade& upgrade, Deciding& deciding) {
  const Phase& phase = upgrade.plan->phases[upgrade.phase.value];
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  if (!phase.gate) {
    deciding.fact(PhaseStarted{upgrade.phase});
    return true;
  }
  if (is_approved(upgrade, phase.gate->name, deciding.now())) {
    deciding.fact(GatePassed{upgrade.phase}).fact(PhaseStarted{upgrade.phase});
    return true;
  }
  if (run.state == PhaseState::Awaiting && run.awaiting_until > deciding.now()) return false;
  deciding.fact(
      GateReached{upgrade.phase, deciding.now() + upgrade.plan->policy.deadlines.approval});
  return true;
}

}  // namespace

Decision decide_advance(const Upgrade& upgrade, base::TimePoint now) {
  Deciding deciding(now);
  if (upgrade.state != UpgradeState::Running) return deciding.take();
  if (upgrade.turning) {
    if (upgrade.in_flight.empty()) begin_leg(upgrade, deciding);
    return deciding.take();
  }
  if (all_phases_done(upgrade)) {
    if (upgrade.direction == Direction::Back) return deciding.fact(UpgradeRolledBack{}).take();
    return deciding.fact(UpgradeSucceeded{}).take();
  }
  if (pause_on_failures(upgrade, deciding) || dispatch_ready(upgrade, deciding)) {
    return deciding.take();
  }
  if (upgrade.phases[upgrade.phase.value].state == PhaseState::Active) {
    advance_active_phase(upgrade, deciding);
  } else {
    enter_phase(upgrade, deciding);
  }
  return deciding.take();
}

}  // namespace rollmill::core
