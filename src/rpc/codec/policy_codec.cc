#include "rpc/codec/plan_codec.h"

namespace rollmill::rpc {
namespace {

void encode_deadlines(const core::Deadlines& deadlines, pb::Deadlines* out) {
  encode(deadlines.inspect, out->mutable_inspect());
  encode(deadlines.stage, out->mutable_stage());
  encode(deadlines.install, out->mutable_install());
  encode(deadlines.schema, out->mutable_schema());
  encode(deadlines.migrate, out->mutable_migrate());
  encode(deadlines.configure, out->mutable_configure());
  encode(deadlines.quiet, out->mutable_quiet());
  encode(deadlines.stop, out->mutable_stop());
  encode(deadlines.start, out->mutable_start());
  encode(deadlines.probe, out->mutable_probe());
  encode(deadlines.agent_lost, out->mutable_agent_lost());
  encode(deadlines.approval, out->mutable_approval());
}

core::Deadlines decode_deadlines(const pb::Deadlines& from) {
  core::Deadlines deadlines;
  if (from.has_inspect()) deadlines.inspect = decode(from.inspect());
  if (from.has_stage()) deadlines.stage = decode(from.stage());
  if (from.has_install()) deadlines.install = decode(from.install());
  if (from.has_schema()) deadlines.schema = decode(from.schema());
  if (from.has_migrate()) deadlines.migrate = decode(from.migrate());
  if (from.has_configure()) deadlines.configure = decode(from.configure());
  if (from.has_quiet()) deadlines.quiet = decode(from.quiet());
  if (from.has_stop()) deadlines.stop = decode(from.stop());
  if (from.has_start()) deadlines.start = decode(from.start());
  if (from.has_probe()) deadlines.probe = decode(from.probe());
  if (from.has_agent_lost()) deadlines.agent_lost = decode(from.agent_lost());
  if (from.has_approval()) deadlines.approval = decode(from.approval());
  return deadlines;
}

core::Budget decode_budget(const pb::Budget& from) {
  core::Budget budget;
  if (from.has_max_unavailable()) budget.max_unavailable = from.max_unavailable();
  if (from.has_min_available()) budget.min_available = from.min_available();
  return budget;
}

void decode_counts(const pb::Policy& from, core::Policy& policy) {
  if (from.has_canary()) policy.canary = from.canary();
  if (from.has_max_wave()) policy.max_wave = from.max_wave();
  if (from.has_max_attempts()) policy.max_attempts = from.max_attempts();
  if (from.has_failures_tolerated()) policy.failures_tolerated = from.failures_tolerated();
  if (from.has_failures_tolerated_domain()) {
    policy.failures_tolerated_domain = from.failures_tolerated_domain();
  }
  if (from.has_migrate_batch()) policy.migrate_batch = from.migrate_batch();
}

void decode_times(const pb::Policy& from, core::Policy& policy) {
  if (from.has_soak()) policy.soak = decode(from.soak());
  if (from.has_retry_delay()) policy.retry_delay = decode(from.retry_delay());
  if (from.has_window_drain()) policy.window_drain = decode(from.window_drain());
  if (from.has_window_heartbeat()) policy.window_heartbeat = decode(from.window_heartbeat());
  if (from.has_migrate_pause()) policy.migrate_pause = decode(from.migrate_pause());
  if (from.has_max_clock_skew()) policy.max_clock_skew = decode(from.max_clock_skew());
}

}  // namespace

void encode(const core::Policy& policy, pb::Policy* out) {
  for (const auto& [role, budget] : policy.budgets) {
    pb::Budget& message = (*out->mutable_budgets())[role];
    message.set_max_unavailable(budget.max_unavailable);
    message.set_min_available(budget.min_available);
  }
  out->set_canary(policy.canary);
  out->set_max_wave(policy.max_wave);
  encode(policy.soak, out->mutable_soak());
  out->set_max_attempts(policy.max_attempts);
  encode(policy.retry_delay, out->mutable_retry_delay());
  out->set_failures_tolerated(policy.failures_tolerated);
  out->set_failures_tolerated_domain(policy.failures_tolerated_domain);
  out->set_busy(encode(policy.busy));
  out->set_on_failure(policy.on_failure == core::OnFailure::Rollback ? pb::ON_FAILURE_ROLLBACK
                                                                     : pb::ON_FAILURE_PAUSE);
  encode_deadlines(policy.deadlines, out->mutable_deadlines());
  encode(policy.window_drain, out->mutable_window_drain());
  encode(policy.window_heartbeat, out->mutable_window_heartbeat());
  out->set_migrate_batch(policy.migrate_batch);
  encode(policy.migrate_pause, out->mutable_migrate_pause());
  out->set_allow_unsupported_hop(policy.allow_unsupported_hop);
  for (const auto& [id, reason] : policy.waived_checks) {
    (*out->mutable_waived_checks())[id] = clean(reason);
  }
  out->set_backup_reference(clean(policy.backup_reference));
  encode(policy.max_clock_skew, out->mutable_max_clock_skew());
}

base::Result<core::Policy> decode(const pb::Policy& from) {
  const auto busy = decode(from.busy());
  if (!busy) return busy.error();
  core::Policy policy;
  for (const auto& [role, budget] : from.budgets()) policy.budgets[role] = decode_budget(budget);
  decode_counts(from, policy);
  decode_times(from, policy);
  policy.busy = *busy;
  policy.on_failure = from.on_failure() == pb::ON_FAILURE_ROLLBACK ? core::OnFailure::Rollback
                                                                   : core::OnFailure::Pause;
  policy.deadlines = decode_deadlines(from.deadlines());
  policy.allow_unsupported_hop = from.allow_unsupported_hop();
  for (const auto& [id, reason] : from.waived_checks()) policy.waived_checks[id] = reason;
  policy.backup_reference = from.backup_reference();
  return policy;
}

}  // namespace rollmill::rpc
