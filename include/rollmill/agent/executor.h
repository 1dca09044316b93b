#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/core/task.h"
#include "rollmill/core/task_fact.h"

/// The agent's own engine: which task runs, which waits, what is reported. Pure like core: no
/// clock, no I/O, no log; same inputs, same answer.
///
/// The order is the contract: `decide`, append the facts durably, `evolve`, then perform the
/// commands. A restart folds the journal and asks with `Restarted`; the task that had begun waits
/// until the controller sends it again, and is then run again, which is safe because verbs are
/// idempotent and effects are kept (ports::Commands).
namespace rollmill::agent {

/// Of one task, from the moment it is in the journal.
enum class TaskState {
  Queued,      ///< Waits for the one before it.
  Running,     ///< On the task thread.
  Cancelling,  ///< Told to give up; still on the task thread.
  Ended,       ///< Its report is resent until acknowledged.
  Acked,       ///< Kept to answer a late repeat.
};

struct TaskRun {
  core::Task task;
  TaskState state = TaskState::Queued;
  core::TaskReport report;  ///< From Ended on.
  bool operator==(const TaskRun&) const = default;
};

inline constexpr std::size_t kMaxQueued = 16;   ///< Tasks that wait; more are refused.
inline constexpr std::size_t kMaxUnacked = 64;  ///< Tasks not acknowledged; more are refused.
inline constexpr std::size_t kKeptAcked = 256;  ///< Acknowledged tasks that are remembered.

/// The fold of the agent's facts. Only `evolve` changes it.
struct Executor {
  base::Epoch epoch = 0;
  std::vector<TaskRun> tasks;  ///< In the order in which they were taken; at most one is active.
  bool operator==(const Executor&) const = default;
};

/// @name Events: what was observed
/// @{
struct Welcomed {
  base::Epoch epoch = 0;
};
struct TaskCame {
  core::Task task;
};
struct CancelCame {
  core::TaskKey key;
};
struct AckCame {
  core::TaskKey key;
};
/// The task thread is done with it.
struct TaskDone {
  core::TaskReport report;
};
/// The process has begun and folded its journal.
struct Restarted {};
struct ResendDue {};
using Event = std::variant<Welcomed, TaskCame, CancelCame, AckCame, TaskDone, Restarted, ResendDue>;
/// @}

/// @name Commands: what is to be done once the facts are durable
/// @{
/// Nothing to do for a task that is on the task thread already, or waits for it.
struct StartTask {
  core::Task task;
  bool cancelled = false;  ///< It only has to end: nothing of it is done.
  bool operator==(const StartTask&) const = default;
};
struct GiveUpTask {
  core::TaskKey key;
  bool operator==(const GiveUpTask&) const = default;
};
struct SendReport {
  core::TaskReport report;
  bool operator==(const SendReport&) const = default;
};
using Command = std::variant<StartTask, GiveUpTask, SendReport>;
/// @}

struct Decision {
  std::vector<core::TaskFact> facts;
  std::vector<Command> commands;       ///< To perform in order, after the facts are durable.
  std::optional<std::string> refusal;  ///< Why the event does not fit; for the log.
};

/// Decides what follows from an event. Every report carries the newest epoch known, except the
/// refusal of a stale task, which carries the task's own.
Decision decide(const Executor& executor, const Event& event);

/// Applies one durable fact. Aborts on a fact that the transition table does not allow.
void evolve(Executor& executor, const core::TaskFact& fact);

/// The task on the task thread, or nothing.
const TaskRun* active_task(const Executor& executor);
/// Any task of this identity (the epoch does not matter), or nothing.
const TaskRun* find_task(const Executor& executor, const core::TaskKey& key);

const char* to_string(TaskState state);

}  // namespace rollmill::agent
