#include "rpc/codec/view_parts.h"

namespace rollmill::rpc {

void encode(const core::Blocked& blocked, pb::Blocked* out) {
  out->set_code(blocked.code);
  out->set_reason(clean(blocked.reason));
  if (is_set(blocked.since)) encode(blocked.since, out->mutable_since());
  out->set_who(blocked.who);
  out->set_command(clean(blocked.command));
  out->set_anchor(blocked.anchor);
}

core::Blocked decode(const pb::Blocked& from) {
  return {.code = from.code(),
          .reason = from.reason(),
          .since = decode(from.since()),
          .who = from.who(),
          .command = from.command(),
          .anchor = from.anchor()};
}

void encode(const core::PhaseView& view, pb::PhaseView* out) {
  out->set_name(view.name);
  out->set_state(enum_of<pb::PhaseState>(pb::PhaseState_Parse, "PHASE_STATE_", view.state));
  out->set_turns_done(view.turns_done);
  out->set_turns_total(view.turns_total);
  encode(view.elapsed, out->mutable_elapsed());
  out->set_reversible(view.reversible);
  out->set_undo(view.undo);
  out->set_wave(view.wave);
  encode_all(view.checks, out->mutable_checks());
  out->set_probes_sent(view.probes_sent);
  out->set_probes_failed(view.probes_failed);
  encode(view.longest_gap, out->mutable_longest_gap());
  out->set_direction(enum_of<pb::Direction>(pb::Direction_Parse, "DIRECTION_", view.direction));
}

core::PhaseView decode(const pb::PhaseView& from) {
  return {.name = from.name(),
          .state = enum_text("PHASE_STATE_", pb::PhaseState_Name(from.state())),
          .direction = enum_name("", enum_text("DIRECTION_", pb::Direction_Name(from.direction()))),
          .turns_done = from.turns_done(),
          .turns_total = from.turns_total(),
          .elapsed = decode(from.elapsed()),
          .reversible = from.reversible(),
          .undo = from.undo(),
          .wave = from.wave(),
          .checks = decode_all<core::CheckResult>(from.checks()),
          .probes_sent = from.probes_sent(),
          .probes_failed = from.probes_failed(),
          .longest_gap = decode(from.longest_gap())};
}

void encode(const core::HostView& view, pb::HostView* out) {
  out->set_name(view.name);
  for (const std::string& service : view.services) out->add_services(service);
  out->set_connected(view.connected);
  if (is_set(view.connected_since)) {
    encode(view.connected_since, out->mutable_connected_since());
  }
  out->set_agent_version(clean(view.agent_version));
  out->set_release(clean(view.release));
  out->set_pin(clean(view.pin));
  out->set_doing(view.doing);
  out->set_state(enum_of<pb::HostState>(pb::HostState_Parse, "HOST_STATE_", view.state));
  out->set_waits_for(clean(view.waits_for));
  if (is_set(view.since)) encode(view.since, out->mutable_since());
  if (is_set(view.deadline)) encode(view.deadline, out->mutable_deadline());
  if (view.step) out->set_step(*view.step);
  out->set_steps_done(view.steps_done);
  out->set_steps_total(view.steps_total);
}

core::HostView decode(const pb::HostView& from) {
  core::HostView view{.name = from.name(),
                      .services = {from.services().begin(), from.services().end()},
                      .connected = from.connected(),
                      .connected_since = decode(from.connected_since()),
                      .agent_version = from.agent_version(),
                      .release = from.release(),
                      .pin = from.pin(),
                      .doing = from.doing(),
                      .state = enum_text("HOST_STATE_", pb::HostState_Name(from.state())),
                      .waits_for = from.waits_for(),
                      .since = decode(from.since()),
                      .deadline = decode(from.deadline()),
                      .step = {},
                      .steps_done = from.steps_done(),
                      .steps_total = from.steps_total()};
  if (from.has_step()) view.step = from.step();
  return view;
}

void encode(const core::BudgetView& view, pb::BudgetView* out) {
  out->set_role(view.role);
  out->set_domain(view.domain);
  out->set_total(view.total);
  out->set_charged(view.charged);
  out->set_failed(view.failed);
  out->set_max_unavailable(view.max_unavailable);
  out->set_min_available(view.min_available);
}

core::BudgetView decode(const pb::BudgetView& from) {
  return {.role = from.role(),
          .domain = from.domain(),
          .total = from.total(),
          .charged = from.charged(),
          .failed = from.failed(),
          .max_unavailable = from.max_unavailable(),
          .min_available = from.min_available()};
}

void encode(const core::ApprovalView& view, pb::ApprovalView* out) {
  out->set_gate(view.gate);
  out->set_by(view.by);
  out->set_reason(clean(view.reason));
  if (is_set(view.given_at)) encode(view.given_at, out->mutable_given_at());
  if (is_set(view.expires_at)) encode(view.expires_at, out->mutable_expires_at());
  out->set_expired(view.expired);
}

core::ApprovalView decode(const pb::ApprovalView& from) {
  return {.gate = from.gate(),
          .by = from.by(),
          .reason = from.reason(),
          .given_at = decode(from.given_at()),
          .expires_at = decode(from.expires_at()),
          .expired = from.expired()};
}

void encode(const core::StepView& view, pb::StepView* out) {
  out->set_index(view.index);
  out->set_phase(view.phase);
  out->set_direction(enum_of<pb::Direction>(pb::Direction_Parse, "DIRECTION_", view.direction));
  out->set_host(view.host);
  out->set_service(view.service);
  out->set_verb(view.verb);
  out->set_state(enum_of<pb::StepState>(pb::StepState_Parse, "STEP_STATE_", view.state));
  out->set_attempt(view.attempt);
  out->set_changed(view.changed);
  if (is_set(view.dispatched_at)) encode(view.dispatched_at, out->mutable_dispatched_at());
  if (is_set(view.finished_at)) encode(view.finished_at, out->mutable_finished_at());
  out->set_code(view.code);
  out->set_message(clean(view.message));
  encode_all(view.checks, out->mutable_checks());
}

core::StepView decode(const pb::StepView& from) {
  return {.index = from.index(),
          .phase = from.phase(),
          .direction = enum_name("", enum_text("DIRECTION_", pb::Direction_Name(from.direction()))),
          .host = from.host(),
          .service = from.service(),
          .verb = from.verb(),
          .state = enum_text("STEP_STATE_", pb::StepState_Name(from.state())),
          .attempt = from.attempt(),
          .changed = from.changed(),
          .dispatched_at = decode(from.dispatched_at()),
          .finished_at = decode(from.finished_at()),
          .code = from.code(),
          .message = from.message(),
          .checks = decode_all<core::CheckResult>(from.checks())};
}

}  // namespace rollmill::rpc
