#include "core/decide_parts.h"
#include "core/navigation.h"
#include "core/transitions.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::core {
namespace {

StepCause cause_of(const TaskOutcome& outcome) {
  return std::visit(base::Overloaded{
                        [](const TaskAccepted&) { return StepCause::Accept; },
                        [](const TaskWaiting&) { return StepCause::Wait; },
                        [](const TaskSucceeded&) { return StepCause::Succeed; },
                        [](const TaskFailed&) { return StepCause::Fail; },
                        [](const TaskRefused&) { return StepCause::Fail; },
                    },
                    outcome);
}

/// Not for us, or known already; a final report is acknowledged so that it is not sent again.
Decision turn_away(const TaskReported& event, std::string message) {
  Decision decision = refuse(base::ErrorCode::FailedPrecondition, std::move(message));
  if (is_final(event.report.outcome)) {
    decision.commands.push_back(AckReport{event.host, event.report.key});
  }
  return decision;
}

/// The agent works on what nobody wants any more, or would after a restart.
Decision give_up(const TaskReported& event, std::string message) {
  Decision decision = turn_away(event, std::move(message));
  if (!is_final(event.report.outcome)) {
    decision.commands.push_back(CancelTask{event.host, event.report.key});
  }
  return decision;
}

/// Why the report does not belong to the step it names; nothing when it does.
std::optional<std::string> mismatch(const Upgrade& upgrade, const TaskReported& event) {
  const TaskKey& key = event.report.key;
  if (key.upgrade != upgrade.id) return "report of another upgrade, " + key.upgrade.text;
  if (key.step.value >= upgrade.steps.size()) {
    return "report of step " + std::to_string(key.step.value) + ", which the plan does not have";
  }
  if (host_name(upgrade, step_at(upgrade, key.step).host) != event.host.text) {
    return name_step(upgrade, key.step) + " was reported by another host, " + event.host.text;
  }
  if (is_left(upgrade, key.step)) {
    return name_step(upgrade, key.step) + " was left when the upgrade turned round, or its host "
           "was put in quarantine";
  }
  const std::uint32_t attempt = upgrade.steps[key.step.value].attempt;
  if (key.attempt != attempt) {
    return name_step(upgrade, key.step) + ": report of attempt " + std::to_string(key.attempt) +
           ", but attempt " + std::to_string(attempt) + " is the current one";
  }
  return std::nullopt;
}

/// A success that came after its deadline counts: the work is done.
void add_success(const Upgrade& upgrade, base::StepIndex step, const TaskSucceeded& result,
                 Deciding& deciding) {
  const StepRun& run = upgrade.steps[step.value];
  deciding.fact(StepSucceeded{step, run.attempt, result});
  if (is_final(upgrade.state)) return;
  const base::TurnIndex turn = step_at(upgrade, step).turn;
  if (upgrade.turns[turn.value].steps_done + 1 == turn_at(upgrade, turn).step_count) {
    deciding.fact(TurnFinished{turn});
  }
  const bool late = run.state == StepState::Failed;
  if (late && upgrade.pause && upgrade.pause->by.empty() && upgrade.failures == 1) {
    add_resume(upgrade, {"", name_step(upgrade, step) + " has succeeded after all"}, deciding);
  }
}

void add_waiting(const Upgrade& upgrade, base::StepIndex step, const TaskWaiting& cause,
                 Deciding& deciding) {
  const StepRun& run = upgrade.steps[step.value];
  if (run.waiting == cause) return;
  deciding.fact(StepWaiting{step, run.attempt, cause});
}

void add_accepted(const Upgrade& upgrade, base::StepIndex step, Deciding& deciding) {
  const StepRun& run = upgrade.steps[step.value];
  if (run.state == StepState::Dispatched) deciding.fact(StepAccepted{step, run.attempt});
}

}  // namespace

void add_failure(const Upgrade& upgrade, base::StepIndex step, const TaskFailed& failure,
                 Deciding& deciding) {
  const StepRun& run = upgrade.steps[step.value];
  deciding.fact(StepFailed{step, run.attempt, failure});
  if (is_final(upgrade.state) || upgrade.turning) return;
  const Policy& policy = upgrade.plan->policy;
  if (failure.retryable && run.attempt - run.budget_from < policy.max_attempts) {
    deciding.fact(StepRetryPlanned{step, deciding.now() + policy.retry_delay, "", ""});
  } else {
    deciding.fact(TurnFailed{step_at(upgrade, step).turn});
  }
}

Decision decide_report(const Upgrade& upgrade, const TaskReported& event, base::TimePoint now) {
  if (const auto why = mismatch(upgrade, event)) return give_up(event, *why);
  if (is_final(upgrade.state) && !is_final(event.report.outcome)) {
    return give_up(event, "upgrade " + upgrade.id.text + " has ended");
  }
  const base::StepIndex step = event.report.key.step;
  const StepState state = upgrade.steps[step.value].state;
  const StepCause cause = cause_of(event.report.outcome);
  if (!next(state, cause)) {
    const std::string why = name_step(upgrade, step) + " is " + to_string(state) + "; \"" +
                            to_string(cause) + "\" does not fit it any more";
    // Beside a step that is in flight this only repeats what is known. Else its end is known, too,
    // and its agent, which may have been away, would rest on the task.
    return upgrade.in_flight.contains(step) ? turn_away(event, why) : give_up(event, why);
  }
  Deciding deciding(now);
  std::visit(
      base::Overloaded{
          [&](const TaskAccepted&) { add_accepted(upgrade, step, deciding); },
          [&](const TaskWaiting& cause_seen) { add_waiting(upgrade, step, cause_seen, deciding); },
          [&](const TaskSucceeded& result) { add_success(upgrade, step, result, deciding); },
          [&](const TaskFailed& failure) { add_failure(upgrade, step, failure, deciding); },
          [&](const TaskRefused& refused) {
            TaskFailed failure;
            failure.code = refused.code;
            failure.message = refused.message;
            failure.retryable = refused.code == "QUEUE_FULL";
            add_failure(upgrade, step, failure, deciding);
          },
      },
      event.report.outcome);
  if (is_final(event.report.outcome)) deciding.command(AckReport{event.host, event.report.key});
  return deciding.take();
}

}  // namespace rollmill::core
