#include "rpc/codec/plan_codec.h"

namespace rollmill::rpc {
namespace {

void encode_fleet(const core::Fleet& fleet, pb::Fleet* out) {
  out->set_id(fleet.id.text);
  out->set_profile(fleet.profile);
  for (const core::Host& host : fleet.hosts) {
    pb::Host* message = out->add_hosts();
    message->set_name(host.name.text);
    encode_all(host.services, message->mutable_services());
    message->set_schema(host.schema);
  }
}

core::Fleet decode_fleet(const pb::Fleet& from) {
  core::Fleet fleet{.id = {from.id()}, .profile = from.profile(), .hosts = {}};
  for (const pb::Host& host : from.hosts()) {
    fleet.hosts.push_back({.name = {host.name()},
                           .services = decode_all<core::Service>(host.services()),
                           .schema = host.schema()});
  }
  return fleet;
}

void encode_step(const core::Step& step, pb::Step* out) {
  out->set_verb(encode(step.verb));
  out->set_host(step.host.value);
  encode(step.args, out->mutable_args());
  encode(step.deadline, out->mutable_deadline());
  out->set_turn(step.turn.value);
}

base::Result<core::Step> decode_step(const pb::Step& from) {
  const auto verb = decode(from.verb());
  if (!verb) return verb.error();
  const auto args = decode(from.args());
  if (!args) return args.error();
  return core::Step{.verb = *verb,
                    .host = {from.host()},
                    .args = *args,
                    .deadline = decode(from.deadline()),
                    .turn = {from.turn()}};
}

void encode_turn(const core::Turn& turn, pb::Turn* out) {
  out->set_host(turn.host.value);
  out->set_service(turn.service);
  if (turn.service_index) out->set_service_index(turn.service_index->value);
  out->set_role(turn.role);
  out->set_domain(turn.domain);
  out->set_takes_down(turn.takes_down);
  out->set_first_step(turn.first_step.value);
  out->set_step_count(turn.step_count);
  out->set_wave(turn.wave.value);
}

core::Turn decode_turn(const pb::Turn& from) {
  core::Turn turn{.host = {from.host()},
                  .service = from.service(),
                  .service_index = {},
                  .role = from.role(),
                  .domain = from.domain(),
                  .takes_down = from.takes_down(),
                  .first_step = {from.first_step()},
                  .step_count = from.step_count(),
                  .wave = {from.wave()}};
  if (from.has_service_index()) turn.service_index = base::ServiceIndex{from.service_index()};
  return turn;
}

void encode_wave(const core::Wave& wave, pb::Wave* out) {
  out->set_label(wave.label);
  out->set_first_turn(wave.first_turn.value);
  out->set_turn_count(wave.turn_count);
  encode(wave.soak, out->mutable_soak());
  out->set_phase(wave.phase.value);
}

core::Wave decode_wave(const pb::Wave& from) {
  return {.label = from.label(),
          .first_turn = {from.first_turn()},
          .turn_count = from.turn_count(),
          .soak = decode(from.soak()),
          .phase = {from.phase()}};
}

void encode_phase(const core::Phase& phase, pb::Phase* out) {
  out->set_kind(
      enum_of<pb::PhaseKind>(pb::PhaseKind_Parse, "PHASE_KIND_", core::to_string(phase.kind)));
  if (phase.gate) {
    out->mutable_gate()->set_name(phase.gate->name);
    out->mutable_gate()->set_reason(phase.gate->reason);
  }
  out->set_reversible(phase.reversible);
  out->set_undo(phase.undo);
  out->set_first_wave(phase.first_wave.value);
  out->set_wave_count(phase.wave_count);
  out->set_direction(enum_of<pb::Direction>(pb::Direction_Parse, "DIRECTION_",
                                            core::to_string(phase.direction)));
  out->set_leg(phase.leg);
  out->set_finds_way(phase.finds_way);
}

base::Result<core::Phase> decode_phase(const pb::Phase& from) {
  const auto kind = core::parse_phase(enum_text("PHASE_KIND_", pb::PhaseKind_Name(from.kind())));
  if (!kind) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "phase number " + std::to_string(static_cast<int>(from.kind())) +
                           " is not known to this version: bring both sides to the same version"};
  }
  core::Phase phase{.kind = *kind,
                    .gate = {},
                    .reversible = from.reversible(),
                    .undo = from.undo(),
                    .first_wave = {from.first_wave()},
                    .wave_count = from.wave_count(),
                    .direction = from.direction() == pb::DIRECTION_BACK ? core::Direction::Back
                                                                        : core::Direction::Forward,
                    .leg = from.leg(),
                    .finds_way = from.finds_way()};
  if (from.has_gate()) phase.gate = core::GateSpec{from.gate().name(), from.gate().reason()};
  return phase;
}

base::Status decode_parts(const pb::Plan& from, core::Plan& plan) {
  for (const pb::Phase& message : from.phases()) {
    auto phase = decode_phase(message);
    if (!phase) return phase.error();
    plan.phases.push_back(std::move(*phase));
  }
  for (const pb::Wave& wave : from.waves()) plan.waves.push_back(decode_wave(wave));
  for (const pb::Turn& turn : from.turns()) plan.turns.push_back(decode_turn(turn));
  for (const pb::Step& message : from.steps()) {
    auto step = decode_step(message);
    if (!step) return step.error();
    plan.steps.push_back(std::move(*step));
  }
  return base::success();
}

}  // namespace

void encode(const core::Plan& plan, pb::Plan* out) {
  out->set_plan_id(plan.id.text);
  encode_fleet(plan.fleet, out->mutable_fleet());
  encode(plan.policy, out->mutable_policy());
  out->set_from(core::to_string(plan.from));
  out->set_to(core::to_string(plan.to));
  for (const core::Phase& phase : plan.phases) encode_phase(phase, out->add_phases());
  for (const core::Wave& wave : plan.waves) encode_wave(wave, out->add_waves());
  for (const core::Turn& turn : plan.turns) encode_turn(turn, out->add_turns());
  for (const core::Step& step : plan.steps) encode_step(step, out->add_steps());
  for (const std::string& note : plan.notes) out->add_notes(clean(note));
}

base::Result<core::Plan> decode(const pb::Plan& from) {
  const auto release_a = decode_release(from.from(), "the plan's release A");
  if (!release_a) return release_a.error();
  const auto release_b = decode_release(from.to(), "the plan's release B");
  if (!release_b) return release_b.error();
  auto policy = decode(from.policy());
  if (!policy) return policy.error();
  core::Plan plan{.id = {from.plan_id()},
                  .fleet = decode_fleet(from.fleet()),
                  .policy = std::move(*policy),
                  .from = *release_a,
                  .to = *release_b,
                  .phases = {},
                  .waves = {},
                  .turns = {},
                  .steps = {},
                  .notes = {from.notes().begin(), from.notes().end()}};
  const auto parts = decode_parts(from, plan);
  if (!parts) return parts.error();
  return plan;
}

}  // namespace rollmill::rpc
