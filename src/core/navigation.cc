#include "core/navigation.h"

#include <algorithm>

namespace rollmill::core {

FleetFacts facts_of(const Upgrade& upgrade) {
  FleetFacts facts;
  for (const auto& [name, host] : upgrade.host_index) {
    const HostRun& run = upgrade.hosts[host.value];
    facts[name] = *run.facts;
    facts[name].details["clock.ahead_ms"] = std::to_string(run.clock_ahead.count());
  }
  return facts;
}

bool begins_behind_return(const Plan& plan) {
  const std::uint32_t leg = plan.phases.back().leg;
  for (const Phase& phase : plan.phases) {
    if (phase.leg == leg && !phase.finds_way) return phase.kind == PhaseKind::Unpin;
  }
  return false;
}

std::optional<std::string> why_no_way_back(const Upgrade& upgrade) {
  const Plan& plan = *upgrade.plan;
  const bool began_behind_it = begins_behind_return(plan);
  if (!began_behind_it && !upgrade.past_return) return std::nullopt;
  std::string passed = plan.phases.back().leg == 0 ? "before this upgrade began"
                                                   : "before it turned forward again";
  if (upgrade.past_return) {
    const StepRun& run = upgrade.steps[upgrade.past_return->value];
    passed = "with " + name_step(upgrade, *upgrade.past_return) + " at " +
             base::format_time(run.dispatched_at);
  }
  const std::string& backup = plan.policy.backup_reference;
  return "the point of no return was passed " + passed + ": an unpinned service of " +
         to_string(plan.to) + " may have saved rows that " + to_string(plan.from) +
         " cannot read. It can only go on to " + to_string(plan.to) +
         " (repair what failed, then: rollmill upgrade retry " + upgrade.id.text +
         "), or the database backup is put back by hand" +
         (backup.empty() ? "; none was named" : ": " + backup);
}

Budget budget_of(const Policy& policy, const std::string& role) {
  const auto found = policy.budgets.find(role);
  return found == policy.budgets.end() ? Budget{} : found->second;
}

bool budget_allows(const Upgrade& upgrade, const DomainKey& domain) {
  const auto found = upgrade.domains.find(domain);
  if (found == upgrade.domains.end()) return true;
  const Budget budget = budget_of(upgrade.plan->policy, domain.first);
  const DomainRun& run = found->second;
  return run.out_of_term == 0 && run.charged + 1 <= budget.max_unavailable &&
         run.total >= run.quarantined + run.charged + 1 + budget.min_available;
}

bool is_out_of_term(const Upgrade& upgrade, const DomainKey& domain) {
  const auto found = upgrade.domains.find(domain);
  return found != upgrade.domains.end() && found->second.out_of_term > 0;
}

std::set<base::HostIndex> hosts_out_of_term(const Upgrade& upgrade, const DomainKey& domain) {
  std::set<base::HostIndex> hosts;
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service, const ServiceRun&) {
    const HostRun& run = upgrade.hosts[host.value];
    const bool same = DomainKey{service.role, service.domain} == domain;
    if (same && !run.in_term && !run.quarantine) hosts.insert(host);
  });
  return hosts;
}

std::set<base::HostIndex> awaited_hosts(const Upgrade& upgrade) {
  std::set<base::HostIndex> hosts;
  for (const base::TurnIndex turn : upgrade.unreachable) hosts.insert(turn_at(upgrade, turn).host);
  for (const auto& [domain, turns] : upgrade.startable) {
    if (!turns.empty()) hosts.merge(hosts_out_of_term(upgrade, domain));
  }
  return hosts;
}

bool too_many_failures(const Upgrade& upgrade) {
  if (upgrade.failures > upgrade.plan->policy.failures_tolerated) return true;
  return std::any_of(upgrade.failed_turns.begin(), upgrade.failed_turns.end(),
                     [&](base::TurnIndex turn) {
                       const auto found = upgrade.domains.find(domain_of(turn_at(upgrade, turn)));
                       return found != upgrade.domains.end() &&
                              found->second.failed > upgrade.plan->policy.failures_tolerated_domain;
                     });
}

bool has_failed_check(const Policy& policy, const std::vector<CheckResult>& checks) {
  return std::any_of(checks.begin(), checks.end(), [&](const CheckResult& check) {
    return check.verdict == Verdict::Failed && !policy.waived_checks.contains(check.id);
  });
}

std::string name_step(const Upgrade& upgrade, base::StepIndex step) {
  const Step& plan = step_at(upgrade, step);
  return "step " + std::to_string(step.value) + " (" + to_string(plan.verb) + " on " +
         host_name(upgrade, plan.host) + ")";
}

Task task_of(const Upgrade& upgrade, base::StepIndex step) {
  const Step& plan = step_at(upgrade, step);
  Task task;
  task.key = {upgrade.id, step, upgrade.steps[step.value].attempt, upgrade.epoch};
  task.verb = plan.verb;
  task.args = plan.args;
  // The agent gives up first, so that its own words arrive before the controller's deadline.
  task.time_limit = plan.deadline * 9 / 10;
  return task;
}

}  // namespace rollmill::core
