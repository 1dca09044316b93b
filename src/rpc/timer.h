#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "rollmill/base/time.h"

namespace rollmill::rpc {

/// One alarm with a thread of its own. `ring` runs on that thread and must only hand off; it must
/// not destroy the timer. THREAD: any.
class Timer {
 public:
  Timer();
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Replaces the alarm set before. One that rings just now may still run.
  void set(base::Duration after, std::function<void()> ring);
  /// Waits for a `ring` that runs; nothing rings any more. Repeats do nothing. THREAD: any but the
  /// timer's own.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Alarm {
    Clock::time_point at;
    std::function<void()> ring;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Alarm> alarm_;  ///< Guarded by mutex_.
  bool stopping_ = false;       ///< Guarded by mutex_.
  std::thread thread_;          ///< Last: starts when the rest is there.
};

}  // namespace rollmill::rpc
