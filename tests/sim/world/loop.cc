#include "sim/world/loop.h"

#include <algorithm>
#include <utility>

namespace rollmill::sim {

Scheduler::Id Loop::post(Work work, base::Duration delay) {
  // Called once: what the work holds may be moved on.
  return program_.after(delay, [this, work = std::move(work)]() mutable { run(work); });
}

void Loop::run(Work& work) {
  if (scheduler_.now() < frozen_until_ || !held_.empty()) {
    held_.push_back(std::move(work));
    return;
  }
  work();
}

void Loop::freeze(base::Duration duration) {
  const base::TimePoint until = scheduler_.now() + duration;
  if (until <= frozen_until_) return;
  frozen_until_ = until;
  program_.after(duration, [this] { thaw(); });
}

/// One piece of work may freeze the loop again.
void Loop::thaw() {
  while (!held_.empty() && scheduler_.now() >= frozen_until_) {
    const Work work = std::move(held_.front());
    held_.pop_front();
    work();
  }
}

void MachineClock::set_alarm(base::TimePoint at, std::function<void()> ring) {
  cancel_alarm();
  at_ = at;
  ring_ = std::move(ring);
  plan();
}

/// Rings not before its time by this clock, also when the clock was set back meanwhile.
void MachineClock::plan() {
  const base::Duration left = std::max(base::Duration{0}, at_ - now());
  // A frozen loop may hold an alarm that was cancelled meanwhile.
  alarm_ = loop_.post(
      [this, number = number_] {
        if (number != number_) return;
        if (now() < at_) return plan();
        alarm_ = 0;
        std::exchange(ring_, nullptr)();
      },
      left);
}

void MachineClock::cancel_alarm() {
  loop_.cancel(std::exchange(alarm_, 0));
  ++number_;
}

void TaskThread::start(std::function<void()> job) {
  woken_ = false;
  loop_.program().start(std::move(job));
}

void TaskThread::rest(base::Duration duration) {
  if (std::exchange(woken_, false)) return;
  fiber_ = scheduler_.current_fiber();
  scheduler_.rest(duration);
  fiber_ = 0;
  woken_ = false;
}

void TaskThread::wake() {
  woken_ = true;
  scheduler_.wake(fiber_);
}

}  // namespace rollmill::sim
