#pragma once

#include <map>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

/// Programs that a host's drivers run. THREAD: task.
namespace rollmill::ports {

struct CommandSpec {
  std::vector<std::string> argv;                   ///< Absolute program first; never a shell line.
  std::map<std::string, std::string> environment;  ///< Added to a clean one (PATH, LC_ALL=C).
  std::string input;                               ///< For stdin.
  std::string user;                                ///< Empty: root, as the agent.
  base::Duration time_limit{std::chrono::minutes{5}};
};
struct CommandResult {
  int exit_code = -1;        ///< 128 + n after signal n.
  bool timed_out = false;    ///< Killed at its time limit.
  bool interrupted = false;  ///< It was cut off (reboot, kill of its keeper); outcome unknown.
  std::string out;           ///< Last 256 KiB of stdout.
  std::string err;           ///< Last 256 KiB of stderr.
};

/// Runs programs that outlive the agent. `run` is for effects: within one task the n-th `run` is
/// one effect; a repeat after an agent crash waits for it or returns its kept result. `read` is
/// for readings: run anew each time. Output of both is kept for `rollmill logs`.
class Commands {
 public:
  virtual ~Commands() = default;
  virtual base::Result<CommandResult> run(const CommandSpec& spec) = 0;
  virtual base::Result<CommandResult> read(const CommandSpec& spec) = 0;
  /// Returns when no effect that an earlier life of this task has begun runs any more; those that
  /// had not begun never will. FailedPrecondition between tasks. (What other tasks have begun is
  /// waited for when a task begins.)
  virtual base::Status await_begun() = 0;
};

}  // namespace rollmill::ports
