#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rpc/codec/task_codec.h"
#include "rpc/transport.h"
#include "rpc/write_queue.h"

namespace rollmill::rpc {

class AgentSession;

/// What a session tells its owner. Called on gRPC threads, for one session one at a time.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  /// The first message was a good hello. The owner answers with `welcome` or `turn_away`.
  virtual void hello(const std::shared_ptr<AgentSession>& session, ports::AgentHello hello) = 0;
  /// Any later message but a heartbeat. An error ends the session.
  virtual base::Status said(AgentSession& session, const agent_pb::SessionRequest& message) = 0;
  /// The stream has ended or is about to; nothing more comes. Exactly once.
  virtual void left(const std::shared_ptr<AgentSession>& session, const std::string& reason) = 0;
};

/// One agent's stream. Keeps itself alive until gRPC has let go of it.
class AgentSession final
    : public grpc::ServerBidiReactor<agent_pb::SessionRequest, agent_pb::SessionResponse>,
      public std::enable_shared_from_this<AgentSession> {
 public:
  AgentSession(SessionOwner& owner, grpc::CallbackServerContext& context);

  /// Begins to read. Called once, before gRPC gets the reactor.
  void open();

  /// @name THREAD: any
  /// @{
  /// The host of the hello; empty before it.
  base::HostName host() const;
  const Peer& peer() const { return peer_; }
  /// Lets the agent in, then sends what was held for it.
  void welcome(base::Epoch epoch);
  /// Says no and ends the stream.
  void turn_away(const std::string& reason);
  /// Sends, or holds until the welcome. A full queue ends the session: the agent comes back and
  /// gets what is outstanding.
  void send(agent_pb::SessionResponse message);
  /// Ends the stream; the agent is told why.
  void end(const std::string& reason);
  /// Ends the stream though the agent may not be reading any more.
  void cut(const std::string& reason);
  /// Time since the agent last said anything.
  base::Duration silence() const;
  /// Sends a heartbeat, once the agent is in.
  void beat();
  /// @}

 private:
  using Clock = std::chrono::steady_clock;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void read();
  base::Status handle(const agent_pb::SessionRequest& message);
  base::Status handle_hello(const agent_pb::SessionRequest& message);
  base::Status handle_heartbeat(const agent_pb::Heartbeat& heartbeat);
  void queue(agent_pb::SessionResponse message);
  void cancel();
  void leave(const std::string& reason);

  SessionOwner& owner_;
  const Peer peer_;
  agent_pb::SessionRequest in_;         ///< Of gRPC between read() and OnReadDone.
  std::shared_ptr<AgentSession> self_;  ///< Until OnDone.
  std::atomic<Clock::duration> heard_;  ///< When the agent last said something.
  std::atomic<bool> left_ = false;
  WriteQueue<agent_pb::SessionResponse> out_;

  std::mutex context_mutex_;              ///< Guards the next one.
  grpc::CallbackServerContext* context_;  ///< Null after OnDone.

  mutable std::mutex mutex_;  ///< Guards all below.
  base::HostName host_;
  std::uint32_t protocol_ = 0;
  bool welcomed_ = false;
  base::Epoch epoch_ = 0;
  std::vector<agent_pb::SessionResponse> held_;  ///< Until the welcome.
};

}  // namespace rollmill::rpc
