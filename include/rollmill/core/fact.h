#pragma once

#include <string>
#include <variant>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/core/leg_facts.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"

/// Facts: what has happened, durable. State is the fold of facts. Their stored form is a promise
/// (docs/formats/journal.md): fields are only ever added, with a default.
namespace rollmill::core {

/// First fact of an upgrade: what exactly will be run, asked for by whom and why.
struct UpgradePlanned {
  base::UpgradeId upgrade;
  std::shared_ptr<const Plan> plan;  ///< Never null.
  std::string by;
  std::string reason;      ///< As given, may be empty.
  std::string request_id;  ///< The client's idempotency key; may be empty.
};
/// It runs from here on; written together with UpgradePlanned.
struct UpgradeStarted {};
/// A controller took the fleet over with this epoch. Nobody is connected to it yet.
struct ControllerStarted {
  base::Epoch epoch = 0;
};
/// An agent's stream was accepted. Its outstanding tasks are sent again.
struct AgentConnected {
  base::HostIndex host;
  std::string agent_version;  ///< "0.1.0"
  std::string boot_id;        ///< Changes when the host was restarted.
};
/// An agent's stream ended. Its tasks stay in flight: the host may well be working on them.
struct AgentLost {
  base::HostIndex host;
  std::string reason;  ///< "the stream ended"
};
/// The phase is the current one; its gate, if any, has been passed.
struct PhaseStarted {
  base::PhaseIndex phase;
};
/// The phase is run again from its start, by a person's `retry` after a failed judgement.
struct PhaseReset {
  base::PhaseIndex phase;
};
/// All waves are done and, where there is one, the judgement holds.
struct PhaseFinished {
  base::PhaseIndex phase;
};
/// The phase waits for its approval until `deadline`, then pauses.
struct GateReached {
  base::PhaseIndex phase;
  base::TimePoint deadline{};
};
/// A person allows a gated phase, at the gate or ahead of it. A later one replaces an earlier one.
struct ApprovalGiven {
  std::string gate;  ///< Name of the gate: "unpin".
  std::string by;
  std::string reason;
  base::TimePoint expires_at{};  ///< Used later than this it does not count.
};
/// The approval was not used in time; the gate is closed again.
struct ApprovalExpired {
  std::string gate;
};
/// The approval was used. Written together with PhaseStarted, in one transaction.
struct GatePassed {
  base::PhaseIndex phase;
};
/// The wave's turns may start, as its budgets allow.
struct WaveStarted {
  base::WaveIndex wave;
};
/// All turns are done; the wave is watched until the time given.
struct SoakStarted {
  base::WaveIndex wave;
  base::TimePoint until{};
};
/// The next wave, or the end of the phase, may follow.
struct WaveFinished {
  base::WaveIndex wave;
};
/// From here the turn's service is charged to its budget, if the turn takes it down.
struct TurnStarted {
  base::TurnIndex turn;
};
/// All steps are done or skipped; the budget is given back.
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
/// An agent came back, or it ended in a pause.
struct WaveUnstalled {
  base::WaveIndex wave;
};
/// The task is decided and counts as in flight, whether or not it reaches the agent.
/// `deadline`: when the step fails without a result, by the controller's clock.
struct StepDispatched {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  base::TimePoint deadline{};
};
/// The agent has the task in its own journal.
struct StepAccepted {
  base::StepIndex step;
  std::uint32_t attempt = 1;
};
/// The task waits for something outside, or (empty code) waits no more.
struct StepWaiting {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  TaskWaiting cause;
};
/// The agent's result; may come after the step has failed by its deadline.
struct StepSucceeded {
  base::StepIndex step;
  std::uint32_t attempt = 1;
  TaskSucceeded result;  ///< As the agent told it.
};
/// The agent's failure or refusal, or the controller's deadline.
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
/// A person leaves a failed step out; only verbs that no later phase relies on.
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
/// No further task is sent. Tasks in flight end and are recorded.
struct UpgradePaused {
  std::string code;  ///< "PAUSED_BY_OPERATOR", or the blocked code of what failed.
  std::string reason;
  std::string by;  ///< Empty: rollmill itself.
};
/// Tasks are sent again. `by` is empty when the cause of the pause went away by itself.
struct UpgradeResumed {
  std::string by;
  std::string reason;
};
/// Final: hosts stay as they are; tasks in flight are cancelled.
struct UpgradeAborted {
  std::string by;
  std::string reason;
};
/// Final: every phase is done.
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
                 UpgradePaused, UpgradeResumed, UpgradeAborted, UpgradeSucceeded, ApiProbed,
                 DirectionTurned, PlanExtended, HostQuarantined, UpgradeRolledBack>;

/// A fact and when it was decided, by the controller's clock.
struct Fact {
  base::TimePoint at{};
  FactBody body;
};

/// "StepSucceeded": the kind's name, as stored.
const char* fact_kind(const FactBody& body);

}  // namespace rollmill::core
