#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"

/// Facts: what has happened, durable, past tense. State is the fold of facts. Their stored form is
/// a promise (docs/formats/journal.md): fields are only ever added, with a default.
namespace rollmill::core {

/// First fact of an upgrade: what exactly will be run, asked for by whom and why.
struct UpgradePlanned {
  base::UpgradeId upgrade;
  std::shared_ptr<const Plan> plan;  ///< Never null.
  std::string by;
  std::string reason;
  std::string request_id;  ///< The client's idempotency key; may be empty.
};
struct UpgradeStarted {};
/// A controller took the fleet over with this epoch. Nobody is connected to it yet.
struct ControllerStarted {
  base::Epoch epoch = 0;
};
struct AgentConnected {
  base::HostIndex host;
  std::string agent_version;
  std::string boot_id;
};
struct AgentLost {
  base::HostIndex host;
  std::string reason;
};
struct PhaseStarted {
  base::PhaseIndex phase;
};
/// The phase is run again from its start, by a person's `retry` after a failed judgement.
struct PhaseReset {
  base::PhaseIndex phase;
};
struct PhaseFinished {
  base::PhaseIndex phase;
};
/// The phase waits for its approval until `deadline`, then pauses.
struct GateReached {
  base::PhaseIndex phase;
  base::TimePoint deadline{};
};
struct ApprovalGiven {
  std::string gate;
  std::string by;
  std::string reason;
  base::TimePoint expires_at{};
};
struct ApprovalExpired {
  std::string gate;
};
struct GatePassed {
  base::PhaseIndex phase;
};
struct WaveStarted {
  base::WaveIndex wave;
};
struct SoakStarted {
  base::WaveIndex wave;
  base::TimePoint until{};
};
struct WaveFinished {
  base::WaveIndex wave;
};
/// From here the turn's service is charged to its budget, if the turn takes it down.
struct TurnStarted {
  base::TurnIndex turn;
};
struct TurnFinished {
  base::TurnIndex turn;
};
/// The service stays charged to its budget until a retry finishes the turn.
struct TurnFailed {
  base::TurnIndex turn;
};
/// The wave cannot go on because the agents of its remaining turns are away.
struct WaveStalled {
  base::WaveIndex wave;
  base::TimePoint deadline{};
};
struct WaveUnstalled {
  base::WaveIndex wave;
};
struct StepDispatched {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  base::TimePoint deadline{};
};
struct StepAccepted {
  base::StepIndex step;
  std::uint32_t attempt = 1;
};
struct StepWaiting {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  TaskWaiting cause;
};
struct StepSucceeded {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  TaskSucceeded result;
};
struct StepFailed {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  TaskFailed failure;
};
/// The step will be dispatched again, not before the time given. `by` is empty for the automatic
/// retry inside the attempt budget; a person's retry starts a new attempt budget.
struct StepRetryPlanned {
  base::StepIndex step;
  base::TimePoint not_before{};
  std::string by;
  std::string reason;
};
struct StepSkipped {
  base::StepIndex step;
  std::string by;
  std::string reason;
};
/// The judgement over the whole fleet at the end of preflight or gate.
struct PhaseJudged {
  base::PhaseIndex phase;
  std::vector<CheckResult> checks;
};
struct UpgradePaused {
  std::string code;  ///< "PAUSED_BY_OPERATOR", or the blocked code of what failed.
  std::string reason;
  std::string by;  ///< Empty: rollmill itself.
};
struct UpgradeResumed {
  std::string by;
  std::string reason;
};
struct UpgradeAborted {
  std::string by;
  std::string reason;
};
struct UpgradeSucceeded {};
/// Requests of the built-in prober since the last such fact; `longest_gap` without an answer.
struct ApiProbed {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  base::Duration longest_gap{};
  std::string last_error;  ///< Of the last failed request, or empty.
};

using FactBody =
    std::variant<UpgradePlanned, UpgradeStarted, ControllerStarted, AgentConnected, AgentLost,
                 PhaseStarted, PhaseReset, PhaseFinished, GateReached, ApprovalGiven,
                 ApprovalExpired, GatePassed, WaveStarted, SoakStarted, WaveFinished, TurnStarted,
                 TurnFinished, TurnFailed, WaveStalled, WaveUnstalled, StepDispatched, StepAccepted,
                 StepWaiting, StepSucceeded, StepFailed, StepRetryPlanned, StepSkipped, PhaseJudged,
                 UpgradePaused, UpgradeResumed, UpgradeAborted, UpgradeSucceeded, ApiProbed>;

struct Fact {
  base::TimePoint at{};
  FactBody body;
};

/// "StepSucceeded": the kind's name, as stored.
const char* fact_kind(const FactBody& body);

}  // namespace rollmill::core
