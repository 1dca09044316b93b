#pragma once

#include "codec/json/types.h"
#include "rollmill/core/plan.h"

/// The stored fields of fleet, policy, task arguments and plan.
namespace rollmill::codec {

void visit_fields(auto& visit, Like<core::Service> auto& service) {
  visit("name", service.name);
  visit("role", service.role);
  visit("domain", service.domain);
}
void visit_fields(auto& visit, Like<core::Host> auto& host) {
  visit("name", host.name);
  visit("services", host.services);
  visit("schema", host.schema);
}
void visit_fields(auto& visit, Like<core::Fleet> auto& fleet) {
  visit("id", fleet.id);
  visit("profile", fleet.profile);
  visit("hosts", fleet.hosts);
}

void visit_fields(auto& visit, Like<core::Budget> auto& budget) {
  visit("max_unavailable", budget.max_unavailable);
  visit("min_available", budget.min_available);
}
void visit_fields(auto& visit, Like<core::Deadlines> auto& deadlines) {
  visit("inspect_ms", deadlines.inspect);
  visit("stage_ms", deadlines.stage);
  visit("install_ms", deadlines.install);
  visit("schema_ms", deadlines.schema);
  visit("migrate_ms", deadlines.migrate);
  visit("configure_ms", deadlines.configure);
  visit("quiet_ms", deadlines.quiet);
  visit("stop_ms", deadlines.stop);
  visit("start_ms", deadlines.start);
  visit("probe_ms", deadlines.probe);
  visit("agent_lost_ms", deadlines.agent_lost);
  visit("approval_ms", deadlines.approval);
}
void visit_fields(auto& visit, Like<core::Policy> auto& policy) {
  visit("budgets", policy.budgets);
  visit("canary", policy.canary);
  visit("max_wave", policy.max_wave);
  visit("soak_ms", policy.soak);
  visit("max_attempts", policy.max_attempts);
  visit("retry_delay_ms", policy.retry_delay);
  visit("failures_tolerated", policy.failures_tolerated);
  visit("failures_tolerated_domain", policy.failures_tolerated_domain);
  visit("busy", policy.busy);
  visit("on_failure", policy.on_failure);
  visit("deadlines", policy.deadlines);
  visit("window_drain_ms", policy.window_drain);
  visit("window_heartbeat_ms", policy.window_heartbeat);
  visit("migrate_batch", policy.migrate_batch);
  visit("migrate_pause_ms", policy.migrate_pause);
  visit("allow_unsupported_hop", policy.allow_unsupported_hop);
  visit("waived_checks", policy.waived_checks);
  visit("backup_reference", policy.backup_reference);
  visit("max_clock_skew_ms", policy.max_clock_skew);
}

void visit_fields(auto& visit, Like<core::TaskArgs> auto& args) {
  visit("service", args.service);
  visit("role", args.role);
  visit("domain", args.domain);
  visit("from", args.from);
  visit("to", args.to);
  visit("new_release", args.new_release);
  visit("pinned", args.pinned);
  visit("schema", args.schema);
  visit("baseline", args.baseline);
  visit("unpinned_rows", args.unpinned_rows);
  visit("busy", args.busy);
  visit("outage_accepted", args.outage_accepted);
  visit("window_drain_ms", args.window_drain);
  visit("window_heartbeat_ms", args.window_heartbeat);
  visit("migrate_batch", args.migrate_batch);
  visit("migrate_pause_ms", args.migrate_pause);
}

void visit_fields(auto& visit, Like<core::Step> auto& step) {
  visit("verb", step.verb);
  visit("host", step.host);
  visit("args", step.args);
  visit("deadline_ms", step.deadline);
  visit("turn", step.turn);
}
void visit_fields(auto& visit, Like<core::Turn> auto& turn) {
  visit("host", turn.host);
  visit("service", turn.service);
  visit("service_index", turn.service_index);
  visit("role", turn.role);
  visit("domain", turn.domain);
  visit("takes_down", turn.takes_down);
  visit("first_step", turn.first_step);
  visit("step_count", turn.step_count);
  visit("wave", turn.wave);
}
void visit_fields(auto& visit, Like<core::Wave> auto& wave) {
  visit("label", wave.label);
  visit("first_turn", wave.first_turn);
  visit("turn_count", wave.turn_count);
  visit("soak_ms", wave.soak);
  visit("phase", wave.phase);
}
void visit_fields(auto& visit, Like<core::GateSpec> auto& gate) {
  visit("name", gate.name);
  visit("reason", gate.reason);
}
void visit_fields(auto& visit, Like<core::Phase> auto& phase) {
  visit("kind", phase.kind);
  visit("gate", phase.gate);
  visit("reversible", phase.reversible);
  visit("undo", phase.undo);
  visit("first_wave", phase.first_wave);
  visit("wave_count", phase.wave_count);
  visit("direction", phase.direction);
  visit("leg", phase.leg);
  visit("finds_way", phase.finds_way);
}
void visit_fields(auto& visit, Like<core::Plan> auto& plan) {
  visit("id", plan.id);
  visit("fleet", plan.fleet);
  visit("policy", plan.policy);
  visit("from", plan.from);
  visit("to", plan.to);
  visit("phases", plan.phases);
  visit("waves", plan.waves);
  visit("turns", plan.turns);
  visit("steps", plan.steps);
  visit("notes", plan.notes);
}

}  // namespace rollmill::codec
