#pragma once

#include <cstdint>

#include "rollmill/base/ids.h"
#include "rollmill/core/command.h"

namespace rollmill::ports {

/// The way from the controller to its agents. Sending is best effort: to an agent that is away
/// it does nothing, since the loop sends again what is outstanding when the agent comes back.
/// THREAD: loop.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  virtual void send(const core::SendTask& command) = 0;
  virtual void send(const core::CancelTask& command) = 0;
  virtual void send(const core::AckReport& command) = 0;
  /// Asks for the kept output of a step's commands; chunks come back through
  /// `Control::agent_logs` with the same `request`. False when the agent is away.
  virtual bool request_logs(const base::HostName& host, std::uint64_t request,
                            const core::TaskKey& key, bool follow) = 0;
  virtual void cancel_logs(const base::HostName& host, std::uint64_t request) = 0;
};

}  // namespace rollmill::ports
