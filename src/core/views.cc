#include "rollmill/core/views.h"

#include <algorithm>

#include "core/navigation.h"
#include "core/quarantine.h"
#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

constexpr base::TimePoint kNever{};

base::Duration elapsed(base::TimePoint from, base::TimePoint to, base::TimePoint now) {
  if (from == kNever) return {};
  return (to == kNever ? now : to) - from;
}

PhaseView make_phase(const Upgrade& upgrade, std::uint32_t index, base::TimePoint now) {
  const Phase& phase = upgrade.plan->phases[index];
  const PhaseRun& run = upgrade.phases[index];
  PhaseView view;
  view.name = to_string(phase.kind);
  view.direction = to_string(phase.direction);
  view.state = to_string(run.state);
  view.elapsed = elapsed(run.started_at, run.finished_at,
                         is_final(upgrade.state) ? upgrade.finished_at : now);
  view.reversible = phase.reversible;
  view.undo = phase.undo;
  view.checks = run.checks;
  for (std::uint32_t w = 0; w < phase.wave_count; ++w) {
    const base::WaveIndex wave = wave_in(phase, w);
    view.turns_total += upgrade.plan->waves[wave.value].turn_count;
    view.turns_done += upgrade.waves[wave.value].turns_done;
    const WaveState state = upgrade.waves[wave.value].state;
    if (state == WaveState::Active || state == WaveState::Soaking) {
      view.wave = upgrade.plan->waves[wave.value].label;
    }
  }
  const auto probes = upgrade.probes.find({index});
  if (probes != upgrade.probes.end()) {
    view.probes_sent = probes->second.sent;
    view.probes_failed = probes->second.failed;
    view.longest_gap = probes->second.longest_gap;
  }
  return view;
}

/// The turn of the host that matters most to a reader: failed, active, else the last one done.
std::optional<base::TurnIndex> telling_turn(const Upgrade& upgrade, base::HostIndex host) {
  std::optional<base::TurnIndex> done;
  for (const base::TurnIndex turn : upgrade.turns_of_host[host.value]) {
    const TurnState state = upgrade.turns[turn.value].state;
    if (state == TurnState::Active || state == TurnState::Failed) return turn;
    if (state == TurnState::Done) done = turn;
  }
  return done;
}

void show_step(const Upgrade& upgrade, base::StepIndex step, HostView& view) {
  const StepRun& run = upgrade.steps[step.value];
  view.step = step.value;
  view.doing = to_string(step_at(upgrade, step).verb);
  view.since = run.dispatched_at;
  view.deadline = run.deadline;
  view.state = "running";
  if (run.state == StepState::Failed) {
    view.state = "failed";
    view.waits_for = run.message;
    view.since = run.finished_at;
  } else if (!run.waiting.code.empty()) {
    view.state = "waiting";
    view.waits_for = run.waiting.reason;
  } else if (run.state == StepState::Pending) {
    view.state = "waiting";
    view.waits_for = run.code.empty() ? "to be sent" : "retry after: " + run.message;
  }
}

/// One release and pin for the host; several different ones are joined.
void show_services(const Host& host, const HostRun& run, HostView& view) {
  for (const Service& service : host.services) view.services.push_back(service.name);
  for (const ServiceFacts& service : run.facts->services) {
    const std::string release =
        !service.running ? "stopped" : service.release.empty() ? "?" : service.release;
    if (view.release.empty()) {
      view.release = release;
    } else if (view.release.find(release) == std::string::npos) {
      view.release += "/" + release;
    }
    if (view.pin.empty()) view.pin = service.pin;
  }
  if (view.release.empty()) view.release = run.facts->installed_release;
}

HostView make_host(const Upgrade& upgrade, base::HostIndex index) {
  const Host& host = upgrade.plan->fleet.hosts[index.value];
  const HostRun& run = upgrade.hosts[index.value];
  HostView view;
  view.name = host.name.text;
  view.connected = run.connected;
  view.connected_since = run.since;
  view.agent_version = run.agent_version;
  view.state = "idle";
  show_services(host, run, view);
  for (const base::TurnIndex turn : upgrade.turns_of_host[index.value]) {
    view.steps_total += turn_at(upgrade, turn).step_count;
    view.steps_done += upgrade.turns[turn.value].steps_done;
  }
  if (run.quarantine) {
    view.state = "quarantined";
    view.waits_for = *run.quarantine;
    return view;
  }
  if (const auto turn = telling_turn(upgrade, index)) {
    const TurnRun& turn_run = upgrade.turns[turn->value];
    if (turn_run.state == TurnState::Done) {
      view.state = view.steps_done == view.steps_total ? "done" : "idle";
      view.since = turn_run.finished_at;
    } else if (turn_run.steps_done < turn_at(upgrade, *turn).step_count) {
      show_step(upgrade, current_step(upgrade, *turn), view);
    }
  }
  return view;
}

