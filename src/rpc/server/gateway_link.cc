#include "rpc/server/gateway.h"

/// The way out of the gateway: the controller's commands to its agents.
namespace rollmill::rpc {

bool Gateway::send_to(const base::HostName& host, const agent_pb::SessionResponse& message) {
  SessionPtr current, candidate;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seats_.find(host);
    if (found == seats_.end()) return false;
    current = found->second.current;
    candidate = found->second.candidate;
  }
  // Which of the two the host obeys is being decided: it knows a task it has seen already.
  if (current) current->send(message);
  if (candidate) candidate->send(message);
  return current || candidate;
}

void Gateway::send(const core::SendTask& command) {
  agent_pb::SessionResponse message;
  encode(command.task, message.mutable_task());
  send_to(command.host, message);
}

void Gateway::send(const core::CancelTask& command) {
  agent_pb::SessionResponse message;
  encode(command.key, message.mutable_cancel());
  send_to(command.host, message);
}

void Gateway::send(const core::AckReport& command) {
  agent_pb::SessionResponse message;
  encode(command.key, message.mutable_ack());
  send_to(command.host, message);
}

bool Gateway::request_logs(const base::HostName& host, std::uint64_t request,
                           const core::TaskKey& key, bool follow) {
  agent_pb::SessionResponse message;
  message.mutable_logs_wanted()->set_request(request);
  encode(key, message.mutable_logs_wanted()->mutable_key());
  message.mutable_logs_wanted()->set_follow(follow);
  return send_to(host, message);
}

void Gateway::cancel_logs(const base::HostName& host, std::uint64_t request) {
  agent_pb::SessionResponse message;
  message.mutable_logs_cancelled()->set_request(request);
  send_to(host, message);
}

}  // namespace rollmill::rpc
