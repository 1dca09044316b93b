#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/core/task.h"
#include "rollmill/ports/agent_link.h"
#include "rollmill/ports/control.h"

namespace rollmill::controller {

/// Routes command output from agents to those who asked for it. THREAD: loop.
class LogDesk {
 public:
  /// Gets chunks in order, or one error as the last thing; returns false to want no more.
  using Sink = std::function<bool(base::Result<ports::LogChunk>)>;
  static constexpr std::size_t kMostRequests = 64;

  explicit LogDesk(ports::AgentLink& link) : link_(link) {}

  /// Asks the agent. The sink gets an error at once when the agent is away or too many ask.
  void ask(const base::HostName& host, const core::TaskKey& key, bool follow, Sink sink);
  /// A chunk came; one that nobody waits for tells the agent to stop.
  void deliver(const base::HostName& host, std::uint64_t request, ports::LogChunk chunk);
  /// The agent's stream ended: its answers will not come any more.
  void agent_went(const base::HostName& host);

 private:
  struct Request {
    base::HostName host;
    Sink sink;
  };

  ports::AgentLink& link_;
  std::map<std::uint64_t, Request> requests_;
  std::uint64_t last_request_ = 0;
};

}  // namespace rollmill::controller
