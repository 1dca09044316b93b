#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <tuple>
#include <vector>

#include "rollmill/ports/agent_link.h"

namespace rollmill::test {

/// Writes down what is sent to agents; like the real link it drops what is for one that is away.
class RecordingAgentLink : public ports::AgentLink {
 public:
  struct LogsAsked {
    base::HostName host;
    std::uint64_t request = 0;
    core::TaskKey key;
    bool follow = false;
  };

  void send(const core::SendTask& command) override {
    if (on_send) on_send();
    if (present.contains(command.host)) tasks.push_back(command);
  }
  void send(const core::CancelTask& command) override {
    if (on_send) on_send();
    if (present.contains(command.host)) cancels.push_back(command);
  }
  void send(const core::AckReport& command) override {
    if (on_send) on_send();
    if (present.contains(command.host)) acks.push_back(command);
  }
  bool request_logs(const base::HostName& host, std::uint64_t request, const core::TaskKey& key,
                    bool follow) override {
    if (!present.contains(host)) return false;
    logs_asked.push_back({host, request, key, follow});
    return true;
  }
  void cancel_logs(const base::HostName& /*host*/, std::uint64_t request) override {
    logs_cancelled.push_back(request);
  }

  std::set<base::HostName> present;
  std::vector<core::SendTask> tasks;
  std::vector<core::CancelTask> cancels;
  std::vector<core::AckReport> acks;
  std::vector<LogsAsked> logs_asked;
  std::vector<std::uint64_t> logs_cancelled;
  std::function<void()> on_send;  ///< Called first by every send, present or not.
};

}  // namespace rollmill::test
