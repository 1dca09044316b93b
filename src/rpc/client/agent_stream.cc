#include "rpc/client/agent_stream.h"

#include <utility>

#include "rollmill/base/check.h"
#include "rpc/happens_before.h"

namespace rollmill::rpc {

AgentStream::AgentStream(const std::shared_ptr<grpc::Channel>& channel, Calls calls)
    : calls_(std::move(calls)),
      stub_(agent_pb::AgentGatewayService::NewStub(channel)),
      out_(
          [this](const agent_pb::SessionRequest* message) {
            ROLLMILL_HB_BEFORE(this);
            StartWrite(message);
          },
          [this](const grpc::Status&) { RemoveHold(); }) {}

/// On gRPC's thread this would go wrong sometimes; better always, and where it is done.
AgentStream::~AgentStream() { ROLLMILL_CHECK(std::this_thread::get_id() != last_thread_); }

/// The hold keeps the call open for writes from outside of gRPC's own calls; it is let go of when
/// the queue has been closed, after which nobody writes.
void AgentStream::open(agent_pb::SessionRequest hello) {
  self_ = shared_from_this();
  stub_->async()->Session(&context_, this);
  AddHold();
  read();
  StartCall();
  out_.push(std::move(hello));
}

void AgentStream::read() {
  in_.Clear();
  ROLLMILL_HB_BEFORE(this);
  StartRead(&in_);
}

void AgentStream::OnReadDone(bool ok) {
  const InCallback in_callback(this);
  if (!ok) return out_.abandon(grpc::Status::OK);
  calls_.on_message(std::move(in_));
  read();
}

void AgentStream::OnWriteDone(bool ok) {
  const InCallback in_callback(this);
  out_.written(ok);
}

/// What is used after `on_end` is copied before: the other thread may be quicker.
void AgentStream::OnDone(const grpc::Status& status) {
  ROLLMILL_HB_AFTER(this);
  out_.settle();
  last_thread_ = std::this_thread::get_id();
  const auto ended = ended_;
  const auto on_end = calls_.on_end;
  on_end(status, std::move(self_));
  ended->open();
}

void Latch::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Latch::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_; });
}

}  // namespace rollmill::rpc
