#pragma once

#include <functional>

#include "rollmill/base/time.h"

namespace rollmill::ports {

/// The loop's time and its one alarm. THREAD: loop.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual base::TimePoint now() const = 0;
  /// Calls `ring` once on the loop, not before `at`. A new call replaces the alarm set before.
  virtual void set_alarm(base::TimePoint at, std::function<void()> ring) = 0;
  virtual void cancel_alarm() = 0;
};

}  // namespace rollmill::ports
