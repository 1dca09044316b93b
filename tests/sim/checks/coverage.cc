#include "sim/checks/coverage.h"

#include <algorithm>
#include <variant>

#include "core/transitions.h"

namespace rollmill::sim {
namespace {

using namespace core;

template <typename Enum>
std::size_t at(Enum value) {
  return static_cast<std::size_t>(value);
}

template <typename State, typename Cause>
std::string row_name(const char* machine, State state, Cause cause) {
  std::string name = std::string(machine) + "/" + to_string(state) + "/" + to_string(cause);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

template <typename Rows>
void add_rows(Coverage& coverage, const char* machine, const Rows& rows) {
  for (const auto& row : rows) coverage.add(row_name(machine, row.from, row.cause), 0);
}

template <typename Rows, typename Counted>
void add_counts(Coverage& coverage, const char* machine, const Rows& rows, const Counted& table) {
  for (const auto& row : rows) {
    const auto times = table[at(row.from)][at(row.cause)];
    if (times > 0) coverage.add(row_name(machine, row.from, row.cause), times);
  }
}

}  // namespace

/// What is unfinished of the leg before is left.
template <typename Rows, typename Runs, typename Cause>
void Transitions::leave(Table& table, const Rows& rows, const Runs& runs, Cause cause) {
  for (const auto& run : runs) {
    if (next_state(rows, run.state, cause)) count(table, at(run.state), at(cause));
  }
}

/// A phase that is run again takes its waves, turns and steps along.
void Transitions::reset(const Upgrade& before, base::PhaseIndex phase) {
  const Phase& of = before.plan->phases[phase.value];
  for (std::uint32_t w = 0; w < of.wave_count; ++w) {
    const Wave& wave = before.plan->waves[of.first_wave.value + w];
    count(wave_, at(before.waves[of.first_wave.value + w].state), at(WaveCause::Reset));
    for (std::uint32_t t = 0; t < wave.turn_count; ++t) {
      const std::uint32_t number = wave.first_turn.value + t;
      const Turn& turn = before.plan->turns[number];
      count(turn_, at(before.turns[number].state), at(TurnCause::Reset));
      for (std::uint32_t s = 0; s < turn.step_count; ++s) {
        const auto state = before.steps[turn.first_step.value + s].state;
        count(step_, at(state), at(StepCause::Reset));
      }
    }
  }
}

void Transitions::note(const Upgrade& before, const FactBody& fact) {
  const auto upgrade = [&](UpgradeCause cause) { count(upgrade_, at(before.state), at(cause)); };
  const auto phase = [&](base::PhaseIndex i, PhaseCause cause) {
    count(phase_, at(before.phases[i.value].state), at(cause));
  };
  const auto wave = [&](base::WaveIndex i, WaveCause cause) {
    count(wave_, at(before.waves[i.value].state), at(cause));
  };
  const auto turn = [&](base::TurnIndex i, TurnCause cause) {
    count(turn_, at(before.turns[i.value].state), at(cause));
  };
  const auto step = [&](base::StepIndex i, StepCause cause) {
    count(step_, at(before.steps[i.value].state), at(cause));
  };
  if (std::get_if<UpgradePlanned>(&fact)) upgrade(UpgradeCause::Plan);
  if (std::get_if<UpgradeStarted>(&fact)) upgrade(UpgradeCause::Start);
  if (std::get_if<UpgradePaused>(&fact)) upgrade(UpgradeCause::Pause);
  if (std::get_if<UpgradeResumed>(&fact)) upgrade(UpgradeCause::Resume);
  if (std::get_if<UpgradeAborted>(&fact)) upgrade(UpgradeCause::Abort);
  if (std::get_if<UpgradeSucceeded>(&fact)) upgrade(UpgradeCause::Finish);
  if (std::get_if<DirectionTurned>(&fact)) upgrade(UpgradeCause::TurnRound);
  if (std::get_if<UpgradeRolledBack>(&fact)) upgrade(UpgradeCause::FinishBack);
  if (std::get_if<PlanExtended>(&fact)) {
    leave(phase_, kPhaseTable, before.phases, PhaseCause::Leave);
    leave(wave_, kWaveTable, before.waves, WaveCause::Leave);
    leave(turn_, kTurnTable, before.turns, TurnCause::Leave);
  }
  if (const auto* f = std::get_if<GateReached>(&fact)) phase(f->phase, PhaseCause::ReachGate);
  if (const auto* f = std::get_if<PhaseStarted>(&fact)) phase(f->phase, PhaseCause::Start);
  if (const auto* f = std::get_if<PhaseFinished>(&fact)) phase(f->phase, PhaseCause::Finish);
  if (const auto* f = std::get_if<PhaseReset>(&fact)) {
    phase(f->phase, PhaseCause::Reset);
    reset(before, f->phase);
  }
  if (const auto* f = std::get_if<WaveStarted>(&fact)) wave(f->wave, WaveCause::Start);
  if (const auto* f = std::get_if<SoakStarted>(&fact)) wave(f->wave, WaveCause::Soak);
  if (const auto* f = std::get_if<WaveFinished>(&fact)) wave(f->wave, WaveCause::Finish);
  if (const auto* f = std::get_if<TurnStarted>(&fact)) turn(f->turn, TurnCause::Start);
  if (const auto* f = std::get_if<TurnFinished>(&fact)) turn(f->turn, TurnCause::Finish);
  if (const auto* f = std::get_if<TurnFailed>(&fact)) turn(f->turn, TurnCause::Fail);
  if (const auto* f = std::get_if<StepDispatched>(&fact)) step(f->step, StepCause::Dispatch);
  if (const auto* f = std::get_if<StepAccepted>(&fact)) step(f->step, StepCause::Accept);
  if (const auto* f = std::get_if<StepWaiting>(&fact)) step(f->step, StepCause::Wait);
  if (const auto* f = std::get_if<StepSucceeded>(&fact)) step(f->step, StepCause::Succeed);
  if (const auto* f = std::get_if<StepFailed>(&fact)) step(f->step, StepCause::Fail);
  if (const auto* f = std::get_if<StepSkipped>(&fact)) step(f->step, StepCause::Skip);
  if (const auto* f = std::get_if<StepRetryPlanned>(&fact)) {
    step(f->step, StepCause::Retry);
    const base::TurnIndex owner = before.plan->steps[f->step.value].turn;
    if (before.turns[owner.value].state == TurnState::Failed) turn(owner, TurnCause::Retry);
  }
}

void Transitions::add_to(Coverage& coverage) const {
  add_counts(coverage, "upgrade", kUpgradeTable, upgrade_);
  add_counts(coverage, "phase", kPhaseTable, phase_);
  add_counts(coverage, "wave", kWaveTable, wave_);
  add_counts(coverage, "turn", kTurnTable, turn_);
  add_counts(coverage, "step", kStepTable, step_);
}

Coverage all_transitions() {
  Coverage coverage;
  add_rows(coverage, "upgrade", kUpgradeTable);
  add_rows(coverage, "phase", kPhaseTable);
  add_rows(coverage, "wave", kWaveTable);
  add_rows(coverage, "turn", kTurnTable);
  add_rows(coverage, "step", kStepTable);
  return coverage;
}

}  // namespace rollmill::sim
