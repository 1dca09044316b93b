#pragma once

#include <cstdint>

#include "rollmill/agent/v1/agent.pb.h"
#include "rollmill/base/result.h"
#include "rollmill/core/task.h"
#include "rollmill/ports/control.h"
#include "rpc/codec/host_codec.h"

/// rollmill/agent/v1/agent.proto: the agents' door.
namespace rollmill::rpc {

namespace agent_pb = ::rollmill::agent::v1;

void encode(const core::TaskKey& key, agent_pb::TaskKey* out);
core::TaskKey decode(const agent_pb::TaskKey& key);

void encode(const core::Task& task, agent_pb::Task* out);
/// An error for a verb or an argument that this version does not know; the key is still readable.
base::Result<core::Task> decode(const agent_pb::Task& task);

void encode(const core::TaskReport& report, agent_pb::TaskReport* out);
/// An error for an outcome that this version does not know.
base::Result<core::TaskReport> decode(const agent_pb::TaskReport& report);

/// The range of protocols is the link's own and is left to the caller.
void encode(const ports::AgentHello& hello, agent_pb::Hello* out);
ports::AgentHello decode(const agent_pb::Hello& hello);

void encode(std::uint64_t request, const ports::LogChunk& chunk, agent_pb::LogChunk* out);
ports::LogChunk decode(const agent_pb::LogChunk& chunk);

}  // namespace rollmill::rpc
