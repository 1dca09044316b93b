#include "rpc/server/agent_session.h"

#include <algorithm>
#include <utility>

#include "rpc/happens_before.h"
#include "rpc/protocol.h"
#include "rpc/status.h"

namespace rollmill::rpc {
namespace {

constexpr std::size_t kMaxHeld = 4096;

base::Error bad_message(const std::string& what) {
  return {base::ErrorCode::InvalidArgument, what};
}

}  // namespace

AgentSession::AgentSession(SessionOwner& owner, grpc::CallbackServerContext& context)
    : owner_(owner),
      peer_(peer_of(context)),
      heard_(Clock::now().time_since_epoch()),
      out_(
          [this](const agent_pb::SessionResponse* message) {
            ROLLMILL_HB_BEFORE(this);
            StartWrite(message);
          },
          [this](grpc::Status status) {
            ROLLMILL_HB_BEFORE(this);
            Finish(std::move(status));
          }),
      context_(&context) {}

void AgentSession::open() {
  self_ = shared_from_this();
  read();
}

void AgentSession::read() {
  in_.Clear();
  ROLLMILL_HB_BEFORE(this);
  StartRead(&in_);
}

void AgentSession::OnReadDone(bool ok) {
  const InCallback in_callback(this);
  if (!ok) return end("the agent closed its stream");
  heard_ = Clock::now().time_since_epoch();
  const base::Status handled = handle(in_);
  if (!handled) return end(handled.error().message);
  if (!out_.closed()) read();
}

void AgentSession::OnWriteDone(bool ok) {
  const InCallback in_callback(this);
  out_.written(ok);
}

void AgentSession::OnCancel() {
  const InCallback in_callback(this);
  end("the connection broke");
}

void AgentSession::OnDone() {
  ROLLMILL_HB_AFTER(this);
  out_.settle();
  {
    const std::lock_guard lock(context_mutex_);
    context_ = nullptr;
  }
  leave("the connection broke");
  const auto last = std::move(self_);  // May destroy this, as the last thing that happens.
}

base::HostName AgentSession::host() const {
  const std::lock_guard lock(mutex_);
  return host_;
}

base::Status AgentSession::handle(const agent_pb::SessionRequest& message) {
  if (host().empty()) return handle_hello(message);
  if (message.has_hello()) return bad_message("a second hello on one stream");
  if (message.has_heartbeat()) return handle_heartbeat(message.heartbeat());
  return owner_.said(*this, message);
}

base::Status AgentSession::handle_hello(const agent_pb::SessionRequest& message) {
  if (!message.has_hello()) return bad_message("the first message was not a hello");
  const agent_pb::Hello& hello = message.hello();
  ports::AgentHello decoded = decode(hello);
  if (decoded.host.empty()) return bad_message("the hello names no host");
  const auto speaks = check_speaks_for(peer_, decoded.fleet, decoded.host);
  const auto protocol = agree_protocol(hello.protocol_min(), hello.protocol_max());
  if (!speaks || !protocol) {
    turn_away(!speaks ? speaks.error().message : protocol.error().message);
    return base::success();
  }
  decoded.protocol = *protocol;
  {
    const std::lock_guard lock(mutex_);
    host_ = decoded.host;
    protocol_ = decoded.protocol;
  }
  owner_.hello(shared_from_this(), std::move(decoded));
  return base::success();
}

base::Status AgentSession::handle_heartbeat(const agent_pb::Heartbeat& heartbeat) {
  const std::lock_guard lock(mutex_);
  if (!welcomed_ || heartbeat.epoch() <= epoch_) return base::success();
  return base::Error{base::ErrorCode::Aborted,
                     "the agent obeys epoch " + std::to_string(heartbeat.epoch()) +
                         ", this controller holds " + std::to_string(epoch_) +
                         ": another controller has taken over"};
}

void AgentSession::welcome(base::Epoch epoch) {
  agent_pb::SessionResponse message;
  const std::lock_guard lock(mutex_);
  message.mutable_welcome()->set_epoch(epoch);
  message.mutable_welcome()->set_protocol(protocol_);
  welcomed_ = true;
  epoch_ = epoch;
  queue(std::move(message));
  for (auto& waiting : held_) queue(std::move(waiting));
  held_.clear();
}

void AgentSession::turn_away(const std::string& reason) {
  agent_pb::SessionResponse message;
  message.mutable_turned_away()->set_reason(clean(reason));
  queue(std::move(message));
  out_.close(to_grpc({base::ErrorCode::PermissionDenied, reason}));
  leave("turned away: " + reason);
}

void AgentSession::send(agent_pb::SessionResponse message) {
  const std::lock_guard lock(mutex_);
  if (welcomed_) return queue(std::move(message));
  if (held_.size() >= kMaxHeld) return cancel();
  held_.push_back(std::move(message));
}

void AgentSession::queue(agent_pb::SessionResponse message) {
  using Queue = WriteQueue<agent_pb::SessionResponse>;
  if (out_.push(std::move(message)) == Queue::Pushed::Full) cancel();
}

/// OnCancel then ends the session, on a thread of gRPC.
void AgentSession::cancel() {
  const std::lock_guard lock(context_mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

void AgentSession::cut(const std::string& reason) {
  end(reason);
  cancel();
}

void AgentSession::end(const std::string& reason) {
  leave(reason);  // before the stream ends: the read that fails then has a poorer reason
  out_.abandon(to_grpc({base::ErrorCode::Unavailable, reason}));
}

void AgentSession::leave(const std::string& reason) {
  if (!left_.exchange(true)) owner_.left(shared_from_this(), reason);
}

base::Duration AgentSession::silence() const {
  return std::chrono::duration_cast<base::Duration>(Clock::now().time_since_epoch() -
                                                    heard_.load());
}

void AgentSession::beat() {
  agent_pb::SessionResponse message;
  const std::lock_guard lock(mutex_);
  if (!welcomed_) return;
  message.mutable_heartbeat()->set_epoch(epoch_);
  queue(std::move(message));
}

}  // namespace rollmill::rpc
