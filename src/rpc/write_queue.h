#pragma once

#include <grpcpp/support/status.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace rollmill::rpc {

/// What one stream has still to send: gRPC takes one message at a time and keeps no queue. Bounded,
/// so that a slow reader costs no memory without end. gRPC never calls back from inside a Start
/// call, so `start` and `finish` may be called under the lock. THREAD: any.
template <typename Message>
class WriteQueue {
 public:
  static constexpr std::size_t kMaxMessages = 16384;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

  /// `start` begins the write of a message that stays where it is until `written`.
  /// `finish` ends the stream; called once, with nothing being written.
  WriteQueue(std::function<void(const Message*)> start, std::function<void(grpc::Status)> finish)
      : start_(std::move(start)), finish_(std::move(finish)) {}

  enum class Pushed { Yes, Full, Closed };
  Pushed push(Message message) {
    const std::lock_guard lock(mutex_);
    if (closing_) return Pushed::Closed;
    const std::size_t size = message.ByteSizeLong();
    if (queue_.size() >= kMaxMessages || bytes_ + size > kMaxBytes) return Pushed::Full;
    bytes_ += size;
    queue_.push_back({std::move(message), size});
    go_on();
    return Pushed::Yes;
  }

  /// The write begun last has ended; `ok` false means that the stream is broken.
  void written(bool ok) {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    drop_front();
    if (!ok) drop_all();
    go_on();
  }

  /// Ends the stream after what is queued.
  void close(grpc::Status status) { close_with(std::move(status), false); }
  /// Ends the stream after the message being written; the rest is dropped.
  void abandon(grpc::Status status) { close_with(std::move(status), true); }

  /// Returns when no other thread is inside a Start call any more. Before the stream is let go of.
  void settle() const { const std::lock_guard lock(mutex_); }

  bool empty() const {
    const std::lock_guard lock(mutex_);
    return queue_.empty();
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closing_;
  }

 private:
  struct Entry {
    Message message;
    std::size_t size = 0;
  };

  void close_with(grpc::Status status, bool drop) {
    const std::lock_guard lock(mutex_);
    if (drop) queue_.resize(writing_ ? 1 : 0);
    if (closing_) return;
    closing_ = true;
    status_ = std::move(status);
    go_on();
  }

  void drop_front() {
    if (queue_.empty()) return;
    bytes_ -= queue_.front().size;
    queue_.pop_front();
  }

  void drop_all() {
    queue_.clear();
    bytes_ = 0;
  }

  void go_on() {
    if (writing_ || finished_) return;
    if (!queue_.empty()) {
      writing_ = true;
      start_(&queue_.front().message);
    } else if (closing_) {
      finished_ = true;
      finish_(status_);
    }
  }

  const std::function<void(const Message*)> start_;
  const std::function<void(grpc::Status)> finish_;

  mutable std::mutex mutex_;  ///< Guards all below.
  std::deque<Entry> queue_;
  std::size_t bytes_ = 0;
  bool writing_ = false;   ///< The front of the queue is being written.
  bool closing_ = false;   ///< Nothing more is taken.
  bool finished_ = false;  ///< `finish_` was called.
  grpc::Status status_;
};

}  // namespace rollmill::rpc
