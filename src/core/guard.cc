#include "core/guard.h"

#include "core/navigation.h"

namespace rollmill::core {
namespace {

bool everything_new(const Upgrade& upgrade) {
  return upgrade.new_services == upgrade.services.size();
}

/// Promise 1: the budget of the service's role and domain holds while it is away.
std::optional<std::string> guard_budget(const Upgrade& upgrade, const Turn& turn) {
  const DomainRun& run = upgrade.domains.at(domain_of(turn));
  const Budget budget = budget_of(upgrade.plan->policy, turn.role);
  if (run.charged <= budget.max_unavailable &&
      run.total >= run.quarantined + run.charged + budget.min_available) {
    return std::nullopt;
  }
  return "promise 1: " + std::to_string(run.charged) + " services of role " + turn.role +
         " would be away, more than the budget allows";
}

}  // namespace

std::optional<std::string> guard_dispatch(const Upgrade& upgrade, base::StepIndex step) {
  const Step& plan = step_at(upgrade, step);
  const Turn& turn = turn_of(upgrade, step);
  if (turn.takes_down) {
    if (auto broken = guard_budget(upgrade, turn)) return broken;
  }
  const bool brings_new = plan.args.to == upgrade.plan->to;
  const bool starts_unpinned =
      plan.verb == Verb::Start && plan.args.new_release && !plan.args.pinned;
  if (brings_new && (starts_unpinned || plan.verb == Verb::Unpin) && !everything_new(upgrade)) {
    return "promise 2: a service of the old release is left, nothing may start unpinned";
  }
  if (!brings_new && upgrade.past_return) {
    return "promise 4: the point of no return has been passed, nothing goes back";
  }
  if (plan.verb == Verb::Migrate && upgrade.unpinned_services != upgrade.services.size()) {
    return "promise 3: a service is still pinned, contract may not begin";
  }
  return std::nullopt;
}

}  // namespace rollmill::core
