#include "core/navigation.h"
#include "core/quarantine.h"
#include "rollmill/core/views.h"

namespace rollmill::core {
namespace {

std::string because(const std::string& by, const std::string& reason) {
  return (by.empty() ? "" : " by " + by) + (reason.empty() ? "" : ": " + reason);
}

std::string count_failed(const std::vector<CheckResult>& checks) {
  std::size_t failed = 0;
  for (const CheckResult& check : checks) failed += check.verdict == Verdict::Failed ? 1U : 0U;
  return std::to_string(checks.size()) + " findings, " + std::to_string(failed) + " failed";
}

/// Steps that never change anything; for them "nothing to do" would say nothing.
bool only_reads(Verb verb) {
  return verb == Verb::Inspect || verb == Verb::Survey || verb == Verb::Attest ||
         verb == Verb::Probe;
}

/// Fills the event's words, an overload for each kind of fact.
struct Narrator {
  const Upgrade& upgrade;
  EventView& event;

  void say(std::string text, const char* severity = "info") const {
    event.text = std::move(text);
    event.severity = severity;
  }
  void at_phase(base::PhaseIndex phase) const {
    event.phase = to_string(upgrade.plan->phases.at(phase.value).kind);
  }
  void at_wave(base::WaveIndex wave) const { at_phase(upgrade.plan->waves.at(wave.value).phase); }
  const Wave& wave(base::WaveIndex index) const { return upgrade.plan->waves.at(index.value); }
  void at_turn(base::TurnIndex turn) const {
    at_wave(turn_at(upgrade, turn).wave);
    event.host = host_name(upgrade, turn_at(upgrade, turn).host);
  }
  void at_step(base::StepIndex step) const {
    at_turn(step_at(upgrade, step).turn);
    event.verb = to_string(step_at(upgrade, step).verb);
    event.step = step.value;
  }
  std::string took(base::StepIndex step) const {
    const StepRun& run = upgrade.steps[step.value];
    return base::format_duration(event.at - run.dispatched_at);
  }
  std::string turn_name(base::TurnIndex turn) const {
    const Turn& plan = turn_at(upgrade, turn);
    return plan.service.empty() ? "turn" : "turn of " + plan.service;
  }

