#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <mutex>
#include <utility>

#include "rpc/status.h"

namespace rollmill::rpc {

/// One unary call. Lets go of itself when gRPC has; `finish` is called once before.
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  void finish(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    Finish(status);
  }

 private:
  void OnDone() override {
    { const std::lock_guard settled(mutex_); }  // `finish` has returned.
    delete this;
  }

  std::mutex mutex_;
};

/// A unary call that waits for its answer. Held by the reply that will give it: when that is
/// dropped unanswered, because the loop has stopped, the call ends with a sentence. THREAD: any,
/// one at a time.
template <typename Response>
class Answer {
 public:
  explicit Answer(Response* response) : response_(response) {}
  ~Answer() {
    fail({base::ErrorCode::Unavailable, "the controller is stopping; ask again when it is back"});
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  /// For gRPC; to be taken before the answer is given.
  grpc::ServerUnaryReactor* reactor() const { return call_; }
  /// To fill in before `succeed`.
  Response& response() { return *response_; }
  void succeed() { finish(grpc::Status::OK); }
  void fail(const base::Error& error) { finish(to_grpc(error)); }

 private:
  void finish(const grpc::Status& status) {
    if (UnaryCall* const call = std::exchange(call_, nullptr)) call->finish(status);
  }

  UnaryCall* call_ = new UnaryCall;  ///< Its own; null when the answer was given.
  Response* const response_;
};

template <typename Response>
std::shared_ptr<Answer<Response>> answer_to(Response* response) {
  return std::make_shared<Answer<Response>>(response);
}

}  // namespace rollmill::rpc
