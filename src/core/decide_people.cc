#include <algorithm>

#include "core/decide_parts.h"
#include "core/navigation.h"
#include "core/transitions.h"

/// What people ask for. Each verb works in every state or is refused with a sentence.
namespace rollmill::core {
namespace {

using base::ErrorCode;

constexpr base::Duration kApprovalValid{std::chrono::hours{24}};
constexpr base::Duration kLongestApproval{std::chrono::hours{24 * 30}};

std::string state_is(const Upgrade& upgrade) {
  return "upgrade " + upgrade.id.text + " is " + to_string(upgrade.state);
}

bool judgement_failed(const Upgrade& upgrade) {
  if (all_phases_done(upgrade)) return false;
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  return run.judged && has_failed_check(upgrade.plan->policy, run.checks);
}

/// Steps whose effect a later phase relies on cannot be left out; of surveys, the one that writes
/// down what the others compare with.
bool may_skip(const Step& step) {
  switch (step.verb) {
    case Verb::Survey:
      return !step.args.baseline;
    case Verb::Probe:
    case Verb::Enlist:
    case Verb::Restore:
      return true;
    case Verb::Inspect:
    case Verb::Stage:
    case Verb::Install:
    case Verb::Expand:
    case Verb::Pin:
    case Verb::Drain:
    case Verb::Stop:
    case Verb::Start:
    case Verb::Unpin:
    case Verb::Migrate:
    case Verb::Attest:
      return false;
  }
  base::check_failed("a verb that is none", __FILE__, __LINE__);
}

std::optional<base::PhaseIndex> phase_of_gate(const Upgrade& upgrade, const std::string& gate) {
  const auto& phases = upgrade.plan->phases;
  for (std::uint32_t i = upgrade.leg.value; i < phases.size(); ++i) {
    if (phases[i].gate && phases[i].gate->name == gate) return base::PhaseIndex{i};
  }
  return std::nullopt;
}

std::string gates_of(const Upgrade& upgrade) {
  std::string names;
  for (std::size_t i = upgrade.leg.value; i < upgrade.plan->phases.size(); ++i) {
    const auto& gate = upgrade.plan->phases[i].gate;
    if (gate) names += (names.empty() ? "" : ", ") + gate->name;
  }
  return names.empty() ? "none" : names;
}

Decision refuse_left(const Upgrade& upgrade, base::StepIndex step) {
  return refuse(ErrorCode::FailedPrecondition,
                name_step(upgrade, step) +
                    " was left when the upgrade turned round, or its host "
                    "was put in quarantine; nothing of it goes on");
}

/// A step that has not failed is neither retried nor skipped. `wanted` ends the sentence.
std::optional<Decision> refuse_not_failed(const Upgrade& upgrade, base::StepIndex step,
                                          const std::string& wanted) {
  const StepRun& run = upgrade.steps[step.value];
  if (run.state == StepState::Failed) return std::nullopt;
  const std::string why = run.state == StepState::Skipped     ? "it was skipped"
                          : run.state == StepState::Succeeded ? "it is done"
                          : run.state != StepState::Pending   ? "it is under way"
                          : run.attempt > 0                   ? "it is tried again by itself"
                                                              : "it has not begun";
  return refuse(ErrorCode::FailedPrecondition,
                name_step(upgrade, step) + " has not failed: " + why + wanted);
}

/// What failed before is left behind, and what will be asked is not known yet.
std::optional<Decision> refuse_turning(const Upgrade& upgrade) {
  if (!upgrade.turning) return std::nullopt;
  return refuse(ErrorCode::FailedPrecondition,
                "upgrade " + upgrade.id.text +
                    " turns round just now; look at it again when its "
                    "new way is planned");
}

}  // namespace

void end_own_pause(const Upgrade& upgrade, const Actor& actor, Deciding& deciding,
                   const std::vector<base::StepIndex>& ended) {
  if (upgrade.pause && upgrade.pause->by.empty()) add_resume(upgrade, actor, deciding, ended);
}

void add_resume(const Upgrade& upgrade, const Actor& actor, Deciding& deciding,
                const std::vector<base::StepIndex>& ended) {
  deciding.fact(UpgradeResumed{actor.by, actor.reason});
  for (const base::StepIndex step : upgrade.in_flight) {
    if (std::find(ended.begin(), ended.end(), step) != ended.end()) continue;
    deciding.command(word_for(upgrade, step));
  }
}

Decision decide_request(const Upgrade& upgrade, const UpgradeRequested& event,
                        base::TimePoint now) {
  if (upgrade.state != UpgradeState::None) {
    return refuse(ErrorCode::AlreadyExists, state_is(upgrade) + " already");
  }
  return Deciding(now)
      .fact(UpgradePlanned{event.upgrade, event.plan, event.actor.by, event.actor.reason,
                           event.request_id})
      .fact(UpgradeStarted{})
      .take();
}

Decision decide_pause(const Upgrade& upgrade, const PauseRequested& event, base::TimePoint now) {
  if (upgrade.pause && !upgrade.pause->by.empty()) {
    return refuse(ErrorCode::FailedPrecondition,
                  state_is(upgrade) + " already, by " + upgrade.pause->by);
  }
  if (!next(upgrade.state, UpgradeCause::Pause)) {
    return refuse(ErrorCode::FailedPrecondition, state_is(upgrade) + "; it cannot be paused");
  }
  const std::string why = gives_reason(event.actor) ? event.actor.reason : "no reason was given";
  return Deciding(now)
      .fact(UpgradePaused{"PAUSED_BY_OPERATOR", "paused by " + event.actor.by + ": " + why,
                          event.actor.by})
      .take();
}

Decision decide_resume(const Upgrade& upgrade, const ResumeRequested& event, base::TimePoint now) {
  if (!next(upgrade.state, UpgradeCause::Resume)) {
    return refuse(ErrorCode::FailedPrecondition, state_is(upgrade) + "; nothing to resume");
  }
  Deciding deciding(now);
  add_resume(upgrade, event.actor, deciding);
  return deciding.take();
}

Decision decide_abort(const Upgrade& upgrade, const AbortRequested& event, base::TimePoint now) {
  Deciding deciding(now);
  deciding.fact(UpgradeAborted{event.actor.by, event.actor.reason});
  for (const base::StepIndex step : upgrade.in_flight) deciding.command(cancel_of(upgrade, step));
  return deciding.take();
}

Decision decide_approve(const Upgrade& upgrade, const ApproveRequested& event,
                        base::TimePoint now) {
  if (auto refused = refuse_turning(upgrade)) return *refused;
  const auto phase = phase_of_gate(upgrade, event.gate);
  if (!phase) {
    return refuse(ErrorCode::NotFound, "the plan has no gate \"" + event.gate +
                                           "\"; its gates are: " + gates_of(upgrade));
  }
  const PhaseState state = upgrade.phases[phase->value].state;
  if (state != PhaseState::Pending && state != PhaseState::Awaiting) {
    return refuse(ErrorCode::FailedPrecondition,
                  "gate \"" + event.gate + "\" has been passed already");
  }
  const base::Duration valid =
      event.valid_for > base::Duration::zero() ? event.valid_for : kApprovalValid;
  if (valid > kLongestApproval) {
    return refuse(ErrorCode::InvalidArgument, "an approval is valid for 30 days at most");
  }
  return Deciding(now)
      .fact(ApprovalGiven{event.gate, event.actor.by, event.actor.reason, now + valid})
      .take();
}

Decision decide_retry(const Upgrade& upgrade, const RetryRequested& event, base::TimePoint now) {
  if (auto refused = refuse_turning(upgrade)) return *refused;
  Deciding deciding(now);
  const auto plan_one = [&](base::StepIndex step) {
    deciding.fact(StepRetryPlanned{step, now, event.actor.by, event.actor.reason});
  };
  if (event.step) {
    const bool known = event.step->value < upgrade.steps.size();
    if (known && is_left(upgrade, *event.step)) return refuse_left(upgrade, *event.step);
    if (!known) {
      return refuse(ErrorCode::FailedPrecondition,
                    "the plan has no step " + std::to_string(event.step->value));
    }
    if (auto refused = refuse_not_failed(upgrade, *event.step, "")) return *refused;
    plan_one(*event.step);
  } else {
    for (const base::TurnIndex turn : upgrade.failed_turns) plan_one(current_step(upgrade, turn));
    if (upgrade.failed_turns.empty() && judgement_failed(upgrade)) {
      deciding.fact(PhaseReset{upgrade.phase});
    }
  }
  const bool own_pause = upgrade.pause && upgrade.pause->by.empty();
  if (deciding.empty() && !own_pause) {
    return refuse(ErrorCode::FailedPrecondition,
                  "nothing has failed in upgrade " + upgrade.id.text +
                      (upgrade.pause ? "; go on with: rollmill upgrade resume" : ""));
  }
  end_own_pause(upgrade, event.actor, deciding);
  return deciding.take();
}

Decision decide_skip(const Upgrade& upgrade, const SkipRequested& event, base::TimePoint now) {
  if (auto refused = refuse_turning(upgrade)) return *refused;
  if (event.step.value >= upgrade.steps.size()) {
    return refuse(ErrorCode::NotFound, "the plan has no step " + std::to_string(event.step.value));
  }
  const std::string name = name_step(upgrade, event.step);
  if (is_left(upgrade, event.step)) return refuse_left(upgrade, event.step);
  if (auto refused =
          refuse_not_failed(upgrade, event.step, "; only a failed step can be skipped")) {
    return *refused;
  }
  if (!may_skip(step_at(upgrade, event.step))) {
    return refuse(ErrorCode::FailedPrecondition,
                  name + " cannot be left out: later phases rely on it; retry it, or abort");
  }
  if (!gives_reason(event.actor)) {
    return refuse(ErrorCode::InvalidArgument, "skipping " + name + " needs a reason");
  }
  Deciding deciding(now);
  deciding.fact(StepSkipped{event.step, event.actor.by, event.actor.reason});
  const base::TurnIndex turn = step_at(upgrade, event.step).turn;
  if (upgrade.turns[turn.value].steps_done + 1 == turn_at(upgrade, turn).step_count) {
    deciding.fact(TurnFinished{turn});
  }
  end_own_pause(upgrade, event.actor, deciding);
  return deciding.take();
}

}  // namespace rollmill::core