  void operator()(const UpgradePlanned& f) const {
    say("upgrade " + to_string(f.plan->from) + " -> " + to_string(f.plan->to) + ", plan " +
        f.plan->id.text + ", asked for" + because(f.by, f.reason));
  }
  void operator()(const UpgradeStarted&) const { say("upgrade started"); }
  void operator()(const ControllerStarted& f) const {
    say("controller took over, epoch " + std::to_string(f.epoch));
  }
  void operator()(const AgentConnected& f) const {
    event.host = host_name(upgrade, f.host);
    say("agent connected, version " + f.agent_version);
  }
  void operator()(const AgentLost& f) const {
    event.host = host_name(upgrade, f.host);
    say("agent lost: " + f.reason, "warning");
  }
  void operator()(const PhaseStarted& f) const {
    at_phase(f.phase);
    say("phase " + event.phase + " started");
  }
  void operator()(const PhaseReset& f) const {
    at_phase(f.phase);
    say("phase " + event.phase + " begins again");
  }
  void operator()(const PhaseFinished& f) const {
    at_phase(f.phase);
    const PhaseRun& run = upgrade.phases.at(f.phase.value);
    say("phase " + event.phase + " done after " + base::format_duration(event.at - run.started_at));
  }
  void operator()(const PhaseJudged& f) const {
    at_phase(f.phase);
    const bool failed = has_failed_check(upgrade.plan->policy, f.checks);
    say(event.phase + " judged: " + count_failed(f.checks), failed ? "error" : "info");
  }
  void operator()(const GateReached& f) const {
    at_phase(f.phase);
    say("waits for the approval \"" + upgrade.plan->phases.at(f.phase.value).gate->name +
            "\" until " + base::format_time(f.deadline),
        "warning");
  }
  void operator()(const GatePassed& f) const {
    at_phase(f.phase);
    say("gate \"" + upgrade.plan->phases.at(f.phase.value).gate->name + "\" passed");
  }
  void operator()(const ApprovalGiven& f) const {
    say("\"" + f.gate + "\" approved" + because(f.by, f.reason) + ", valid until " +
        base::format_time(f.expires_at));
  }
  void operator()(const ApprovalExpired& f) const {
    say("approval \"" + f.gate + "\" expired unused", "warning");
  }
  void operator()(const WaveStarted& f) const {
    at_wave(f.wave);
    say(wave(f.wave).label + " started");
  }
  void operator()(const SoakStarted& f) const {
    at_wave(f.wave);
    say(wave(f.wave).label + " soaks until " + base::format_time(f.until));
  }
  void operator()(const WaveFinished& f) const {
    at_wave(f.wave);
    say(wave(f.wave).label + " done");
  }
  void operator()(const WaveStalled& f) const {
    at_wave(f.wave);
    say(wave(f.wave).label + " waits for agents that are away, until " +
            base::format_time(f.deadline),
        "warning");
  }
  void operator()(const WaveUnstalled& f) const {
    at_wave(f.wave);
    say(wave(f.wave).label + " waits for agents no more");
  }
  void operator()(const TurnStarted& f) const {
    at_turn(f.turn);
    say(turn_name(f.turn) + " started");
  }
  void operator()(const TurnFinished& f) const {
    at_turn(f.turn);
    say(turn_name(f.turn) + " done");
  }
  void operator()(const TurnFailed& f) const {
    at_turn(f.turn);
    say(turn_name(f.turn) + " failed", "error");
  }
  void operator()(const StepDispatched& f) const {
    at_step(f.step);
    say(event.verb +
        (f.attempt > 1 ? " sent, attempt " + std::to_string(f.attempt) : " sent"));
  }
  void operator()(const StepAccepted& f) const {
    at_step(f.step);
    say(event.verb + " accepted");
  }
  void operator()(const StepWaiting& f) const {
    at_step(f.step);
    say(event.verb +
        (f.cause.code.empty() ? " waits no more" : " waits: " + f.cause.reason));
  }
  void operator()(const StepSucceeded& f) const {
    at_step(f.step);
    const bool did = f.result.changed || only_reads(step_at(upgrade, f.step).verb);
    say(event.verb + (did ? " done after " + took(f.step) : " found nothing to do"));
  }
  void operator()(const StepFailed& f) const {
    at_step(f.step);
    say(event.verb + " failed: " + f.failure.message, "error");
  }
  void operator()(const StepRetryPlanned& f) const {
    at_step(f.step);
    say(event.verb + " will be tried again at " +
        base::format_time(f.not_before) + because(f.by, f.reason));
  }
  void operator()(const StepSkipped& f) const {
    at_step(f.step);
    say(event.verb + " skipped" + because(f.by, f.reason), "warning");
  }
  void operator()(const UpgradePaused& f) const {
    say("paused [" + f.code + "] " + f.reason, f.by.empty() ? "error" : "warning");
  }
  void operator()(const UpgradeResumed& f) const { say("resumed" + because(f.by, f.reason)); }
  void operator()(const UpgradeAborted& f) const {
    say("aborted" + because(f.by, f.reason), "error");
  }
  void operator()(const UpgradeSucceeded&) const { say("upgrade succeeded"); }
  void operator()(const DirectionTurned& f) const {
    const bool back = f.direction == Direction::Back;
    say((back ? "turns back to " + to_string(upgrade.plan->from)
              : "turns forward to " + to_string(upgrade.plan->to)) +
            because(f.by, f.reason),
        "warning");
  }
  void operator()(const PlanExtended& f) const {
    std::string names;
    for (std::size_t i = upgrade.phase.value; i < f.plan->phases.size(); ++i) {
      names += (names.empty() ? "" : ", ") + std::string(to_string(f.plan->phases[i].kind));
    }
    say("the way " + std::string(upgrade.direction == Direction::Back ? "back" : "forward") +
        " goes on with: " + names + "; plan " + f.plan->id.text);
  }
  void operator()(const HostQuarantined& f) const {
    event.host = host_name(upgrade, f.host);
    say("in quarantine" + because(f.by, f.reason), "warning");
  }
  void operator()(const UpgradeRolledBack&) const {
    const std::string except = name_quarantined(upgrade);
    say("every service is of " + to_string(upgrade.plan->from) + " again" +
        (except.empty() ? "" : " but those of " + except) + "; the schema stays expanded");
  }
  void operator()(const ApiProbed& f) const {
    say("API probes: " + std::to_string(f.sent) + " sent, " + std::to_string(f.failed) + " failed" +
            (f.last_error.empty() ? "" : ", last: " + f.last_error),
        f.failed > 0 ? "warning" : "info");
  }
};

}  // namespace

bool is_for_people(const EventView& event) {
  return event.kind != "ApiProbed" || event.severity != "info";
}

bool ends_upgrade(const EventView& event) {
  return event.kind == fact_kind(UpgradeSucceeded{}) ||
         event.kind == fact_kind(UpgradeAborted{}) || event.kind == fact_kind(UpgradeRolledBack{});
}

EventView make_event(const Upgrade& upgrade, base::Sequence sequence, const Fact& fact) {
  EventView event;
  event.sequence = sequence;
  event.at = fact.at;
  event.kind = fact_kind(fact.body);
  std::visit(Narrator{upgrade, event}, fact.body);
  return event;
}

}  // namespace rollmill::core
