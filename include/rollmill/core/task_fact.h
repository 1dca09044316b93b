#pragma once

#include <string>
#include <variant>

#include "rollmill/base/ids.h"
#include "rollmill/core/task.h"

/// Facts of an agent's own journal: what became of the tasks it was sent. The agent's state is the
/// fold of them (agent/executor.h). Their stored form is a promise like that of an upgrade's facts.
namespace rollmill::core {

/// A controller with this term was seen; lower ones are refused from here on.
struct EpochRaised {
  base::Epoch epoch = 0;
  bool operator==(const EpochRaised&) const = default;
};
/// The task will be run; it begins at once or when the one before it has ended.
struct TaskTaken {
  Task task;
  bool operator==(const TaskTaken&) const = default;
};
/// The running task was told to give up at its next safe point.
struct TaskCancelled {
  TaskKey key;
  bool operator==(const TaskCancelled&) const = default;
};
/// The task has ended; its report is kept and sent until it is acknowledged.
struct TaskEnded {
  TaskReport report;
  bool operator==(const TaskEnded&) const = default;
};
/// The controller has the report, or no use for it any more.
struct TaskAcked {
  TaskKey key;
  bool operator==(const TaskAcked&) const = default;
};

using TaskFact = std::variant<EpochRaised, TaskTaken, TaskCancelled, TaskEnded, TaskAcked>;

}  // namespace rollmill::core
