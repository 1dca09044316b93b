#include "fuzz/target.h"
#include "rpc/codec/task_codec.h"

/// What the other end of an agent's stream may say, both ways: bytes, protobuf, our own words. What
/// was understood is said again and understood the same.
namespace rollmill::fuzz {
namespace {

using namespace rollmill::rpc;

bool same(const core::HostFacts& one, const core::HostFacts& other) { return one == other; }
bool same(const core::TaskKey& one, const core::TaskKey& other) { return one == other; }
bool same(const ports::AgentHello& one, const ports::AgentHello& other) {
  return one.fleet == other.fleet && one.host == other.host && one.boot_id == other.boot_id &&
         one.agent_version == other.agent_version && one.facts == other.facts;
}

template <typename Message>
void check_total(const Message& message) {
  const auto first = decode(message);
  Message said;
  encode(first, &said);
  FUZZ_HOLDS(same(decode(said), first));
}

template <typename Message>
void check_result(const Message& message) {
  const auto first = decode(message);
  if (!first) {
    FUZZ_HOLDS(!first.error().message.empty());
    return;
  }
  Message said;
  encode(*first, &said);
  const auto again = decode(said);
  FUZZ_HOLDS(again.ok() && *again == *first);
}

void check_chunk(const agent_pb::LogChunk& message) {
  const ports::LogChunk first = decode(message);
  agent_pb::LogChunk said;
  encode(message.request(), first, &said);
  const ports::LogChunk again = decode(said);
  FUZZ_HOLDS(again.text == first.text && again.command == first.command && again.end == first.end);
}

void check_request(const agent_pb::SessionRequest& message) {
  if (message.has_hello()) check_total(message.hello());
  if (message.has_report()) check_result(message.report());
  if (message.has_facts()) check_total(message.facts());
  if (message.has_log_chunk()) check_chunk(message.log_chunk());
}

void check_response(const agent_pb::SessionResponse& message) {
  if (message.has_task()) check_result(message.task());
  if (message.has_cancel()) check_total(message.cancel());
  if (message.has_ack()) check_total(message.ack());
  if (message.has_logs_wanted()) check_total(message.logs_wanted().key());
}

}  // namespace

void fuzz_one(const std::string& input) {
  agent_pb::SessionRequest request;
  if (request.ParseFromString(input)) check_request(request);
  agent_pb::SessionResponse response;
  if (response.ParseFromString(input)) check_response(response);
}

}  // namespace rollmill::fuzz
