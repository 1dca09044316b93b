#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rollmill/agent/v1/agent.grpc.pb.h"
#include "rollmill/ports/agent_link.h"
#include "rollmill/ports/control.h"
#include "rpc/options.h"
#include "rpc/server/agent_session.h"

namespace rollmill::rpc {

/// Where agents come in: which stream speaks for which host. The newest stream of a host that the
/// controller lets in replaces the one before it; the controller never hears of a host going that
/// another stream still speaks for.
///
/// Calls into `Control` only post, so they are made under the lock: the order in which the
/// controller hears of comings and goings is the order in which they happened here. Sessions are
/// ended outside of it, since they call back.
class Gateway final : public agent_pb::AgentGatewayService::CallbackService,
                      public ports::AgentLink,
                      private SessionOwner {
 public:
  Gateway(Log log, bool warn_plain) : log_(std::move(log)), warn_plain_(warn_plain) {}

  /// Before the first stream. THREAD: any.
  void open(ports::Control& control);
  /// Ends every stream; `Control` hears nothing any more. THREAD: any.
  void close();
  /// Sends a heartbeat to every agent, and gives up those silent for `patience`. THREAD: any.
  void beat(base::Duration patience);

  /// @name ports::AgentLink. THREAD: loop.
  /// @{
  void send(const core::SendTask& command) override;
  void send(const core::CancelTask& command) override;
  void send(const core::AckReport& command) override;
  bool request_logs(const base::HostName& host, std::uint64_t request, const core::TaskKey& key,
                    bool follow) override;
  void cancel_logs(const base::HostName& host, std::uint64_t request) override;
  /// @}

 private:
  using SessionPtr = std::shared_ptr<AgentSession>;
  struct Seat {
    SessionPtr current;      ///< Was let in.
    SessionPtr candidate;    ///< Has said hello; the controller has not answered.
    bool owes_went = false;  ///< `current` went while there was a candidate.
    bool empty() const { return !current && !candidate; }
  };

  grpc::ServerBidiReactor<agent_pb::SessionRequest, agent_pb::SessionResponse>* Session(
      grpc::CallbackServerContext* context) override;

  void hello(const SessionPtr& session, ports::AgentHello hello) override;
  base::Status said(AgentSession& session, const agent_pb::SessionRequest& message) override;
  void left(const SessionPtr& session, const std::string& reason) override;

  void answered(const SessionPtr& session, const base::Result<ports::AgentWelcome>& answer);
  void turn_away(AgentSession& session, const std::string& reason);
  void replace(AgentSession& older, const AgentSession& newer);
  void hand_over(const std::function<void(ports::Control&)>& deed);
  bool send_to(const base::HostName& host, const agent_pb::SessionResponse& message);
  void tell(Severity severity, const std::string& text) const;

  const Log log_;
  const bool warn_plain_;  ///< Every plain-text connection is worth a warning.

  std::mutex mutex_;                   ///< Guards all below.
  ports::Control* control_ = nullptr;  ///< Null before `open` and after `close`.
  std::map<base::HostName, Seat> seats_;
  std::vector<std::weak_ptr<AgentSession>> streams_;  ///< All, also those without a seat.
};

}  // namespace rollmill::rpc
