#pragma once

#include "codec/fields/task_fields.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"

/// The published fields of each view.
namespace rollmill::codec {

void visit_fields(auto& visit, Like<core::Blocked> auto& blocked) {
  visit("code", blocked.code);
  visit("reason", blocked.reason);
  visit("since", blocked.since);
  visit("who", blocked.who);
  visit("command", blocked.command);
  visit("anchor", blocked.anchor);
}
void visit_fields(auto& visit, Like<core::PhaseView> auto& view) {
  visit("name", view.name);
  visit("state", view.state);
  visit("direction", view.direction);
  visit("turns_done", view.turns_done);
  visit("turns_total", view.turns_total);
  visit("elapsed_ms", view.elapsed);
  visit("reversible", view.reversible);
  visit("undo", view.undo);
  visit("wave", view.wave);
  visit("checks", view.checks);
  visit("probes_sent", view.probes_sent);
  visit("probes_failed", view.probes_failed);
  visit("longest_gap_ms", view.longest_gap);
}
void visit_fields(auto& visit, Like<core::HostView> auto& view) {
  visit("name", view.name);
  visit("services", view.services);
  visit("connected", view.connected);
  visit("connected_since", view.connected_since);
  visit("agent_version", view.agent_version);
  visit("release", view.release);
  visit("pin", view.pin);
  visit("doing", view.doing);
  visit("state", view.state);
  visit("waits_for", view.waits_for);
  visit("since", view.since);
  visit("deadline", view.deadline);
  visit("step", view.step);
  visit("steps_done", view.steps_done);
  visit("steps_total", view.steps_total);
}
void visit_fields(auto& visit, Like<core::BudgetView> auto& view) {
  visit("role", view.role);
  visit("domain", view.domain);
  visit("total", view.total);
  visit("charged", view.charged);
  visit("failed", view.failed);
  visit("max_unavailable", view.max_unavailable);
  visit("min_available", view.min_available);
}
void visit_fields(auto& visit, Like<core::StepView> auto& view) {
  visit("index", view.index);
  visit("phase", view.phase);
  visit("direction", view.direction);
  visit("host", view.host);
  visit("service", view.service);
  visit("verb", view.verb);
  visit("state", view.state);
  visit("attempt", view.attempt);
  visit("changed", view.changed);
  visit("dispatched_at", view.dispatched_at);
  visit("finished_at", view.finished_at);
  visit("code", view.code);
  visit("message", view.message);
  visit("checks", view.checks);
}
void visit_fields(auto& visit, Like<core::ApprovalView> auto& view) {
  visit("gate", view.gate);
  visit("by", view.by);
  visit("reason", view.reason);
  visit("given_at", view.given_at);
  visit("expires_at", view.expires_at);
  visit("expired", view.expired);
}
void visit_fields(auto& visit, Like<core::UpgradeView> auto& view) {
  visit("id", view.id);
  visit("plan_id", view.plan_id);
  visit("first_plan_id", view.first_plan_id);
  visit("fleet", view.fleet);
  visit("state", view.state);
  visit("direction", view.direction);
  visit("from", view.from);
  visit("to", view.to);
  visit("created_by", view.created_by);
  visit("reason", view.reason);
  visit("created_at", view.created_at);
  visit("finished_at", view.finished_at);
  visit("elapsed_ms", view.elapsed);
  visit("blocked", view.blocked);
  visit("reversible", view.reversible);
  visit("reversible_text", view.reversible_text);
  visit("current_phase", view.current_phase);
  visit("failures", view.failures);
  visit("failures_tolerated", view.failures_tolerated);
  visit("probes_sent", view.probes_sent);
  visit("probes_failed", view.probes_failed);
  visit("longest_gap_ms", view.longest_gap);
  visit("probe_error", view.probe_error);
  visit("phases", view.phases);
  visit("past_phases", view.past_phases);
  visit("hosts", view.hosts);
  visit("budgets", view.budgets);
  visit("approvals", view.approvals);
  visit("steps", view.steps);
}
void visit_fields(auto& visit, Like<core::EventView> auto& view) {
  visit("sequence", view.sequence);
  visit("at", view.at);
  visit("kind", view.kind);
  visit("phase", view.phase);
  visit("host", view.host);
  visit("verb", view.verb);
  visit("step", view.step);
  visit("severity", view.severity);
  visit("text", view.text);
}

void visit_fields(auto& visit, Like<ports::FleetHostView> auto& view) {
  visit("name", view.name);
  visit("schema", view.schema);
  visit("services", view.services);
  visit("connected", view.connected);
  visit("since", view.since);
  visit("agent_version", view.agent_version);
  visit("facts", view.facts);
}
void visit_fields(auto& visit, Like<ports::ControllerInfo> auto& info) {
  visit("version", info.version);
  visit("fleet", info.fleet);
  visit("epoch", info.epoch);
  visit("ready", info.ready);
  visit("last_sequence", info.last_sequence);
  visit("hosts", info.hosts);
  visit("hosts_connected", info.hosts_connected);
}

}  // namespace rollmill::codec
