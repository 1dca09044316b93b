#include "core/evolve_parts.h"
#include "core/fleet_reading.h"
#include "core/navigation.h"
#include "core/transitions.h"

/// What turning round does to the state: the leg so far is left, the plan grows by a new one.
namespace rollmill::core {
namespace {

/// Everything but the deadlines of what is still in flight.
void drop_timers(Upgrade& upgrade) {
  std::erase_if(upgrade.timers,
                [](const Timer& timer) { return timer.kind != TimerKind::StepDeadline; });
}

template <typename Runs, typename Table, typename Cause>
void leave_unfinished(Runs& runs, const Table& table, Cause cause) {
  for (auto& run : runs) {
    if (next_state(table, run.state, cause)) move_state(table, run.state, cause);
  }
}

void leave_leg(Upgrade& upgrade, base::TimePoint at) {
  ROLLMILL_CHECK(upgrade.in_flight.empty());
  for (PhaseRun& phase : upgrade.phases) {
    const bool begun = phase.started_at != base::TimePoint{};
    if (begun && phase.finished_at == base::TimePoint{}) phase.finished_at = at;
  }
  leave_unfinished(upgrade.phases, kPhaseTable, PhaseCause::Leave);
  leave_unfinished(upgrade.waves, kWaveTable, WaveCause::Leave);
  leave_unfinished(upgrade.turns, kTurnTable, TurnCause::Leave);
  upgrade.startable.clear();
  upgrade.unreachable.clear();
  upgrade.failed_turns.clear();
  upgrade.failures = 0;
  for (auto& [key, domain] : upgrade.domains) domain.failed = 0;
  upgrade.timers.clear();
  upgrade.turning = false;
}

void resize_runs(Upgrade& upgrade) {
  const Plan& plan = *upgrade.plan;
  upgrade.phases.resize(plan.phases.size());
  upgrade.waves.resize(plan.waves.size());
  upgrade.turns.resize(plan.turns.size());
  upgrade.steps.resize(plan.steps.size());
  for (auto& turns : upgrade.turns_of_host) turns.clear();
  for (std::uint32_t i = 0; i < plan.turns.size(); ++i) {
    const base::PhaseIndex phase = plan.waves[plan.turns[i].wave.value].phase;
    if (phase >= upgrade.leg) upgrade.turns_of_host[plan.turns[i].host.value].push_back({i});
  }
}

/// What each service is, by its reading and no longer by the steps that were done.
void take_readings(Upgrade& upgrade) {
  const std::string to = to_string(upgrade.plan->to);
  upgrade.new_services = upgrade.unpinned_services = 0;
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service, ServiceRun& run) {
    const HostFacts& facts = *upgrade.hosts[host.value].facts;
    const ServiceFacts* running = find_running(facts, service.name);
    run.new_release = (running ? running->release : facts.installed_release) == to;
    run.stopped = run.stopped && running == nullptr;
    // A file that lost its pin since the start says nothing about the process.
    run.unpinned = run.new_release && running != nullptr && running->pin.empty() &&
                   !running->config_newer_than_process;
    upgrade.unpinned_services += run.unpinned ? 1U : 0U;
    upgrade.new_services += run.new_release ? 1U : 0U;
  });
}

/// A service that the new leg has no turn for is up: its charge ends. One that is only proven to be
/// up holds its charge until it is.
void return_charges(Upgrade& upgrade) {
  std::vector<bool> needed(upgrade.services.size());
  for (const Turn& turn : upgrade.plan->turns) {
    const bool of_leg = upgrade.plan->waves[turn.wave.value].phase >= upgrade.leg;
    if (of_leg && turn.service_index) needed[turn.service_index->value] = true;
  }
  std::size_t index = 0;
  for_each_service(upgrade, [&](base::HostIndex, const Service& service, ServiceRun& run) {
    if (needed[index++] || !run.charged) return;
    run.charged = false;
    --upgrade.domains.at({service.role, service.domain}).charged;
  });
}

/// The turn is left where it stands, and the wave does not wait for it.
void leave_turn(Upgrade& upgrade, base::TurnIndex index) {
  TurnRun& run = upgrade.turns[index.value];
  if (!next_state(kTurnTable, run.state, TurnCause::Leave)) return;
  const Turn& turn = turn_at(upgrade, index);
  if (run.state == TurnState::Failed) revive_turn(upgrade, index);
  WaveRun& wave = upgrade.waves[turn.wave.value];
  if (run.state == TurnState::Active) --wave.turns_active;
  upgrade.startable[budget_needed(upgrade, turn)].erase(index);
  upgrade.unreachable.erase(index);
  for (std::uint32_t i = 0; i < turn.step_count; ++i) {
    const base::StepIndex step{turn.first_step.value + i};
    upgrade.ready.erase({upgrade.steps[step.value].not_before, step});
  }
  move_state(kTurnTable, run.state, TurnCause::Leave);
  ++wave.turns_left;
}

}  // namespace

void turn_direction(Upgrade& upgrade, const DirectionTurned& fact, base::TimePoint at) {
  move_state(kUpgradeTable, upgrade.state, UpgradeCause::TurnRound);
  upgrade.direction = fact.direction;
  upgrade.turning = true;
  upgrade.turned_at = at;
  upgrade.pause.reset();
  upgrade.approvals.clear();
  upgrade.ready.clear();
  for (WaveRun& wave : upgrade.waves) wave.stalled_until.reset();
  for (HostRun& host : upgrade.hosts) {
    host.was_quarantined = host.quarantine.has_value();
    host.quarantine.reset();
  }
  for (auto& [key, domain] : upgrade.domains) domain.quarantined = 0;
  count_out_of_term(upgrade);
  drop_timers(upgrade);
}

void quarantine_host(Upgrade& upgrade, const HostQuarantined& fact) {
  upgrade.hosts.at(fact.host.value).quarantine = fact.reason;
  for (const base::TurnIndex turn : upgrade.turns_of_host[fact.host.value]) {
    leave_turn(upgrade, turn);
  }
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service, ServiceRun& run) {
    if (host != fact.host) return;
    DomainRun& domain = upgrade.domains.at({service.role, service.domain});
    ++domain.quarantined;
    if (run.charged) --domain.charged;
    run.charged = run.stopped = false;
  });
  count_out_of_term(upgrade);
  if (all_phases_done(upgrade)) return;
  PhaseRun& phase = upgrade.phases[upgrade.phase.value];
  if (!upgrade.plan->phases[upgrade.phase.value].finds_way) return;
  // Without this host the way may be another one.
  phase.judged = false;
  phase.checks.clear();
}

void extend_plan(Upgrade& upgrade, const PlanExtended& fact, base::TimePoint at) {
  const auto before = static_cast<std::uint32_t>(upgrade.phases.size());
  const bool new_leg = upgrade.turning;
  if (new_leg) leave_leg(upgrade, at);
  upgrade.plan = fact.plan;
  if (new_leg) upgrade.leg = {before};
  upgrade.phase = {before};
  upgrade.wave = upgrade.plan->phases.at(before).first_wave;
  resize_runs(upgrade);
  if (new_leg) return;
  take_readings(upgrade);
  return_charges(upgrade);
}

}  // namespace rollmill::core
