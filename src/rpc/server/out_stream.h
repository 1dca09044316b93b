#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <utility>

#include "rpc/happens_before.h"
#include "rpc/status.h"
#include "rpc/write_queue.h"

namespace rollmill::rpc {

/// A stream that the server can end from its side.
class Endable {
 public:
  virtual ~Endable() = default;
  /// Ends the stream after what was pushed. THREAD: any.
  virtual void finish(const base::Status& status) = 0;
};

/// One answer that is a stream of messages. Keeps itself alive until gRPC has let go of it; who
/// feeds it holds a shared pointer and may push at any time. THREAD: any.
template <typename Response>
class OutStream : public Endable,
                  public grpc::ServerWriteReactor<Response>,
                  public std::enable_shared_from_this<OutStream<Response>> {
 public:
  OutStream()
      : out_(
            [this](const Response* message) {
              ROLLMILL_HB_BEFORE(this);
              this->StartWrite(message);
            },
            [this](grpc::Status status) {
              ROLLMILL_HB_BEFORE(this);
              this->Finish(std::move(status));
            }) {}

  /// Called once, before gRPC gets the reactor.
  void keep() { self_ = this->shared_from_this(); }

  /// False when the stream is over; a reader that is far too slow ends it.
  bool push(Response message) {
    using Queue = WriteQueue<Response>;
    const auto pushed = out_.push(std::move(message));
    if (pushed == Queue::Pushed::Full) {
      finish(base::Error{base::ErrorCode::Unavailable,
                         "the reader is too slow; ask again from where it stopped"});
    }
    return pushed == Queue::Pushed::Yes;
  }
  void finish(const base::Status& status) final {
    out_.close(status.ok() ? grpc::Status::OK : to_grpc(status.error()));
  }
  bool over() const { return out_.closed(); }
  /// Everything pushed was taken by gRPC.
  bool drained() const { return out_.empty(); }

 protected:
  /// gRPC took the last message that was pushed.
  virtual void on_drained() {}
  /// The stream is over; let go of what feeds it. At least once.
  virtual void on_over() = 0;

 private:
  void OnWriteDone(bool ok) final {
    const InCallback in_callback(this);
    out_.written(ok);
    if (out_.empty()) on_drained();
  }
  void OnCancel() final {
    const InCallback in_callback(this);
    out_.abandon(grpc::Status::CANCELLED);
    on_over();
  }
  void OnDone() final {
    ROLLMILL_HB_AFTER(this);
    out_.settle();
    on_over();
    const auto last = std::move(self_);  // May destroy this, as the last thing that happens.
  }

  WriteQueue<Response> out_;
  std::shared_ptr<OutStream> self_;  ///< Until OnDone.
};

}  // namespace rollmill::rpc
