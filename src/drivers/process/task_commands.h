#pragma once

#include <memory>
#include <string>

#include "rollmill/ports/host.h"
#include "rollmill/ports/task_output.h"

namespace rollmill::drivers {

struct TaskCommandsOptions {
  /// Kept commands live below it, one folder a task: FOLDER/UPGRADE-STEP-ATTEMPT/NUMBER.
  std::string folder;
  /// Program that calls `keeper_main` when its words are `keep FOLDER`: the agent itself.
  std::string keeper = "/proc/self/exe";
  std::size_t kept_tasks = 50;     ///< Older task folders are removed when a task begins.
  std::size_t kept_readings = 20;  ///< Of one task; effects are all kept.
};

/// Both ports over one folder. `run` finds a kept effect of the bound task by its argv, input and
/// user (the n-th equal one for the n-th call), so that a repeat of the task that does less than
/// the first time, since some of it is done, still meets its own results.
class TaskCommands : public ports::Commands, public ports::TaskOutput {
 public:
  using ports::Commands::read;
  using ports::TaskOutput::read;
};

std::shared_ptr<TaskCommands> make_task_commands(TaskCommandsOptions options);

}  // namespace rollmill::drivers
