#include <algorithm>

#include "core/evolve_parts.h"
#include "core/navigation.h"
#include "core/transitions.h"
#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

void set_finished(Upgrade& upgrade, UpgradeCause cause, base::TimePoint at) {
  move_state(kUpgradeTable, upgrade.state, cause);
  upgrade.finished_at = at;
  upgrade.pause.reset();
  upgrade.timers.clear();
  upgrade.ready.clear();
}

/// One durable fact applied to the state; an overload for each kind.
struct Evolver {
  Upgrade& upgrade;
  base::TimePoint at;

  void operator()(const UpgradePlanned& fact) const { evolve_planned(upgrade, fact, at); }
  void operator()(const UpgradeStarted&) const {
    move_state(kUpgradeTable, upgrade.state, UpgradeCause::Start);
    upgrade.started_at = at;
  }
  void operator()(const ControllerStarted& fact) const { begin_term(upgrade, fact.epoch, at); }
  void operator()(const AgentConnected& fact) const { connect_host(upgrade, fact, at); }
  void operator()(const AgentLost& fact) const {
    disconnect_host(upgrade, fact.host, fact.reason, at);
  }

  void operator()(const PhaseStarted& fact) const {
    PhaseRun& run = upgrade.phases.at(fact.phase.value);
    move_state(kPhaseTable, run.state, PhaseCause::Start);
    run.started_at = at;
    upgrade.phase = fact.phase;
    upgrade.wave = upgrade.plan->phases[fact.phase.value].first_wave;
  }
  void operator()(const PhaseReset& fact) const { reset_phase(upgrade, fact.phase); }
  void operator()(const PhaseFinished& fact) const {
    PhaseRun& run = upgrade.phases.at(fact.phase.value);
    move_state(kPhaseTable, run.state, PhaseCause::Finish);
    run.finished_at = at;
    upgrade.phase = {fact.phase.value + 1};
  }
  void operator()(const PhaseJudged& fact) const {
    PhaseRun& run = upgrade.phases.at(fact.phase.value);
    run.judged = true;
    run.checks = fact.checks;
  }

  void operator()(const GateReached& fact) const {
    PhaseRun& run = upgrade.phases.at(fact.phase.value);
    if (run.state == PhaseState::Pending) run.awaiting_since = at;
    move_state(kPhaseTable, run.state, PhaseCause::ReachGate);
    upgrade.timers.erase({run.awaiting_until, TimerKind::GateWait, fact.phase.value});
    run.awaiting_until = fact.deadline;
    upgrade.timers.insert({fact.deadline, TimerKind::GateWait, fact.phase.value});
  }
  void operator()(const GatePassed& fact) const {
    const PhaseRun& run = upgrade.phases.at(fact.phase.value);
    upgrade.timers.erase({run.awaiting_until, TimerKind::GateWait, fact.phase.value});
    const std::string& gate = upgrade.plan->phases[fact.phase.value].gate->name;
    upgrade.timers.erase(
        {upgrade.approvals[gate].expires_at, TimerKind::ApprovalExpiry, fact.phase.value});
  }
  void operator()(const ApprovalGiven& fact) const { give_approval(upgrade, fact, at); }
  void operator()(const ApprovalExpired& fact) const { expire_approval(upgrade, fact.gate); }

