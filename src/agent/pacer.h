#pragma once

#include <memory>

#include "rollmill/base/time.h"

namespace rollmill::agent {

/// Time on the task thread.
class Pacer {
 public:
  virtual ~Pacer() = default;
  /// THREAD: any.
  virtual base::TimePoint now() const = 0;
  /// Rests for this long, or until `wake`. THREAD: task.
  virtual void rest(base::Duration duration) = 0;
  /// Ends the rest going on, or the next one when none is. THREAD: any.
  virtual void wake() = 0;
};

/// The machine's clock and real rests.
std::unique_ptr<Pacer> make_real_pacer();

}  // namespace rollmill::agent
