#include <algorithm>

#include "core/evolve_parts.h"
#include "core/navigation.h"
#include "core/transitions.h"

namespace rollmill::core {
namespace {

WaveRun& wave_of(Upgrade& upgrade, base::TurnIndex turn) {
  return upgrade.waves.at(turn_at(upgrade, turn).wave.value);
}

void leave_flight(Upgrade& upgrade, base::StepIndex step) {
  upgrade.in_flight.erase(step);
  upgrade.timers.erase(
      {upgrade.steps[step.value].deadline, TimerKind::StepDeadline, step.value});
}

void keep_facts(Upgrade& upgrade, base::StepIndex step, const base::Shared<HostFacts>& facts,
                base::TimePoint at) {
  if (!facts) return;
  HostRun& host = upgrade.hosts[step_at(upgrade, step).host.value];
  host.facts = facts;
  // The reading was made between dispatch and arrival, and may have waited for a controller.
  const base::TimePoint sent = upgrade.steps[step.value].dispatched_at;
  host.clock_ahead = facts->read_at - std::clamp(facts->read_at, std::min(sent, at), at);
}

void postpone_deadline(Upgrade& upgrade, base::StepIndex step, base::TimePoint deadline) {
  StepRun& run = upgrade.steps[step.value];
  if (deadline <= run.deadline) return;
  upgrade.timers.erase({run.deadline, TimerKind::StepDeadline, step.value});
  run.deadline = deadline;
  upgrade.timers.insert({deadline, TimerKind::StepDeadline, step.value});
}

/// What a finished step means for the service it worked on.
void mark_service(Upgrade& upgrade, base::StepIndex step) {
  const Turn& turn = turn_of(upgrade, step);
  if (!turn.service_index) return;
  ServiceRun& service = upgrade.services[turn.service_index->value];
  const Verb verb = step_at(upgrade, step).verb;
  const bool brings_new = step_at(upgrade, step).args.to == upgrade.plan->to;
  if (verb == Verb::Install && service.new_release != brings_new) {
    service.new_release = brings_new;
    upgrade.new_services += brings_new ? 1U : -1U;
  }
  if (verb == Verb::Unpin && brings_new && !service.unpinned) {
    service.unpinned = true;
    ++upgrade.unpinned_services;
  }
  if (verb == Verb::Stop) service.stopped = true;
  if (verb == Verb::Start) service.stopped = false;
}

void make_ready(Upgrade& upgrade, base::StepIndex step, base::TimePoint not_before) {
  upgrade.steps[step.value].not_before = not_before;
  upgrade.ready.insert({not_before, step});
}

/// The turn goes on to its next step, if it has one.
void step_done(Upgrade& upgrade, base::TurnIndex index, base::TimePoint at) {
  TurnRun& turn = upgrade.turns.at(index.value);
  if (turn.state == TurnState::Failed) revive_turn(upgrade, index);
  ++turn.steps_done;
  if (upgrade.turning || is_final(upgrade.state)) return;
  if (turn.steps_done < turn_at(upgrade, index).step_count) {
    make_ready(upgrade, current_step(upgrade, index), at);
  }
}

/// A judged phase has only finished turns; each begins again with a fresh attempt budget. False
/// for one on a host in quarantine: it stays as it is.
bool reset_turn(Upgrade& upgrade, base::TurnIndex index) {
  TurnRun& run = upgrade.turns[index.value];
  if (run.state == TurnState::Left) return false;
  if (upgrade.hosts[turn_at(upgrade, index).host.value].quarantine) return false;
  move_state(kTurnTable, run.state, TurnCause::Reset);
  run.steps_done = 0;
  const Turn& turn = turn_at(upgrade, index);
  for (std::uint32_t i = 0; i < turn.step_count; ++i) {
    StepRun& step = upgrade.steps[turn.first_step.value + i];
    move_state(kStepTable, step.state, StepCause::Reset);
    step.budget_from = step.attempt;
  }
  return true;
}

}  // namespace

void start_wave(Upgrade& upgrade, base::WaveIndex index) {
  WaveRun& run = upgrade.waves.at(index.value);
  move_state(kWaveTable, run.state, WaveCause::Start);
  upgrade.wave = index;
  const Wave& wave = upgrade.plan->waves[index.value];
  for (std::uint32_t i = 0; i < wave.turn_count; ++i) {
    const base::TurnIndex turn = turn_in(wave, i);
    const Turn& plan = turn_at(upgrade, turn);
    if (upgrade.turns[turn.value].state != TurnState::Pending) continue;
    if (upgrade.hosts[plan.host.value].connected) {
      upgrade.startable[budget_needed(upgrade, plan)].insert(turn);
    } else {
      upgrade.unreachable.insert(turn);
    }
  }
}

void start_turn(Upgrade& upgrade, base::TurnIndex index, base::TimePoint at) {
  TurnRun& run = upgrade.turns.at(index.value);
  const Turn& turn = turn_at(upgrade, index);
  move_state(kTurnTable, run.state, TurnCause::Start);
  run.started_at = at;
  const DomainKey needed = budget_needed(upgrade, turn);
  upgrade.startable[needed].erase(index);
  if (turn.takes_down && !needed.first.empty()) {
    ++upgrade.domains.at(needed).charged;
    service_of(upgrade, turn)->charged = true;
  }
  ++wave_of(upgrade, index).turns_active;
  make_ready(upgrade, turn.first_step, at);
}

void finish_turn(Upgrade& upgrade, base::TurnIndex index, base::TimePoint at) {
  TurnRun& run = upgrade.turns.at(index.value);
  const Turn& turn = turn_at(upgrade, index);
  ROLLMILL_CHECK(run.steps_done == turn.step_count);
  move_state(kTurnTable, run.state, TurnCause::Finish);
  run.finished_at = at;
  // It works, and is proven to: so does one that an earlier leg had under way and that was only
  // looked at in this one.
  ServiceRun* const service = service_of(upgrade, turn);
  if (service != nullptr && service->charged) {
    service->charged = false;
    --upgrade.domains.at({turn.role, turn.domain}).charged;
  }
  --wave_of(upgrade, index).turns_active;
  ++wave_of(upgrade, index).turns_done;
}

void fail_turn(Upgrade& upgrade, base::TurnIndex index) {
  const Turn& turn = turn_at(upgrade, index);
  move_state(kTurnTable, upgrade.turns.at(index.value).state, TurnCause::Fail);
  --wave_of(upgrade, index).turns_active;
  ++wave_of(upgrade, index).turns_failed;
  upgrade.failed_turns.insert(index);
  ++upgrade.failures;
  if (turn.takes_down) ++upgrade.domains.at(domain_of(turn)).failed;
}

void revive_turn(Upgrade& upgrade, base::TurnIndex index) {
  const Turn& turn = turn_at(upgrade, index);
  move_state(kTurnTable, upgrade.turns.at(index.value).state, TurnCause::Retry);
  ++wave_of(upgrade, index).turns_active;
  --wave_of(upgrade, index).turns_failed;
  upgrade.failed_turns.erase(index);
  --upgrade.failures;
  if (turn.takes_down) --upgrade.domains.at(domain_of(turn)).failed;
}

void dispatch_step(Upgrade& upgrade, const StepDispatched& fact, base::TimePoint at) {
  StepRun& run = upgrade.steps.at(fact.step.value);
  move_state(kStepTable, run.state, StepCause::Dispatch);
  upgrade.ready.erase({run.not_before, fact.step});
  run.attempt = fact.attempt;
  run.dispatched_at = at;
  run.deadline = fact.deadline;
  run.waiting = {};
  run.checks.clear();
  run.code.clear();
  run.message.clear();
  const Step& plan = step_at(upgrade, fact.step);
  if (plan.verb == Verb::Unpin && plan.args.to == upgrade.plan->to && !upgrade.past_return) {
    upgrade.past_return = fact.step;
  }
  upgrade.in_flight.insert(fact.step);
  upgrade.timers.insert({fact.deadline, TimerKind::StepDeadline, fact.step.value});
}

void wait_for_agents_again(Upgrade& upgrade, base::TimePoint at) {
  const base::TimePoint deadline = at + upgrade.plan->policy.deadlines.agent_lost;
  for (const base::StepIndex step : upgrade.in_flight) postpone_deadline(upgrade, step, deadline);
}

void send_again_in_time(Upgrade& upgrade, base::TimePoint at) {
  for (const base::StepIndex step : upgrade.in_flight) {
    if (upgrade.steps[step.value].state == StepState::Running) continue;
    postpone_deadline(upgrade, step, at + step_at(upgrade, step).deadline);
  }
}

void succeed_step(Upgrade& upgrade, const StepSucceeded& fact, base::TimePoint at) {
  StepRun& run = upgrade.steps.at(fact.step.value);
  leave_flight(upgrade, fact.step);
  move_state(kStepTable, run.state, StepCause::Succeed);
  run.finished_at = at;
  run.waiting = {};
  run.changed = fact.result.changed;
  run.checks = fact.result.checks;
  keep_facts(upgrade, fact.step, fact.result.host, at);
  mark_service(upgrade, fact.step);
  step_done(upgrade, step_at(upgrade, fact.step).turn, at);
}

void fail_step(Upgrade& upgrade, const StepFailed& fact, base::TimePoint at) {
  StepRun& run = upgrade.steps.at(fact.step.value);
  leave_flight(upgrade, fact.step);
  move_state(kStepTable, run.state, StepCause::Fail);
  run.finished_at = at;
  run.waiting = {};
  run.code = fact.failure.code;
  run.message = fact.failure.message;
  run.checks = fact.failure.checks;
  keep_facts(upgrade, fact.step, fact.failure.host, at);
}

void plan_retry(Upgrade& upgrade, const StepRetryPlanned& fact) {
  StepRun& run = upgrade.steps.at(fact.step.value);
  move_state(kStepTable, run.state, StepCause::Retry);
  if (!fact.by.empty()) run.budget_from = run.attempt;
  const base::TurnIndex turn = step_at(upgrade, fact.step).turn;
  if (upgrade.turns[turn.value].state == TurnState::Failed) revive_turn(upgrade, turn);
  make_ready(upgrade, fact.step, fact.not_before);
}

void skip_step(Upgrade& upgrade, const StepSkipped& fact, base::TimePoint at) {
  StepRun& run = upgrade.steps.at(fact.step.value);
  move_state(kStepTable, run.state, StepCause::Skip);
  run.finished_at = at;
  step_done(upgrade, step_at(upgrade, fact.step).turn, at);
}

void reset_phase(Upgrade& upgrade, base::PhaseIndex index) {
  PhaseRun& run = upgrade.phases.at(index.value);
  move_state(kPhaseTable, run.state, PhaseCause::Reset);
  run.judged = false;
  run.checks.clear();
  run.waves_done = 0;
  const Phase& phase = upgrade.plan->phases[index.value];
  upgrade.startable.clear();
  upgrade.unreachable.clear();
  for (std::uint32_t w = 0; w < phase.wave_count; ++w) {
    const Wave& wave = upgrade.plan->waves[wave_in(phase, w).value];
    WaveRun& wave_run = upgrade.waves[wave_in(phase, w).value];
    if (wave_run.state != WaveState::Done) break;  // Judged before the waves behind it begin.
    move_state(kWaveTable, wave_run.state, WaveCause::Reset);
    for (std::uint32_t t = 0; t < wave.turn_count; ++t) {
      if (reset_turn(upgrade, turn_in(wave, t))) --wave_run.turns_done;
    }
  }
  upgrade.wave = phase.first_wave;
}

}  // namespace rollmill::core
