#include "core/plan_builder.h"
#include "rollmill/base/digest.h"

namespace rollmill::core {
namespace {

/// Everything the plan was made from and everything it will do; volatile readings left out.
std::string canonical_text(const Plan& plan) {
  std::string text = print_plan(plan);
  for (const Step& step : plan.steps) {
    text += std::string(to_string(step.verb)) + " " + std::to_string(step.deadline.count()) + " " +
            std::to_string(step.args.window_drain.count()) + " " +
            std::to_string(step.args.window_heartbeat.count()) + " " +
            std::to_string(step.args.migrate_batch) + " " +
            std::to_string(step.args.migrate_pause.count()) + "\n";
  }
  const Policy& policy = plan.policy;
  for (const std::uint32_t number :
       {policy.max_attempts, policy.failures_tolerated, policy.failures_tolerated_domain,
        static_cast<std::uint32_t>(policy.busy), static_cast<std::uint32_t>(policy.on_failure)}) {
    text += std::to_string(number) + "\n";
  }
  for (const base::Duration duration : {policy.retry_delay, policy.deadlines.agent_lost,
                                        policy.deadlines.approval, policy.max_clock_skew}) {
    text += std::to_string(duration.count()) + "\n";
  }
  for (const auto& [role, budget] : policy.budgets) {
    text += role + " " + std::to_string(budget.max_unavailable) + " " +
            std::to_string(budget.min_available) + "\n";
  }
  for (const auto& [id, reason] : policy.waived_checks) text += id + " " + reason + "\n";
  return text + policy.backup_reference;
}

}  // namespace

void name_plan(Plan& plan) {
  plan.id.text.clear();
  plan.id.text = base::sha256_hex(canonical_text(plan)).substr(0, 12);
}

}  // namespace rollmill::core
