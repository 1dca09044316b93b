#include "rpc/codec/view_codec.h"

#include "rpc/codec/view_parts.h"

namespace rollmill::rpc {
namespace {

void encode_parts(const core::UpgradeView& view, pb::Upgrade* out) {
  if (view.blocked) encode(*view.blocked, out->mutable_blocked());
  for (const auto& phase : view.phases) encode(phase, out->add_phases());
  for (const auto& phase : view.past_phases) encode(phase, out->add_past_phases());
  for (const auto& host : view.hosts) encode(host, out->add_hosts());
  for (const auto& budget : view.budgets) encode(budget, out->add_budgets());
  for (const auto& approval : view.approvals) encode(approval, out->add_approvals());
  for (const auto& step : view.steps) encode(step, out->add_steps());
}

void decode_parts(const pb::Upgrade& from, core::UpgradeView& view) {
  if (from.has_blocked()) view.blocked = decode(from.blocked());
  for (const auto& phase : from.phases()) view.phases.push_back(decode(phase));
  for (const auto& phase : from.past_phases()) view.past_phases.push_back(decode(phase));
  for (const auto& host : from.hosts()) view.hosts.push_back(decode(host));
  for (const auto& budget : from.budgets()) view.budgets.push_back(decode(budget));
  for (const auto& approval : from.approvals()) view.approvals.push_back(decode(approval));
  for (const auto& step : from.steps()) view.steps.push_back(decode(step));
}

}  // namespace

void encode(const core::UpgradeView& view, pb::Upgrade* out) {
  out->set_name(upgrade_name({view.id}));
  out->set_plan_id(view.plan_id);
  out->set_first_plan_id(view.first_plan_id);
  out->set_fleet(view.fleet);
  out->set_state(enum_of<pb::UpgradeState>(pb::UpgradeState_Parse, "UPGRADE_STATE_", view.state));
  out->set_direction(enum_of<pb::Direction>(pb::Direction_Parse, "DIRECTION_", view.direction));
  out->set_from(view.from);
  out->set_to(view.to);
  out->set_created_by(view.created_by);
  out->set_reason(clean(view.reason));
  if (is_set(view.created_at)) encode(view.created_at, out->mutable_created_at());
  if (is_set(view.finished_at)) encode(view.finished_at, out->mutable_finished_at());
  encode(view.elapsed, out->mutable_elapsed());
  out->set_reversible(view.reversible);
  out->set_reversible_text(view.reversible_text);
  out->set_current_phase(view.current_phase);
  out->set_failures(view.failures);
  out->set_failures_tolerated(view.failures_tolerated);
  out->set_probes_sent(view.probes_sent);
  out->set_probes_failed(view.probes_failed);
  encode(view.longest_gap, out->mutable_longest_gap());
  out->set_probe_error(clean(view.probe_error));
  encode_parts(view, out);
}

core::UpgradeView decode(const pb::Upgrade& from) {
  core::UpgradeView view;
  view.id = decode_upgrade_name(from.name()).value_or({}).text;
  view.plan_id = from.plan_id();
  view.first_plan_id = from.first_plan_id();
  view.fleet = from.fleet();
  view.state = enum_name("", enum_text("UPGRADE_STATE_", pb::UpgradeState_Name(from.state())));
  view.direction = enum_name("", enum_text("DIRECTION_", pb::Direction_Name(from.direction())));
  view.from = from.from();
  view.to = from.to();
  view.created_by = from.created_by();
  view.reason = from.reason();
  view.created_at = decode(from.created_at());
  view.finished_at = decode(from.finished_at());
  view.elapsed = decode(from.elapsed());
  view.reversible = from.reversible();
  view.reversible_text = from.reversible_text();
  view.current_phase = from.current_phase();
  view.failures = from.failures();
  view.failures_tolerated = from.failures_tolerated();
  view.probes_sent = from.probes_sent();
  view.probes_failed = from.probes_failed();
  view.longest_gap = decode(from.longest_gap());
  view.probe_error = from.probe_error();
  decode_parts(from, view);
  return view;
}

void encode(const core::EventView& view, pb::Event* out) {
  out->set_sequence(view.sequence);
  if (is_set(view.at)) encode(view.at, out->mutable_at());
  out->set_kind(view.kind);
  out->set_phase(view.phase);
  out->set_host(view.host);
  out->set_verb(view.verb);
  if (view.step) out->set_step(*view.step);
  out->set_severity(enum_of<pb::Severity>(pb::Severity_Parse, "SEVERITY_", view.severity));
  out->set_text(clean(view.text));
}

core::EventView decode(const pb::Event& from) {
  core::EventView view{.sequence = from.sequence(),
                       .at = decode(from.at()),
                       .kind = from.kind(),
                       .phase = from.phase(),
                       .host = from.host(),
                       .verb = from.verb(),
                       .step = {},
                       .severity = enum_text("SEVERITY_", pb::Severity_Name(from.severity())),
                       .text = from.text()};
  if (from.has_step()) view.step = from.step();
  return view;
}

void encode(const ports::FleetHostView& view, pb::FleetHost* out) {
  out->set_name(view.name);
  out->set_schema(view.schema);
  encode_all(view.services, out->mutable_services());
  out->set_connected(view.connected);
  if (is_set(view.since)) encode(view.since, out->mutable_since());
  out->set_agent_version(clean(view.agent_version));
  encode(view.facts, out->mutable_facts());
}

ports::FleetHostView decode(const pb::FleetHost& from) {
  return {.name = from.name(),
          .schema = from.schema(),
          .services = decode_all<core::Service>(from.services()),
          .connected = from.connected(),
          .since = decode(from.since()),
          .agent_version = from.agent_version(),
          .facts = decode(from.facts())};
}

void encode(const ports::ControllerInfo& info, pb::GetInfoResponse* out) {
  out->set_version(info.version);
  out->set_fleet(info.fleet);
  out->set_epoch(info.epoch);
  out->set_ready(info.ready);
  out->set_last_sequence(info.last_sequence);
  out->set_hosts(info.hosts);
  out->set_hosts_connected(info.hosts_connected);
}

ports::ControllerInfo decode(const pb::GetInfoResponse& from) {
  return {.version = from.version(),
          .fleet = from.fleet(),
          .epoch = from.epoch(),
          .ready = from.ready(),
          .last_sequence = from.last_sequence(),
          .hosts = from.hosts(),
          .hosts_connected = from.hosts_connected()};
}

}  // namespace rollmill::rpc
