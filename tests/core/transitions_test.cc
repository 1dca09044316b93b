#include "core/transitions.h"

#include <gtest/gtest.h>

#include <set>

#include "rollmill/core/engine.h"
#include "support/builders.h"

namespace rollmill::core {
namespace {

template <typename State, typename Cause>
struct Machine {
  std::vector<State> states;
  std::vector<Cause> causes;
};

const Machine<UpgradeState, UpgradeCause> kUpgrade = {
    {UpgradeState::None, UpgradeState::Planned, UpgradeState::Running, UpgradeState::Paused,
     UpgradeState::Succeeded, UpgradeState::Aborted},
    {UpgradeCause::Plan, UpgradeCause::Start, UpgradeCause::Pause, UpgradeCause::Resume,
     UpgradeCause::Abort, UpgradeCause::Finish}};
const Machine<PhaseState, PhaseCause> kPhase = {
    {PhaseState::Pending, PhaseState::Awaiting, PhaseState::Active, PhaseState::Done},
    {PhaseCause::ReachGate, PhaseCause::Start, PhaseCause::Finish, PhaseCause::Reset}};
const Machine<WaveState, WaveCause> kWave = {
    {WaveState::Pending, WaveState::Active, WaveState::Soaking, WaveState::Done},
    {WaveCause::Start, WaveCause::Soak, WaveCause::Finish, WaveCause::Reset}};
const Machine<TurnState, TurnCause> kTurn = {
    {TurnState::Pending, TurnState::Active, TurnState::Failed, TurnState::Done},
    {TurnCause::Start, TurnCause::Fail, TurnCause::Retry, TurnCause::Finish, TurnCause::Reset}};
const Machine<StepState, StepCause> kStep = {
    {StepState::Pending, StepState::Dispatched, StepState::Running, StepState::Succeeded,
     StepState::Failed, StepState::Skipped},
    {StepCause::Dispatch, StepCause::Accept, StepCause::Wait, StepCause::Succeed, StepCause::Fail,
     StepCause::Retry, StepCause::Skip, StepCause::Reset}};

/// Every state and every cause: where it leads, or `-` where the pair is refused.
template <typename Table, typename State, typename Cause>
std::string matrix(const Table& table, const Machine<State, Cause>& machine) {
  std::string text;
  for (const State state : machine.states) {
    text += std::string(to_string(state)) + ":";
    for (const Cause cause : machine.causes) {
      const auto to = next_state(table, state, cause);
      text += std::string(" ") + (to ? to_string(*to) : "-");
    }
    text += "\n";
  }
  return text;
}

TEST(Transitions, upgrade_moves_as_written_and_refuses_all_else) {
  EXPECT_EQ(matrix(kUpgradeTable, kUpgrade),
            // plan   start   pause  resume  abort   finish
            "NONE: PLANNED - - - - -\n"
            "PLANNED: - RUNNING - - ABORTED -\n"
            "RUNNING: - - PAUSED - ABORTED SUCCEEDED\n"
            "PAUSED: - - PAUSED RUNNING ABORTED -\n"
            "SUCCEEDED: - - - - - -\n"
            "ABORTED: - - - - - -\n");
}

TEST(Transitions, phase_moves_as_written_and_refuses_all_else) {
  EXPECT_EQ(matrix(kPhaseTable, kPhase),
            // reach gate  start  finish  reset
            "pending: awaiting active - -\n"
            "awaiting: awaiting active - -\n"
            "active: - - done active\n"
            "done: - - - -\n");
}

TEST(Transitions, wave_moves_as_written_and_refuses_all_else) {
  EXPECT_EQ(matrix(kWaveTable, kWave),
            // start  soak  finish  reset
            "pending: active - - -\n"
            "active: - soaking done -\n"
            "soaking: - - done -\n"
            "done: - - - pending\n");
}

TEST(Transitions, turn_moves_as_written_and_refuses_all_else) {
  EXPECT_EQ(matrix(kTurnTable, kTurn),
            // start  fail  retry  finish  reset
            "pending: active - - - -\n"
            "active: - failed - done -\n"
            "failed: - - active - -\n"
            "done: - - - - pending\n");
}

TEST(Transitions, step_moves_as_written_and_refuses_all_else) {
  EXPECT_EQ(matrix(kStepTable, kStep),
            // dispatch  accept  wait  succeed  fail  retry  skip  reset
            "pending: dispatched - - - - - - -\n"
            "dispatched: - running running succeeded failed - - -\n"
            "running: - running running succeeded failed - - -\n"
            "succeeded: - - - - - - - pending\n"
            "failed: - - - succeeded - pending skipped -\n"
            "skipped: - - - - - - - pending\n");
}

/// Names are what goldens and files are read by: two alike would hide a difference.
template <typename Value>
void expect_distinct(const std::vector<Value>& values) {
  std::set<std::string> names;
  for (const Value value : values) EXPECT_TRUE(names.insert(to_string(value)).second);
}

TEST(Transitions, names_of_states_and_causes_are_distinct) {
  expect_distinct(kUpgrade.states);
  expect_distinct(kUpgrade.causes);
  expect_distinct(kPhase.states);
  expect_distinct(kPhase.causes);
  expect_distinct(kWave.states);
  expect_distinct(kWave.causes);
  expect_distinct(kTurn.states);
  expect_distinct(kTurn.causes);
  expect_distinct(kStep.states);
  expect_distinct(kStep.causes);
}

Upgrade started() {
  Upgrade upgrade;
  UpgradePlanned planned;
  planned.upgrade.text = "u1";
  planned.plan = std::make_shared<const Plan>(test::plan_for(test::fleet("cond x2, api x2, "
                                                                         "admin schema")));
  evolve(upgrade, {test::start_time(), planned});
  evolve(upgrade, {test::start_time(), UpgradeStarted{}});
  return upgrade;
}

void apply(Upgrade upgrade, FactBody body) {
  evolve(upgrade, {test::start_time(), std::move(body)});
}

TEST(TransitionsDeathTest, fact_without_a_row_aborts) {
  const Upgrade upgrade = started();
  EXPECT_DEATH(apply({}, UpgradeStarted{}), "plan");
  EXPECT_DEATH(apply(upgrade, UpgradeResumed{}), "");
  EXPECT_DEATH(apply(upgrade, PhaseFinished{{0}}), "");
  EXPECT_DEATH(apply(upgrade, WaveFinished{{0}}), "");
  EXPECT_DEATH(apply(upgrade, TurnFinished{{0}}), "");
  EXPECT_DEATH(apply(upgrade, StepAccepted{{0}, 1}), "");
}

}  // namespace
}  // namespace rollmill::core
