#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "rollmill/ports/clock.h"

namespace rollmill::test {

/// Time that passes only when told; its alarm rings inside `pass`.
class FakeClock : public ports::Clock {
 public:
  explicit FakeClock(base::TimePoint start) : now_(start) {}

  base::TimePoint now() const override { return now_; }
  void set_alarm(base::TimePoint at, std::function<void()> ring) override {
    alarm_ = {at, std::move(ring)};
  }
  void cancel_alarm() override { alarm_.reset(); }

  std::optional<base::TimePoint> alarm() const {
    return alarm_ ? std::optional{alarm_->first} : std::nullopt;
  }
  /// Rings every alarm that falls due on the way, each at its time.
  void pass(base::Duration time) {
    const base::TimePoint end = now_ + time;
    while (alarm_ && alarm_->first <= end) ring_next();
    now_ = end;
  }
  /// Jumps to the alarm and rings it; false when none is set.
  bool ring_next() {
    if (!alarm_) return false;
    now_ = std::max(now_, alarm_->first);
    const auto ring = std::move(alarm_->second);
    alarm_.reset();
    ring();
    return true;
  }

 private:
  base::TimePoint now_;
  std::optional<std::pair<base::TimePoint, std::function<void()>>> alarm_;
};

}  // namespace rollmill::test
