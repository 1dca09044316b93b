#pragma once

#include <string>

#include "sim/scheduler.h"

/// In the simulator a broken assumption ends the run with a finding, and a journal that cannot be
/// written ends the simulated process: this replaces base/check.cc at link time.
namespace rollmill::sim {

/// Thrown by ROLLMILL_CHECK. No standard exception: nothing in the product may catch it.
struct BrokenAssumption {
  std::string text;  ///< "`expression` at file:line"
};

/// While it lives, this thread's processes are those of the scheduler given.
class LastWords {
 public:
  explicit LastWords(Scheduler& scheduler);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace rollmill::sim
