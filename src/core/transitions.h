#pragma once

#include <array>
#include <optional>

#include "rollmill/base/check.h"
#include "rollmill/core/upgrade.h"

/// The transition tables: literal, aligned, total. A (state, cause) pair without a row is refused
/// with a reason; tests walk every pair, and docs/state_machines.md is printed from here.
namespace rollmill::core {

template <typename State, typename Cause>
struct Transition {
  State from;
  Cause cause;
  State to;
};

enum class UpgradeCause { Plan, Start, Pause, Resume, Abort, Finish, TurnRound, FinishBack };
enum class PhaseCause { ReachGate, Start, Finish, Reset, Leave };
enum class WaveCause { Start, Soak, Finish, Reset, Leave };
enum class TurnCause { Start, Fail, Retry, Finish, Reset, Leave };
enum class StepCause { Dispatch, Accept, Wait, Succeed, Fail, Retry, Skip, Reset };

// clang-format off
using UpgradeRow = Transition<UpgradeState, UpgradeCause>;
inline constexpr std::array kUpgradeTable = {
    UpgradeRow{UpgradeState::None,    UpgradeCause::Plan,       UpgradeState::Planned},
    UpgradeRow{UpgradeState::Planned, UpgradeCause::Start,      UpgradeState::Running},
    UpgradeRow{UpgradeState::Planned, UpgradeCause::Abort,      UpgradeState::Aborted},
    UpgradeRow{UpgradeState::Running, UpgradeCause::Pause,      UpgradeState::Paused},
    UpgradeRow{UpgradeState::Running, UpgradeCause::Abort,      UpgradeState::Aborted},
    UpgradeRow{UpgradeState::Running, UpgradeCause::TurnRound,  UpgradeState::Running},
    UpgradeRow{UpgradeState::Running, UpgradeCause::Finish,     UpgradeState::Succeeded},
    UpgradeRow{UpgradeState::Running, UpgradeCause::FinishBack, UpgradeState::RolledBack},
    UpgradeRow{UpgradeState::Paused,  UpgradeCause::Pause,      UpgradeState::Paused},
    UpgradeRow{UpgradeState::Paused,  UpgradeCause::Resume,     UpgradeState::Running},
    UpgradeRow{UpgradeState::Paused,  UpgradeCause::TurnRound,  UpgradeState::Running},
    UpgradeRow{UpgradeState::Paused,  UpgradeCause::Abort,      UpgradeState::Aborted},
};

using PhaseRow = Transition<PhaseState, PhaseCause>;
inline constexpr std::array kPhaseTable = {
    PhaseRow{PhaseState::Pending,  PhaseCause::ReachGate, PhaseState::Awaiting},
    PhaseRow{PhaseState::Pending,  PhaseCause::Start,     PhaseState::Active},
    PhaseRow{PhaseState::Awaiting, PhaseCause::ReachGate, PhaseState::Awaiting},
    PhaseRow{PhaseState::Awaiting, PhaseCause::Start,     PhaseState::Active},
    PhaseRow{PhaseState::Active,   PhaseCause::Finish,    PhaseState::Done},
    PhaseRow{PhaseState::Active,   PhaseCause::Reset,     PhaseState::Active},
    PhaseRow{PhaseState::Pending,  PhaseCause::Leave,     PhaseState::Left},
    PhaseRow{PhaseState::Awaiting, PhaseCause::Leave,     PhaseState::Left},
    PhaseRow{PhaseState::Active,   PhaseCause::Leave,     PhaseState::Left},
};

using WaveRow = Transition<WaveState, WaveCause>;
inline constexpr std::array kWaveTable = {
    WaveRow{WaveState::Pending, WaveCause::Start,  WaveState::Active},
    WaveRow{WaveState::Active,  WaveCause::Soak,   WaveState::Soaking},
    WaveRow{WaveState::Active,  WaveCause::Finish, WaveState::Done},
    WaveRow{WaveState::Soaking, WaveCause::Finish, WaveState::Done},
    WaveRow{WaveState::Done,    WaveCause::Reset,  WaveState::Pending},
    WaveRow{WaveState::Pending, WaveCause::Leave,  WaveState::Left},
    WaveRow{WaveState::Active,  WaveCause::Leave,  WaveState::Left},
    WaveRow{WaveState::Soaking, WaveCause::Leave,  WaveState::Left},
};

using TurnRow = Transition<TurnState, TurnCause>;
inline constexpr std::array kTurnTable = {
    TurnRow{TurnState::Pending, TurnCause::Start,  TurnState::Active},
    TurnRow{TurnState::Active,  TurnCause::Fail,   TurnState::Failed},
    TurnRow{TurnState::Active,  TurnCause::Finish, TurnState::Done},
    TurnRow{TurnState::Failed,  TurnCause::Retry,  TurnState::Active},
    TurnRow{TurnState::Done,    TurnCause::Reset,  TurnState::Pending},
    TurnRow{TurnState::Pending, TurnCause::Leave,  TurnState::Left},
    TurnRow{TurnState::Active,  TurnCause::Leave,  TurnState::Left},
    TurnRow{TurnState::Failed,  TurnCause::Leave,  TurnState::Left},
};

using StepRow = Transition<StepState, StepCause>;
inline constexpr std::array kStepTable = {
    StepRow{StepState::Pending,    StepCause::Dispatch, StepState::Dispatched},
    StepRow{StepState::Dispatched, StepCause::Accept,   StepState::Running},
    StepRow{StepState::Dispatched, StepCause::Wait,     StepState::Running},
    StepRow{StepState::Dispatched, StepCause::Succeed,  StepState::Succeeded},
    StepRow{StepState::Dispatched, StepCause::Fail,     StepState::Failed},
    StepRow{StepState::Running,    StepCause::Accept,   StepState::Running},
    StepRow{StepState::Running,    StepCause::Wait,     StepState::Running},
    StepRow{StepState::Running,    StepCause::Succeed,  StepState::Succeeded},
    StepRow{StepState::Running,    StepCause::Fail,     StepState::Failed},
    StepRow{StepState::Succeeded,  StepCause::Reset,    StepState::Pending},
    StepRow{StepState::Failed,     StepCause::Succeed,  StepState::Succeeded},
    StepRow{StepState::Failed,     StepCause::Retry,    StepState::Pending},
    StepRow{StepState::Failed,     StepCause::Skip,     StepState::Skipped},
    StepRow{StepState::Skipped,    StepCause::Reset,    StepState::Pending},
};
// clang-format on

/// At most one row for each (state, cause).
template <typename Table>
consteval bool deterministic(const Table& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    for (std::size_t j = i + 1; j < table.size(); ++j) {
      if (table[i].from == table[j].from && table[i].cause == table[j].cause) return false;
    }
  }
  return true;
}
/// No row leads out of `state`.
template <typename Table, typename State>
consteval bool terminal(const Table& table, State state) {
  for (const auto& row : table) {
    if (row.from == state) return false;
  }
  return true;
}
static_assert(deterministic(kUpgradeTable) && deterministic(kPhaseTable) &&
              deterministic(kWaveTable) && deterministic(kTurnTable) && deterministic(kStepTable));
