#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <memory>

#include "rpc/happens_before.h"
#include "rpc/status.h"

namespace rollmill::rpc {

/// One unary call that waits for its answer. Held by the reply that will give it: when that is
/// dropped unanswered, because the loop has stopped, the call ends with a sentence. THREAD: any,
/// one at a time.
template <typename Response>
class Answer {
 public:
  Answer(grpc::CallbackServerContext& context, Response* response)
      : reactor_(context.DefaultReactor()), response_(response) {}
  ~Answer() {
    fail({base::ErrorCode::Unavailable, "the controller is stopping; ask again when it is back"});
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  /// To fill in before `succeed`.
  Response& response() { return *response_; }
  void succeed() { finish(grpc::Status::OK); }
  void fail(const base::Error& error) { finish(to_grpc(error)); }

 private:
  void finish(const grpc::Status& status) {
    if (finished_) return;
    finished_ = true;
    ROLLMILL_HB_BEFORE(reactor_);
    reactor_->Finish(status);
  }

  grpc::ServerUnaryReactor* const reactor_;
  Response* const response_;
  bool finished_ = false;
};

template <typename Response>
std::shared_ptr<Answer<Response>> answer_to(grpc::CallbackServerContext& context,
                                            Response* response) {
  return std::make_shared<Answer<Response>>(context, response);
}

}  // namespace rollmill::rpc
