#include "core/navigation.h"

#include <algorithm>

namespace rollmill::core {

Budget budget_of(const Policy& policy, const std::string& role) {
  const auto found = policy.budgets.find(role);
  return found == policy.budgets.end() ? Budget{} : found->second;
}

bool budget_allows(const Upgrade& upgrade, const DomainKey& domain) {
  const auto found = upgrade.domains.find(domain);
  if (found == upgrade.domains.end()) return true;
  const Budget budget = budget_of(upgrade.plan->policy, domain.first);
  const DomainRun& run = found->second;
  return run.charged + 1 <= budget.max_unavailable &&
         run.total >= run.charged + 1 + budget.min_available;
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