static_assert(terminal(kUpgradeTable, UpgradeState::Succeeded));
static_assert(terminal(kUpgradeTable, UpgradeState::Aborted));
static_assert(terminal(kUpgradeTable, UpgradeState::RolledBack));
static_assert(terminal(kPhaseTable, PhaseState::Left) && terminal(kWaveTable, WaveState::Left) &&
              terminal(kTurnTable, TurnState::Left));
static_assert(terminal(kPhaseTable, PhaseState::Done));

/// Where `cause` leads from `state`; nothing when the pair is refused.
template <typename Table, typename State, typename Cause>
std::optional<State> next_state(const Table& table, State state, Cause cause) {
  for (const auto& row : table) {
    if (row.from == state && row.cause == cause) return row.to;
  }
  return std::nullopt;
}

/// Moves `state` along the table; aborts when there is no row: a fact that may not be.
template <typename Table, typename State, typename Cause>
void move_state(const Table& table, State& state, Cause cause) {
  const std::optional<State> to = next_state(table, state, cause);
  ROLLMILL_CHECK(to.has_value());
  state = *to;
}

inline std::optional<UpgradeState> next(UpgradeState state, UpgradeCause cause) {
  return next_state(kUpgradeTable, state, cause);
}
inline std::optional<StepState> next(StepState state, StepCause cause) {
  return next_state(kStepTable, state, cause);
}

const char* to_string(UpgradeCause cause);
const char* to_string(PhaseCause cause);
const char* to_string(WaveCause cause);
const char* to_string(TurnCause cause);
const char* to_string(StepCause cause);

}  // namespace rollmill::core
