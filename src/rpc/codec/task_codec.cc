#include "rpc/codec/task_codec.h"

#include "rollmill/base/overloaded.h"

namespace rollmill::rpc {
namespace {

void encode_host(const base::Shared<core::HostFacts>& host, auto* out) {
  if (host) encode(*host, out->mutable_host());
}

base::Shared<core::HostFacts> decode_host(const auto& message) {
  if (!message.has_host()) return {};
  return decode(message.host());
}

void encode_outcome(const core::TaskWaiting& waiting, agent_pb::TaskWaiting* out) {
  out->set_code(waiting.code);
  out->set_reason(clean(waiting.reason));
  if (is_set(waiting.since)) encode(waiting.since, out->mutable_since());
}

void encode_outcome(const core::TaskSucceeded& succeeded, agent_pb::TaskSucceeded* out) {
  out->set_changed(succeeded.changed);
  encode_all(succeeded.checks, out->mutable_checks());
  encode_host(succeeded.host, out);
}

void encode_outcome(const core::TaskFailed& failed, agent_pb::TaskFailed* out) {
  out->set_code(failed.code);
  out->set_message(clean(failed.message));
  out->set_retryable(failed.retryable);
  encode_all(failed.checks, out->mutable_checks());
  encode_host(failed.host, out);
}

void encode_outcome(const core::TaskRefused& refused, agent_pb::TaskRefused* out) {
  out->set_code(refused.code);
  out->set_message(clean(refused.message));
}

core::TaskWaiting decode_outcome(const agent_pb::TaskWaiting& waiting) {
  return {.code = waiting.code(), .reason = waiting.reason(), .since = decode(waiting.since())};
}

core::TaskSucceeded decode_outcome(const agent_pb::TaskSucceeded& succeeded) {
  return {.changed = succeeded.changed(),
          .checks = decode_all<core::CheckResult>(succeeded.checks()),
          .host = decode_host(succeeded)};
}

core::TaskFailed decode_outcome(const agent_pb::TaskFailed& failed) {
  return {.code = failed.code(),
          .message = failed.message(),
          .retryable = failed.retryable(),
          .checks = decode_all<core::CheckResult>(failed.checks()),
          .host = decode_host(failed)};
}

core::TaskRefused decode_outcome(const agent_pb::TaskRefused& refused) {
  return {.code = refused.code(), .message = refused.message()};
}

}  // namespace

void encode(const core::TaskKey& key, agent_pb::TaskKey* out) {
  out->set_upgrade(key.upgrade.text);
  out->set_step(key.step.value);
  out->set_attempt(key.attempt);
  out->set_epoch(key.epoch);
}

core::TaskKey decode(const agent_pb::TaskKey& key) {
  return {.upgrade = {key.upgrade()},
          .step = {key.step()},
          .attempt = key.attempt(),
          .epoch = key.epoch()};
}

void encode(const core::Task& task, agent_pb::Task* out) {
  encode(task.key, out->mutable_key());
  out->set_verb(encode(task.verb));
  encode(task.args, out->mutable_args());
  encode(task.time_limit, out->mutable_time_limit());
}

base::Result<core::Task> decode(const agent_pb::Task& task) {
  const auto verb = decode(task.verb());
  if (!verb) return verb.error();
  const auto args = decode(task.args());
  if (!args) return args.error();
  return core::Task{.key = decode(task.key()),
                    .verb = *verb,
                    .args = *args,
                    .time_limit = decode(task.time_limit())};
}

void encode(const core::TaskReport& report, agent_pb::TaskReport* out) {
  encode(report.key, out->mutable_key());
  std::visit(
      base::Overloaded{
          [&](const core::TaskAccepted&) { out->mutable_accepted(); },
          [&](const core::TaskWaiting& waiting) {
            encode_outcome(waiting, out->mutable_waiting());
          },
          [&](const core::TaskSucceeded& done) { encode_outcome(done, out->mutable_succeeded()); },
          [&](const core::TaskFailed& failed) { encode_outcome(failed, out->mutable_failed()); },
          [&](const core::TaskRefused& refused) {
            encode_outcome(refused, out->mutable_refused());
          },
      },
      report.outcome);
}

base::Result<core::TaskReport> decode(const agent_pb::TaskReport& report) {
  const core::TaskKey key = decode(report.key());
  switch (report.outcome_case()) {
    case agent_pb::TaskReport::kAccepted:
      return core::TaskReport{key, core::TaskAccepted{}};
    case agent_pb::TaskReport::kWaiting:
      return core::TaskReport{key, decode_outcome(report.waiting())};
    case agent_pb::TaskReport::kSucceeded:
      return core::TaskReport{key, decode_outcome(report.succeeded())};
    case agent_pb::TaskReport::kFailed:
      return core::TaskReport{key, decode_outcome(report.failed())};
    case agent_pb::TaskReport::kRefused:
      return core::TaskReport{key, decode_outcome(report.refused())};
    case agent_pb::TaskReport::OUTCOME_NOT_SET:
      break;
  }
  return base::Error{base::ErrorCode::InvalidArgument,
                     "a report on step " + std::to_string(key.step.value) + " of upgrade " +
                         key.upgrade.text + " has an outcome that this version does not know"};
}

void encode(const ports::AgentHello& hello, agent_pb::Hello* out) {
  out->set_fleet(hello.fleet.text);
  out->set_host(hello.host.text);
  out->set_boot_id(hello.boot_id);
  out->set_agent_version(hello.agent_version);
  encode(hello.facts, out->mutable_facts());
  out->set_epoch(hello.epoch);
}

ports::AgentHello decode(const agent_pb::Hello& hello) {
  return {.fleet = {hello.fleet()},
          .host = {hello.host()},
          .boot_id = hello.boot_id(),
          .agent_version = hello.agent_version(),
          .protocol = hello.protocol_max(),
          .facts = decode(hello.facts()),
          .epoch = hello.epoch()};
}

void encode(std::uint64_t request, const ports::LogChunk& chunk, agent_pb::LogChunk* out) {
  out->set_request(request);
  out->set_command(clean(chunk.command));
  out->set_text(chunk.text);
  out->set_end(chunk.end);
}

ports::LogChunk decode(const agent_pb::LogChunk& chunk) {
  return {.command = chunk.command(), .text = chunk.text(), .end = chunk.end()};
}

}  // namespace rollmill::rpc
