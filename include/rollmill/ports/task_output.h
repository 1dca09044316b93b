#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/core/task.h"

namespace rollmill::ports {

/// A place in the kept output of a task; the default is its beginning.
struct OutputPosition {
  std::uint32_t command = 0;
  std::uint64_t offset = 0;
};
/// Some text that one command printed.
struct OutputPart {
  std::string command;  ///< As run: "apt-get install ...".
  std::string text;     ///< At most 64 KiB.
};

/// Ties commands to the task they are run for, and reads back what they printed (kept, bounded
/// and rotated). The same adapter stands behind `Commands`.
class TaskOutput {
 public:
  virtual ~TaskOutput() = default;
  /// The commands that follow belong to this task, counted from its first: a repeat of the task
  /// finds the kept results. Nothing: readings between tasks, whose output is not kept.
  /// (upgrade, step, attempt) identifies; the epoch does not. THREAD: task.
  virtual base::Status bind(const std::optional<core::TaskKey>& key) = 0;
  /// Waits until no command of this task runs, nor ever will again: what had not begun does not
  /// begin, what had comes to its end. Had any begun? THREAD: task.
  virtual base::Result<bool> settle(const core::TaskKey& key) = 0;
  /// Adds a line of our own to the output of the bound task. THREAD: task.
  virtual void say(const std::string& line) = 0;
  /// The next part after `position`, which moves behind it; nothing when there is no more yet, or
  /// nothing is kept of the task. THREAD: any.
  virtual base::Result<std::optional<OutputPart>> read(const core::TaskKey& key,
                                                       OutputPosition& position) = 0;
};

}  // namespace rollmill::ports
