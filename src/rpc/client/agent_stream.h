#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "rollmill/agent/v1/agent.grpc.pb.h"
#include "rpc/codec/task_codec.h"
#include "rpc/write_queue.h"

namespace rollmill::rpc {

/// Opens once; others wait for it.
class Latch {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;  ///< Guarded by mutex_.
};

/// One stream to the controller. Keeps itself alive until gRPC has let go of it, and then hands
/// itself over: it must be let go of on a thread that is not gRPC's, since with the last channel of
/// a program gRPC waits for its own threads to end.
class AgentStream final
    : public grpc::ClientBidiReactor<agent_pb::SessionRequest, agent_pb::SessionResponse>,
      public std::enable_shared_from_this<AgentStream> {
 public:
  /// Both are called on gRPC threads and must only hand off; `on_end` is the last call, and what it
  /// is given must be handed off too.
  struct Calls {
    std::function<void(agent_pb::SessionResponse)> on_message;
    std::function<void(grpc::Status, std::shared_ptr<AgentStream>)> on_end;
  };
  AgentStream(const std::shared_ptr<grpc::Channel>& channel, Calls calls);
  ~AgentStream();

  /// Begins the call with `hello`. Called once.
  void open(agent_pb::SessionRequest hello);

  /// @name THREAD: any
  /// @{
  using Queue = WriteQueue<agent_pb::SessionRequest>;
  Queue::Pushed send(agent_pb::SessionRequest message) { return out_.push(std::move(message)); }
  void cancel() { context_.TryCancel(); }
  /// Returns when `on_end` has returned. Only after `cancel`, and not on a gRPC thread.
  void wait_for_end() { ended_->wait(); }
  /// @}

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void read();

  const Calls calls_;
  const std::unique_ptr<agent_pb::AgentGatewayService::Stub> stub_;
  grpc::ClientContext context_;
  agent_pb::SessionResponse in_;       ///< Of gRPC between read() and OnReadDone.
  std::shared_ptr<AgentStream> self_;  ///< Until OnDone.
  Queue out_;
  std::thread::id last_thread_;  ///< Of gRPC, which called OnDone.
  const std::shared_ptr<Latch> ended_ = std::make_shared<Latch>();
};

}  // namespace rollmill::rpc