StepView make_step(const Upgrade& upgrade, std::uint32_t index) {
  const Step& plan = upgrade.plan->steps[index];
  const StepRun& run = upgrade.steps[index];
  const Wave& wave = upgrade.plan->waves[turn_at(upgrade, plan.turn).wave.value];
  StepView view;
  view.index = index;
  const Phase& phase = upgrade.plan->phases[wave.phase.value];
  view.phase = to_string(phase.kind);
  view.direction = to_string(phase.direction);
  view.host = host_name(upgrade, plan.host);
  view.service = plan.args.service;
  view.verb = to_string(plan.verb);
  view.state = to_string(run.state);
  view.attempt = run.attempt;
  view.changed = run.changed;
  view.dispatched_at = run.dispatched_at;
  view.finished_at = run.finished_at;
  view.code = run.code;
  view.message = run.message;
  view.checks = run.checks;
  return view;
}

std::string say_reversibility(const Upgrade& upgrade) {
  const std::string except = name_quarantined(upgrade);
  const std::string old =
      to_string(upgrade.plan->from) + (except.empty() ? "" : " but for " + except);
  if (upgrade.state == UpgradeState::RolledBack) return "it is back at " + old;
  if (why_no_way_back(upgrade)) return "no, forward only";
  if (is_final(upgrade.state)) return "no, it has ended";
  if (upgrade.direction == Direction::Forward) return "yes, until unpin";
  return "rollback --undo turns it; it goes back to " + old;
}

void show_probes(const Upgrade& upgrade, UpgradeView& view) {
  for (const auto& [phase, count] : upgrade.probes) {
    view.probes_sent += count.sent;
    view.probes_failed += count.failed;
    view.longest_gap = std::max(view.longest_gap, count.longest_gap);
    if (!count.last_error.empty()) view.probe_error = count.last_error;
  }
}

void show_budgets(const Upgrade& upgrade, UpgradeView& view) {
  for (const auto& [key, run] : upgrade.domains) {
    const Budget budget = budget_of(upgrade.plan->policy, key.first);
    view.budgets.push_back({key.first, key.second, run.total, run.charged, run.failed,
                            budget.max_unavailable, budget.min_available});
  }
  for (const auto& [gate, approval] : upgrade.approvals) {
    view.approvals.push_back({gate, approval.by, approval.reason, approval.given_at,
                              approval.expires_at, approval.expired});
  }
}

void show_header(const Upgrade& upgrade, base::TimePoint now, UpgradeView& view) {
  view.id = upgrade.id.text;
  view.plan_id = upgrade.plan->id.text;
  view.first_plan_id = upgrade.first_plan.text;
  view.fleet = upgrade.plan->fleet.id.text;
  view.state = to_string(upgrade.state);
  view.direction = to_string(upgrade.direction);
  view.from = to_string(upgrade.plan->from);
  view.to = to_string(upgrade.plan->to);
  view.created_by = upgrade.created_by;
  view.reason = upgrade.reason;
  view.created_at = upgrade.created_at;
  view.finished_at = upgrade.finished_at;
  view.elapsed = elapsed(upgrade.started_at, upgrade.finished_at, now);
  view.blocked = explain(upgrade, now);
  view.failures = upgrade.failures;
  view.failures_tolerated = upgrade.plan->policy.failures_tolerated;
  if (!all_phases_done(upgrade)) {
    view.current_phase = to_string(upgrade.plan->phases[upgrade.phase.value].kind);
  }
}

}  // namespace

bool has_ended(const UpgradeView& upgrade) {
  return upgrade.state == to_string(UpgradeState::Succeeded) ||
         upgrade.state == to_string(UpgradeState::Aborted) ||
         upgrade.state == to_string(UpgradeState::RolledBack);
}

UpgradeView make_view(const Upgrade& upgrade, base::TimePoint now, Detail detail) {
  UpgradeView view;
  show_header(upgrade, now, view);
  view.reversible = !is_final(upgrade.state) && !why_no_way_back(upgrade);
  view.reversible_text = say_reversibility(upgrade);
  show_probes(upgrade, view);
  show_budgets(upgrade, view);
  for (std::uint32_t i = 0; i < upgrade.phases.size(); ++i) {
    auto& phases = i < upgrade.leg.value ? view.past_phases : view.phases;
    phases.push_back(make_phase(upgrade, i, now));
  }
  for (std::uint32_t i = 0; i < upgrade.hosts.size(); ++i) {
    view.hosts.push_back(make_host(upgrade, {i}));
  }
  if (detail == Detail::Steps) {
    for (std::uint32_t i = 0; i < upgrade.steps.size(); ++i) {
      view.steps.push_back(make_step(upgrade, i));
    }
  }
  return view;
}

}  // namespace rollmill::core
