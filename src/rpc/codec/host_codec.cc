#include "rpc/codec/host_codec.h"

namespace rollmill::rpc {

pb::Verb encode(core::Verb verb) {
  return enum_of<pb::Verb>(pb::Verb_Parse, "VERB_", core::to_string(verb));
}

base::Result<core::Verb> decode(pb::Verb verb) {
  if (const auto known = core::parse_verb(enum_text("VERB_", pb::Verb_Name(verb)))) return *known;
  return base::Error{base::ErrorCode::InvalidArgument,
                     "verb number " + std::to_string(static_cast<int>(verb)) +
                         " is not known to this version: bring both sides to the same version"};
}

pb::BusyPolicy encode(core::BusyPolicy busy) {
  switch (busy) {
    case core::BusyPolicy::Fail:
      return pb::BUSY_POLICY_FAIL;
    case core::BusyPolicy::GoOn:
      return pb::BUSY_POLICY_GO_ON;
  }
  return pb::BUSY_POLICY_UNSPECIFIED;
}

base::Result<core::BusyPolicy> decode(pb::BusyPolicy busy) {
  if (busy == pb::BUSY_POLICY_GO_ON) return core::BusyPolicy::GoOn;
  if (busy == pb::BUSY_POLICY_FAIL || busy == pb::BUSY_POLICY_UNSPECIFIED) {
    return core::BusyPolicy::Fail;
  }
  return base::Error{base::ErrorCode::InvalidArgument,
                     "busy policy number " + std::to_string(static_cast<int>(busy)) +
                         " is not known: use BUSY_POLICY_FAIL or BUSY_POLICY_GO_ON"};
}

void encode(const core::TaskArgs& args, pb::TaskArgs* out) {
  out->set_service(args.service);
  out->set_role(args.role);
  out->set_domain(args.domain);
  out->set_from(core::to_string(args.from));
  out->set_to(core::to_string(args.to));
  out->set_new_release(args.new_release);
  out->set_pinned(args.pinned);
  out->set_schema(args.schema);
  out->set_baseline(args.baseline);
  out->set_unpinned_rows(args.unpinned_rows);
  out->set_busy(encode(args.busy));
  encode(args.window_drain, out->mutable_window_drain());
  encode(args.window_heartbeat, out->mutable_window_heartbeat());
  out->set_migrate_batch(args.migrate_batch);
  encode(args.migrate_pause, out->mutable_migrate_pause());
}

base::Result<core::TaskArgs> decode(const pb::TaskArgs& args) {
  const auto from = decode_release(args.from(), "the task's release A");
  if (!from) return from.error();
  const auto to = decode_release(args.to(), "the task's release B");
  if (!to) return to.error();
  const auto busy = decode(args.busy());
  if (!busy) return busy.error();
  return core::TaskArgs{.service = args.service(),
                        .role = args.role(),
                        .domain = args.domain(),
                        .from = *from,
                        .to = *to,
                        .new_release = args.new_release(),
                        .pinned = args.pinned(),
                        .schema = args.schema(),
                        .baseline = args.baseline(),
                        .unpinned_rows = args.unpinned_rows(),
                        .busy = *busy,
                        .window_drain = decode(args.window_drain()),
                        .window_heartbeat = decode(args.window_heartbeat()),
                        .migrate_batch = args.migrate_batch(),
                        .migrate_pause = decode(args.migrate_pause())};
}

void encode(const core::Service& service, pb::Service* out) {
  out->set_name(service.name);
  out->set_role(service.role);
  out->set_domain(service.domain);
}

core::Service decode(const pb::Service& service) {
  return {.name = service.name(), .role = service.role(), .domain = service.domain()};
}

void encode(const core::CheckResult& check, pb::CheckResult* out) {
  out->set_id(check.id);
  out->set_verdict(
      enum_of<pb::Verdict>(pb::Verdict_Parse, "VERDICT_", core::to_string(check.verdict)));
  out->set_summary(clean(check.summary));
}

core::CheckResult decode(const pb::CheckResult& check) {
  core::Verdict verdict = core::Verdict::Failed;
  if (check.verdict() == pb::VERDICT_OK) verdict = core::Verdict::Ok;
  if (check.verdict() == pb::VERDICT_WARNING) verdict = core::Verdict::Warning;
  return {.id = check.id(), .verdict = verdict, .summary = check.summary()};
}

static void encode(const core::ServiceFacts& facts, pb::ServiceFacts* out) {
  out->set_service(facts.service);
  out->set_running(facts.running);
  out->set_release(clean(facts.release));
  out->set_pin(clean(facts.pin));
  out->set_config_newer_than_process(facts.config_newer_than_process);
  if (is_set(facts.started_at)) encode(facts.started_at, out->mutable_started_at());
}

static core::ServiceFacts decode(const pb::ServiceFacts& facts) {
  return {.service = facts.service(),
          .running = facts.running(),
          .release = facts.release(),
          .pin = facts.pin(),
          .config_newer_than_process = facts.config_newer_than_process(),
          .started_at = decode(facts.started_at())};
}

void encode(const core::HostFacts& facts, pb::HostFacts* out) {
  if (is_set(facts.read_at)) encode(facts.read_at, out->mutable_read_at());
  out->set_installed_release(clean(facts.installed_release));
  for (const auto& service : facts.services) encode(service, out->add_services());
  for (const auto& [name, reading] : facts.details) {
    (*out->mutable_details())[clean(name)] = clean(reading);
  }
}

core::HostFacts decode(const pb::HostFacts& facts) {
  core::HostFacts host;
  host.read_at = decode(facts.read_at());
  host.installed_release = facts.installed_release();
  for (const auto& service : facts.services()) host.services.push_back(decode(service));
  for (const auto& [name, reading] : facts.details()) host.details[name] = reading;
  return host;
}

}  // namespace rollmill::rpc
