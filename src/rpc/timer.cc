#include "rpc/timer.h"

#include <utility>

namespace rollmill::rpc {

Timer::Timer() : thread_([this] { run(); }) {}

void Timer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Timer::set(base::Duration after, std::function<void()> ring) {
  {
    const std::lock_guard lock(mutex_);
    alarm_ = Alarm{Clock::now() + after, std::move(ring)};
  }
  changed_.notify_all();
}

void Timer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!alarm_) {
      changed_.wait(lock);
      continue;
    }
    const auto at = alarm_->at;
    if (Clock::now() < at) {
      changed_.wait_until(lock, at);
      continue;
    }
    const auto ring = std::move(alarm_->ring);
    alarm_.reset();
    lock.unlock();
    ring();
    lock.lock();
  }
}

}  // namespace rollmill::rpc