  void operator()(const WaveStarted& fact) const { start_wave(upgrade, fact.wave); }
  void operator()(const SoakStarted& fact) const {
    WaveRun& run = upgrade.waves.at(fact.wave.value);
    move_state(kWaveTable, run.state, WaveCause::Soak);
    run.soak_until = fact.until;
    upgrade.timers.insert({fact.until, TimerKind::SoakEnd, fact.wave.value});
  }
  void operator()(const WaveFinished& fact) const {
    WaveRun& run = upgrade.waves.at(fact.wave.value);
    move_state(kWaveTable, run.state, WaveCause::Finish);
    upgrade.timers.erase({run.soak_until, TimerKind::SoakEnd, fact.wave.value});
    ++upgrade.phases[upgrade.plan->waves[fact.wave.value].phase.value].waves_done;
    upgrade.wave = {fact.wave.value + 1};
  }
  void operator()(const WaveStalled& fact) const {
    upgrade.waves.at(fact.wave.value).stalled_until = fact.deadline;
    upgrade.timers.insert({fact.deadline, TimerKind::WaveStall, fact.wave.value});
  }
  void operator()(const WaveUnstalled& fact) const {
    WaveRun& run = upgrade.waves.at(fact.wave.value);
    ROLLMILL_CHECK(run.stalled_until.has_value());
    upgrade.timers.erase({*run.stalled_until, TimerKind::WaveStall, fact.wave.value});
    run.stalled_until.reset();
  }

  void operator()(const TurnStarted& fact) const { start_turn(upgrade, fact.turn, at); }
  void operator()(const TurnFinished& fact) const { finish_turn(upgrade, fact.turn, at); }
  void operator()(const TurnFailed& fact) const { fail_turn(upgrade, fact.turn); }

  void operator()(const StepDispatched& fact) const { dispatch_step(upgrade, fact, at); }
  void operator()(const StepAccepted& fact) const {
    move_state(kStepTable, upgrade.steps.at(fact.step.value).state, StepCause::Accept);
  }
  void operator()(const StepWaiting& fact) const {
    StepRun& run = upgrade.steps.at(fact.step.value);
    move_state(kStepTable, run.state, StepCause::Wait);
    run.waiting = fact.cause;
  }
  void operator()(const StepSucceeded& fact) const { succeed_step(upgrade, fact, at); }
  void operator()(const StepFailed& fact) const { fail_step(upgrade, fact, at); }
  void operator()(const StepRetryPlanned& fact) const { plan_retry(upgrade, fact); }
  void operator()(const StepSkipped& fact) const { skip_step(upgrade, fact, at); }

  void operator()(const UpgradePaused& fact) const {
    move_state(kUpgradeTable, upgrade.state, UpgradeCause::Pause);
    upgrade.pause = Pause{fact.code, fact.reason, fact.by, at};
  }
  void operator()(const UpgradeResumed&) const {
    move_state(kUpgradeTable, upgrade.state, UpgradeCause::Resume);
    upgrade.pause.reset();
    send_again_in_time(upgrade, at);
  }
  void operator()(const UpgradeAborted&) const { set_finished(upgrade, UpgradeCause::Abort, at); }
  void operator()(const UpgradeSucceeded&) const {
    set_finished(upgrade, UpgradeCause::Finish, at);
  }
  void operator()(const UpgradeRolledBack&) const {
    set_finished(upgrade, UpgradeCause::FinishBack, at);
  }
  void operator()(const DirectionTurned& fact) const { turn_direction(upgrade, fact, at); }
  void operator()(const HostQuarantined& fact) const { quarantine_host(upgrade, fact); }
  void operator()(const PlanExtended& fact) const { extend_plan(upgrade, fact, at); }
  void operator()(const ApiProbed& fact) const {
    const auto last = static_cast<std::uint32_t>(upgrade.plan->phases.size() - 1);
    ProbeCount& count = upgrade.probes[{std::min(upgrade.phase.value, last)}];
    count.sent += fact.sent;
    count.failed += fact.failed;
    count.longest_gap = std::max(count.longest_gap, fact.longest_gap);
    if (!fact.last_error.empty()) count.last_error = fact.last_error;
  }
};

}  // namespace

void evolve(Upgrade& upgrade, const Fact& fact) {
  ROLLMILL_CHECK(upgrade.plan || std::holds_alternative<UpgradePlanned>(fact.body));
  std::visit(Evolver{upgrade, fact.at}, fact.body);
}

}  // namespace rollmill::core
