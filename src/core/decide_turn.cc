#include "core/decide_parts.h"
#include "core/fleet_reading.h"
#include "core/navigation.h"
#include "core/transitions.h"
#include "rollmill/core/checks.h"

/// Turning round, and finding the way in the new direction.
namespace rollmill::core {
namespace {

using base::ErrorCode;

std::string goes(const Upgrade& upgrade) {
  const bool back = upgrade.direction == Direction::Back;
  return back ? "back to " + to_string(upgrade.plan->from)
              : "forward to " + to_string(upgrade.plan->to);
}

bool preflight_passed(const Upgrade& upgrade) {
  for (std::size_t i = 0; i < upgrade.phases.size(); ++i) {
    const Phase& phase = upgrade.plan->phases[i];
    const bool done = upgrade.phases[i].state == PhaseState::Done;
    if (phase.kind == PhaseKind::Preflight && !phase.finds_way && done) return true;
  }
  return false;
}

/// Also those that nobody has proven: what is away by the reading, what comes out of a quarantine.
std::vector<bool> charged_services(const Upgrade& upgrade) {
  std::vector<bool> charged;
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service,
                                const ServiceRun& run) {
    const HostFacts& facts = *upgrade.hosts[host.value].facts;
    const bool unproven = upgrade.hosts[host.value].was_quarantined;
    charged.push_back(run.charged || unproven ||
                      is_away(ironic_profile(), service, facts, run.charged));
  });
  return charged;
}

std::vector<bool> left_out(const Upgrade& upgrade) {
  std::vector<bool> hosts;
  for (const HostRun& run : upgrade.hosts) hosts.push_back(run.quarantine.has_value());
  return hosts;
}

std::vector<CheckResult> results_of(std::vector<std::string> problems) {
  std::vector<CheckResult> results;
  for (std::string& problem : problems) {
    results.push_back({"turn.possible", Verdict::Failed, std::move(problem)});
  }
  return results;
}

void pause_blocked(const std::vector<CheckResult>& checks, Deciding& deciding) {
  std::string text = "the way cannot be planned from what the hosts are:";
  for (const CheckResult& check : checks) text += "\n  - " + check.summary;
  deciding.fact(UpgradePaused{"TURN_BLOCKED", text, ""});
}

}  // namespace

void add_turn(const Upgrade& upgrade, Direction direction, const Actor& actor,
              Deciding& deciding) {
  deciding.fact(DirectionTurned{direction, actor.by, actor.reason});
  for (const base::StepIndex step : upgrade.in_flight) deciding.command(cancel_of(upgrade, step));
}

bool turns_back_by_itself(const Upgrade& upgrade) {
  if (upgrade.plan->policy.on_failure != OnFailure::Rollback) return false;
  if (upgrade.direction == Direction::Back || why_no_way_back(upgrade)) return false;
  const PhaseKind kind = upgrade.plan->phases[upgrade.phase.value].kind;
  return kind == PhaseKind::Pin || kind == PhaseKind::Conductors || kind == PhaseKind::Api;
}

Decision decide_turn(const Upgrade& upgrade, const TurnRequested& event, base::TimePoint now) {
  const std::string name = "upgrade " + upgrade.id.text;
  if (event.direction == upgrade.direction) {
    return refuse(ErrorCode::FailedPrecondition, name + " goes " + goes(upgrade) + " already");
  }
  if (event.direction == Direction::Back) {
    if (const auto why = why_no_way_back(upgrade)) {
      return refuse(ErrorCode::FailedPrecondition, name + " cannot go back: " + *why);
    }
  }
  if (!next(upgrade.state, UpgradeCause::TurnRound)) {
    return refuse(ErrorCode::FailedPrecondition,
                  name + " is " + to_string(upgrade.state) + "; it cannot turn round");
  }
  Deciding deciding(now);
  add_turn(upgrade, event.direction, event.actor, deciding);
  return deciding.take();
}

void begin_leg(const Upgrade& upgrade, Deciding& deciding) {
  deciding.fact(PlanExtended{
      std::make_shared<const Plan>(append_reading(*upgrade.plan, upgrade.direction))});
}

LegRequest rest_of_leg(const Upgrade& upgrade) {
  return {*upgrade.plan, facts_of(upgrade), charged_services(upgrade), preflight_passed(upgrade),
          left_out(upgrade)};
}

void find_way(const Upgrade& upgrade, Deciding& deciding) {
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  if (run.judged) return pause_blocked(run.checks, deciding);
  GrownPlan grown = append_leg(ironic_profile(), rest_of_leg(upgrade));
  if (!grown.problems.empty()) {
    const std::vector<CheckResult> checks = results_of(std::move(grown.problems));
    deciding.fact(PhaseJudged{upgrade.phase, checks});
    return pause_blocked(checks, deciding);
  }
  deciding
      .fact(PhaseJudged{
          upgrade.phase,
          {{"turn.possible", Verdict::Ok, "the way is planned from what each host is"}}})
      .fact(PhaseFinished{upgrade.phase})
      .fact(PlanExtended{std::make_shared<const Plan>(std::move(grown.plan))});
}

}  // namespace rollmill::core
