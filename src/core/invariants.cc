#include <algorithm>

#include "core/navigation.h"
#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

using Broken = std::vector<std::string>;

void expect(Broken& broken, bool holds, const std::string& what) {
  if (!holds) broken.push_back(what);
}

/// Promise 1: counted anew from the services, never more away than the budget allows.
void check_budgets(const Upgrade& upgrade, Broken& broken) {
  std::map<DomainKey, DomainRun> counted;
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service,
                                const ServiceRun& seen) {
    DomainRun& run = counted[{service.role, service.domain}];
    ++run.total;
    const HostRun& own = upgrade.hosts[host.value];
    if (own.quarantine) ++run.quarantined;
    if (!own.quarantine && !own.in_term) ++run.out_of_term;
    if (seen.charged) ++run.charged;
  });
  for (std::size_t i = 0; i < upgrade.turns.size(); ++i) {
    const Turn& turn = upgrade.plan->turns[i];
    const TurnState state = upgrade.turns[i].state;
    if (!turn.takes_down) continue;
    const bool holds = state == TurnState::Active || state == TurnState::Failed;
    expect(broken, !holds || upgrade.services[turn.service_index->value].charged,
           "promise 1: a turn under way is not charged to its budget");
    if (state == TurnState::Failed) ++counted[domain_of(turn)].failed;
  }
  expect(broken, counted == upgrade.domains, "index: domain counters differ from the services");
  for (const auto& [key, run] : counted) {
    const Budget budget = budget_of(upgrade.plan->policy, key.first);
    const bool holds = run.charged <= budget.max_unavailable &&
                       (run.charged == 0 ||
                        run.total >= run.quarantined + run.charged + budget.min_available);
    expect(broken, holds, "promise 1: " + std::to_string(run.charged) + " services of " +
                              key.first + "/" + key.second + " are away");
  }
}

/// Promise 1, from the services themselves: stopped ones are inside the budget.
void check_stopped(const Upgrade& upgrade, Broken& broken) {
  std::map<DomainKey, std::uint32_t> stopped;
  for_each_service(upgrade, [&](base::HostIndex, const Service& service, const ServiceRun& run) {
    if (run.stopped) ++stopped[{service.role, service.domain}];
  });
  for (const auto& [key, count] : stopped) {
    expect(broken, count <= budget_of(upgrade.plan->policy, key.first).max_unavailable,
           "promise 1: " + std::to_string(count) + " services of " + key.first + " are stopped");
  }
}

/// Promises 2 and 3.
void check_pins(const Upgrade& upgrade, Broken& broken) {
  const auto count = [&](auto member) {
    return static_cast<std::uint32_t>(
        std::count_if(upgrade.services.begin(), upgrade.services.end(),
                      [&](const ServiceRun& run) { return run.*member; }));
  };
  const std::uint32_t fresh = count(&ServiceRun::new_release);
  const std::uint32_t unpinned = count(&ServiceRun::unpinned);
  expect(broken, fresh == upgrade.new_services, "index: new_services is wrong");
  expect(broken, unpinned == upgrade.unpinned_services, "index: unpinned_services is wrong");
  expect(broken, unpinned == 0 || fresh == upgrade.services.size(),
         "promise 2: a service is unpinned while an old one is left");
  for (const base::StepIndex step : upgrade.in_flight) {
    if (step_at(upgrade, step).verb != Verb::Migrate) continue;
    expect(broken, unpinned == upgrade.services.size(),
           "promise 3: contract runs while a service is pinned");
  }
}

bool was_approved(const Upgrade& upgrade, const Phase& phase) {
  return !phase.gate || upgrade.approvals.contains(phase.gate->name);
}

/// Promises 3 and 4: phases in order, gated ones only with an approval.
void check_phases(const Upgrade& upgrade, Broken& broken) {
  for (std::size_t i = 0; i < upgrade.leg.value; ++i) {
    const PhaseState state = upgrade.phases[i].state;
    expect(broken, state == PhaseState::Done || state == PhaseState::Left,
           "promise 4: a phase of an earlier leg goes on");
  }
  expect(broken, upgrade.direction == Direction::Forward || !upgrade.past_return,
         "promise 4: it goes back past the point of no return");
  for (std::size_t i = upgrade.leg.value; i < upgrade.phases.size(); ++i) {
    const PhaseState state = upgrade.phases[i].state;
    const bool entered = state == PhaseState::Active || state == PhaseState::Done;
    if (i < upgrade.phase.value) {
      expect(broken, state == PhaseState::Done, "promise 4: an earlier phase is not done");
    } else if (i > upgrade.phase.value) {
      expect(broken, state == PhaseState::Pending, "promise 4: a later phase has begun");
    }
    expect(broken, !entered || upgrade.turning || was_approved(upgrade, upgrade.plan->phases[i]),
           "promise 3: a gated phase was entered without its approval");
  }
}

/// Promise 5 at the controller: a step is in flight in its turn's order, one at a time.
void check_flight(const Upgrade& upgrade, Broken& broken) {
  std::set<base::StepIndex> flying;
  std::set<base::TurnIndex> turns;
  for (std::uint32_t i = 0; i < upgrade.steps.size(); ++i) {
    const StepState state = upgrade.steps[i].state;
    if (state != StepState::Dispatched && state != StepState::Running) continue;
    flying.insert({i});
    const base::TurnIndex turn = step_at(upgrade, {i}).turn;
    expect(broken, turns.insert(turn).second, "promise 5: two steps of one turn are in flight");
    expect(broken, current_step(upgrade, turn).value == i, "promise 5: a step runs out of order");
    const Timer timer{upgrade.steps[i].deadline, TimerKind::StepDeadline, i};
    expect(broken, is_final(upgrade.state) || upgrade.timers.contains(timer),
           "promise 8: " + name_step(upgrade, {i}) + " has no deadline");
  }
  expect(broken, flying == upgrade.in_flight, "index: in_flight differs from the steps");
}

/// Promise 8: whatever is pending in the current wave can be found by the scheduler.
void check_waiting(const Upgrade& upgrade, Broken& broken) {
  std::set<base::TurnIndex> indexed = upgrade.unreachable;
  for (const auto& [domain, turns] : upgrade.startable) indexed.insert(turns.begin(), turns.end());
  std::set<base::TurnIndex> waiting;
  std::set<base::TurnIndex> failed;
  for (std::uint32_t i = 0; i < upgrade.turns.size(); ++i) {
    const WaveState wave = upgrade.waves[upgrade.plan->turns[i].wave.value].state;
    const TurnState state = upgrade.turns[i].state;
    if (wave == WaveState::Active && state == TurnState::Pending) waiting.insert({i});
    if (state == TurnState::Failed) failed.insert({i});
  }
  expect(broken, indexed == waiting, "index: startable and unreachable differ from the turns");
  expect(broken, failed == upgrade.failed_turns, "index: failed_turns differs from the turns");
  expect(broken, failed.size() == upgrade.failures, "index: failures is wrong");
  expect(broken, (upgrade.state == UpgradeState::Paused) == upgrade.pause.has_value(),
         "promise 8: a pause without a reason");
}

}  // namespace

std::vector<std::string> check_invariants(const Upgrade& upgrade) {
  Broken broken;
  if (upgrade.state == UpgradeState::None) return broken;
  check_budgets(upgrade, broken);
  check_stopped(upgrade, broken);
  check_pins(upgrade, broken);
  check_phases(upgrade, broken);
  check_flight(upgrade, broken);
  check_waiting(upgrade, broken);
  return broken;
}

}  // namespace rollmill::core
