#pragma once

#include <set>

#include "rollmill/core/plan.h"
#include "rollmill/core/upgrade.h"

/// Small readings of plan and state that several parts of the engine share.
namespace rollmill::core {

inline const Step& step_at(const Upgrade& upgrade, base::StepIndex step) {
  return upgrade.plan->steps.at(step.value);
}
inline const Turn& turn_at(const Upgrade& upgrade, base::TurnIndex turn) {
  return upgrade.plan->turns.at(turn.value);
}
inline const Turn& turn_of(const Upgrade& upgrade, base::StepIndex step) {
  return turn_at(upgrade, step_at(upgrade, step).turn);
}
inline const std::string& host_name(const Upgrade& upgrade, base::HostIndex host) {
  return upgrade.plan->fleet.hosts.at(host.value).name.text;
}
inline DomainKey domain_of(const Turn& turn) {
  return turn.takes_down ? DomainKey{turn.role, turn.domain} : DomainKey{};
}
inline ServiceRun* service_of(Upgrade& upgrade, const Turn& turn) {
  return turn.service_index ? &upgrade.services.at(turn.service_index->value) : nullptr;
}
/// The budget that the start of this turn needs; empty for a service that is charged already.
inline DomainKey budget_needed(const Upgrade& upgrade, const Turn& turn) {
  const bool charged = turn.service_index && upgrade.services[turn.service_index->value].charged;
  return charged ? DomainKey{} : domain_of(turn);
}
/// The step a turn is at: the first that is not done.
inline base::StepIndex current_step(const Upgrade& upgrade, base::TurnIndex turn) {
  const Turn& plan = turn_at(upgrade, turn);
  return {plan.first_step.value + upgrade.turns[turn.value].steps_done};
}
/// The upgrade turned round, or its host was put in quarantine: nothing of it goes on.
inline bool is_left(const Upgrade& upgrade, base::StepIndex step) {
  return upgrade.turns[step_at(upgrade, step).turn.value].state == TurnState::Left;
}
/// A pause keeps the task from being sent again; the agent has not said that it has it.
inline bool is_held_back(const Upgrade& upgrade, base::StepIndex step) {
  return upgrade.state == UpgradeState::Paused && !upgrade.turning &&
         upgrade.steps[step.value].state != StepState::Running;
}
inline bool all_phases_done(const Upgrade& upgrade) {
  return upgrade.phase.value >= upgrade.plan->phases.size();
}
/// Calls `visit(host, service, run)` for each service, in the order of service indexes.
template <typename AnyUpgrade, typename Visit>
void for_each_service(AnyUpgrade& upgrade, Visit visit) {
  std::size_t index = 0;
  for (std::uint32_t host = 0; host < upgrade.hosts.size(); ++host) {
    for (const Service& service : upgrade.plan->fleet.hosts[host].services) {
      visit(base::HostIndex{host}, service, upgrade.services[index++]);
    }
  }
}
inline base::TurnIndex turn_in(const Wave& wave, std::uint32_t position) {
  return {wave.first_turn.value + position};
}
inline base::WaveIndex wave_in(const Phase& phase, std::uint32_t position) {
  return {phase.first_wave.value + position};
}

/// What every host was read to be last, with how far its clock is ahead.
FleetFacts facts_of(const Upgrade& upgrade);
Budget budget_of(const Policy& policy, const std::string& role);
/// May one more service of this role and domain go away now? Not while one of them may be under
/// the command of another controller.
bool budget_allows(const Upgrade& upgrade, const DomainKey& domain);
/// An agent of this domain has not connected since this controller took over.
bool is_out_of_term(const Upgrade& upgrade, const DomainKey& domain);
/// The hosts of such agents. Cost grows with the fleet.
std::set<base::HostIndex> hosts_out_of_term(const Upgrade& upgrade, const DomainKey& domain);
/// Whose agents the current wave waits for, because their own turns are next or because nothing of
/// their domain is taken down before they have come.
std::set<base::HostIndex> awaited_hosts(const Upgrade& upgrade);
/// More failed services than the policy tolerates, in all or in one domain.
bool too_many_failures(const Upgrade& upgrade);
/// A failed check that no waiver covers.
bool has_failed_check(const Policy& policy, const std::vector<CheckResult>& checks);
/// "step 17 (drain on cond2)"
std::string name_step(const Upgrade& upgrade, base::StepIndex step);
/// The task of a dispatched step, with the current epoch.
Task task_of(const Upgrade& upgrade, base::StepIndex step);

}  // namespace rollmill::core
