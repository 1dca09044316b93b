#pragma once

#include <chrono>
#include <memory>
#include <random>
#include <string>

#include "rpc/agent_client.h"
#include "rpc/client/agent_stream.h"
#include "rpc/timer.h"

namespace rollmill::rpc {

/// What the agent's side of the link knows. All methods and members THREAD: loop; streams and the
/// timer only post.
class AgentLinkState final : public std::enable_shared_from_this<AgentLinkState> {
 public:
  AgentLinkState(AgentClientOptions options, Timer& timer, ports::AgentInbox& inbox);

  void dial();
  /// Sends when the agent is in; drops otherwise, since the loop sends again what matters.
  void send(agent_pb::SessionRequest message);
  /// Ends the stream and waits for it; nothing happens any more.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  void say_hello(const ports::AgentHello& hello);
  AgentStream::Calls calls_for(std::uint64_t number);
  void received(std::uint64_t number, const agent_pb::SessionResponse& message);
  void welcomed(const agent_pb::Welcome& welcome);
  void tasked(const agent_pb::Task& task);
  void heartbeat_came(const agent_pb::Heartbeat& heartbeat);
  void ended(std::uint64_t number, const grpc::Status& status);
  void ring_in(base::Duration after, void (AgentLinkState::*then)());
  void answer_is_late();
  void beat();
  void give_up(const std::string& reason);
  void dial_later();

  const AgentClientOptions options_;
  Timer& timer_;
  ports::AgentInbox& inbox_;
  std::minstd_rand random_;
  bool stopped_ = false;
  bool welcomed_ = false;
  base::Epoch obeyed_ = 0;  ///< As the last hello said.
  base::Epoch epoch_ = 0;
  int failures_ = 0;           ///< Tries since the last welcome.
  std::uint64_t number_ = 0;   ///< Of the stream; what older ones say is not heard.
  std::uint64_t alarm_ = 0;    ///< Of the timer's alarm; what older ones say is not heard.
  std::string reason_;         ///< Why the stream is being given up; empty: it is not.
  Clock::time_point heard_{};  ///< When the controller last said something.
  std::shared_ptr<AgentStream> stream_;
};

}  // namespace rollmill::rpc
