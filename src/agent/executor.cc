#include "rollmill/agent/executor.h"

#include <algorithm>
#include <utility>

#include "rollmill/base/check.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::agent {
namespace {

/// What a fact, or the end of the task before, does to one task.
enum class Cause { Cancelled, Ended, Acked, TurnCame };

struct Move {
  TaskState from;
  Cause cause;
  TaskState to;
};

/// Every legal move; a pair that is not here aborts, since `decide` must never have written it.
constexpr Move kMoves[] = {
    {TaskState::Queued, Cause::TurnCame, TaskState::Running},
    {TaskState::Queued, Cause::Ended, TaskState::Ended},
    {TaskState::Running, Cause::Cancelled, TaskState::Cancelling},
    {TaskState::Running, Cause::Ended, TaskState::Ended},
    {TaskState::Cancelling, Cause::Ended, TaskState::Ended},
    {TaskState::Ended, Cause::Acked, TaskState::Acked},
};

void move(TaskRun& run, Cause cause) {
  const Move* end = std::end(kMoves);
  const Move* found = std::find_if(std::begin(kMoves), end, [&](const Move& each) {
    return each.from == run.state && each.cause == cause;
  });
  ROLLMILL_CHECK(found != end);
  run.state = found->to;
}

bool is_active(const TaskRun& run) {
  return run.state == TaskState::Running || run.state == TaskState::Cancelling;
}

bool same_step(const core::TaskKey& one, const core::TaskKey& other) {
  return one.upgrade == other.upgrade && one.step == other.step;
}

TaskRun* find_for_change(Executor& executor, const core::TaskKey& key) {
  for (TaskRun& run : executor.tasks)
    if (run.task.key.same_task(key)) return &run;
  return nullptr;
}

bool newer_attempt_known(const Executor& executor, const core::TaskKey& key) {
  return std::any_of(executor.tasks.begin(), executor.tasks.end(), [&](const TaskRun& run) {
    return same_step(run.task.key, key) && run.task.key.attempt > key.attempt;
  });
}

std::size_t count(const Executor& executor, bool (*counts)(const TaskRun&)) {
  return static_cast<std::size_t>(
      std::count_if(executor.tasks.begin(), executor.tasks.end(), counts));
}

core::TaskReport refused(core::TaskKey key, std::string code, std::string message) {
  return {std::move(key), core::TaskRefused{std::move(code), std::move(message)}};
}

/// One call of `decide`: collects what follows.
class Deciding {
 public:
  explicit Deciding(const Executor& executor) : executor_(executor), epoch_(executor.epoch) {}

  Decision operator()(const Welcomed& event) {
    if (!current(event.epoch)) return refuse("the controller's term is over");
    for (const TaskRun& run : executor_.tasks)
      if (run.state < TaskState::Ended) accept(run.task.key);
    resend();
    return std::move(decision_);
  }

  Decision operator()(const TaskCame& event) {
    const core::Task& task = event.task;
    if (!current(task.key.epoch)) {
      decision_.commands.push_back(SendReport{stale(task.key)});
      return std::move(decision_);
    }
    if (const TaskRun* run = find_task(executor_, task.key))
      repeat(*run);
    else if (newer_attempt_known(executor_, task.key))
      send(refused(task.key, "OLD_ATTEMPT", "A newer attempt of this step is known here."));
    else if (full())
      send(refused(task.key, "QUEUE_FULL",
                   "This agent has too many open tasks; it takes new ones when some have ended."));
    else
      take(task);
    return std::move(decision_);
  }

  Decision operator()(const CancelCame& event) {
    if (!current(event.key.epoch)) return refuse("the cancel comes from a term that is over");
    const TaskRun* run = find_task(executor_, event.key);
    return run == nullptr ? cancel_unseen(event.key) : cancel(*run);
  }

  Decision operator()(const AckCame& event) {
    if (!current(event.key.epoch)) return refuse("the acknowledgement comes from an old term");
    const TaskRun* run = find_task(executor_, event.key);
    if (run == nullptr) return refuse("an unknown task was acknowledged");
    if (run->state < TaskState::Ended) return refuse("a task that has not ended was acknowledged");
    if (run->state == TaskState::Ended) fact(core::TaskAcked{run->task.key});
    return std::move(decision_);
  }

  Decision operator()(const TaskDone& event) {
    const TaskRun* run = find_task(executor_, event.report.key);
    if (run == nullptr || !is_active(*run)) return refuse("a task ended that did not run");
    end(event.report);
    if (newer_attempt_known(executor_, run->task.key)) fact(core::TaskAcked{run->task.key});
    const auto next =
        std::find_if(executor_.tasks.begin(), executor_.tasks.end(),
                     [](const TaskRun& each) { return each.state == TaskState::Queued; });
    if (next != executor_.tasks.end()) start(*next, false);
    return std::move(decision_);
  }

  /// A task that had begun waits for the controller's word: meanwhile a person may have given the
  /// upgrade up and taken the host in hand.
  Decision operator()(const Restarted&) {
    const TaskRun* run = active_task(executor_);
    if (run != nullptr && run->state == TaskState::Cancelling) start(*run, true);
    return std::move(decision_);
  }

  Decision operator()(const ResendDue&) {
    resend();
    return std::move(decision_);
  }

 private:
  /// False for a term that is over; a higher one is noted.
  bool current(base::Epoch epoch) {
    if (epoch < executor_.epoch) return false;
    if (epoch > executor_.epoch) fact(core::EpochRaised{epoch});
    epoch_ = epoch;
    return true;
  }

  void fact(core::TaskFact fact) { decision_.facts.push_back(std::move(fact)); }
  Decision refuse(const char* why) {
    decision_.refusal = why;
    return std::move(decision_);
  }
  void send(core::TaskReport report) {
    report.key.epoch = epoch_;
    decision_.commands.push_back(SendReport{std::move(report)});
  }
  void accept(const core::TaskKey& key) { send({key, core::TaskAccepted{}}); }
  void resend() {
    for (const TaskRun& run : executor_.tasks)
      if (run.state == TaskState::Ended) send(run.report);
  }
  void end(const core::TaskReport& report) {
    fact(core::TaskEnded{report});
    send(report);
  }

  core::TaskReport stale(const core::TaskKey& key) const {
    return refused(key, "STALE_EPOCH",
                   "This host obeys term " + std::to_string(executor_.epoch) +
                       "; the task is of term " + std::to_string(key.epoch) + ".");
  }

  bool full() const {
    const auto queued = [](const TaskRun& run) { return run.state == TaskState::Queued; };
    const auto unacked = [](const TaskRun& run) { return run.state != TaskState::Acked; };
    return count(executor_, queued) >= kMaxQueued || count(executor_, unacked) >= kMaxUnacked;
  }

  void start(const TaskRun& run, bool cancelled) {
    decision_.commands.push_back(StartTask{run.task, cancelled});
  }

  void repeat(const TaskRun& run) {
    switch (run.state) {
      case TaskState::Running:
        accept(run.task.key);
        return start(run, false);
      case TaskState::Queued:
      case TaskState::Cancelling:
        return accept(run.task.key);
      case TaskState::Ended:
      case TaskState::Acked:
        return send(run.report);
    }
  }

  void take(const core::Task& task) {
    for (const TaskRun& run : executor_.tasks)
      if (same_step(run.task.key, task.key)) supersede(run);
    fact(core::TaskTaken{task});
    accept(task.key);
    if (active_task(executor_) == nullptr) decision_.commands.push_back(StartTask{task, false});
  }

  /// One that waits for a word since a restart begins as a cancelled one, so that it ends.
  void stop(const TaskRun& run) {
    fact(core::TaskCancelled{run.task.key});
    decision_.commands.push_back(GiveUpTask{run.task.key});
    start(run, true);
  }

  /// The controller has moved on to a new attempt: it needs no report of this one.
  void supersede(const TaskRun& old) {
    switch (old.state) {
      case TaskState::Queued:
        fact(core::TaskEnded{refused(old.task.key, "SUPERSEDED",
                                     "A newer attempt of this step came before it began.")});
        fact(core::TaskAcked{old.task.key});
        return;
      case TaskState::Running:
        return stop(old);
      case TaskState::Ended:
        fact(core::TaskAcked{old.task.key});
        return;
      case TaskState::Cancelling:
      case TaskState::Acked:
        return;
    }
  }

  /// The answer is kept like that of any task: should the task come after all, it is not run.
  Decision cancel_unseen(const core::TaskKey& key) {
    if (newer_attempt_known(executor_, key)) {
      send(refused(key, "OLD_ATTEMPT", "A newer attempt of this step is known here."));
      return std::move(decision_);
    }
    if (full()) return refuse("a task that never came was cancelled, and too many are open");
    end(refused(key, "CANCELLED", "The task was cancelled before it arrived here."));
    return std::move(decision_);
  }

  Decision cancel(const TaskRun& run) {
    switch (run.state) {
      case TaskState::Queued:
        end(refused(run.task.key, "CANCELLED", "The task was cancelled before it began."));
        return std::move(decision_);
      case TaskState::Running:
        stop(run);
        return std::move(decision_);
      case TaskState::Cancelling:
        return refuse("the task is being cancelled already");
      case TaskState::Ended:
      case TaskState::Acked:
        send(run.report);
        return std::move(decision_);
    }
    return std::move(decision_);
  }

  const Executor& executor_;
  base::Epoch epoch_;
  Decision decision_;
};

void forget_old(Executor& executor) {
  const auto acked = [](const TaskRun& run) { return run.state == TaskState::Acked; };
  while (count(executor, acked) > kKeptAcked)
    executor.tasks.erase(std::find_if(executor.tasks.begin(), executor.tasks.end(), acked));
}

void promote(Executor& executor) {
  if (active_task(executor) != nullptr) return;
  for (TaskRun& run : executor.tasks) {
    if (run.state != TaskState::Queued) continue;
    move(run, Cause::TurnCame);
    return;
  }
}

TaskRun& known(Executor& executor, const core::TaskKey& key) {
  TaskRun* run = find_for_change(executor, key);
  ROLLMILL_CHECK(run != nullptr);
  return *run;
}

/// One that is not known was cancelled before it came.
void end_task(Executor& executor, const core::TaskReport& report) {
  if (find_task(executor, report.key) == nullptr) {
    core::Task never_came;
    never_came.key = report.key;
    executor.tasks.push_back({std::move(never_came), TaskState::Queued, {}});
  }
  TaskRun& run = known(executor, report.key);
  move(run, Cause::Ended);
  run.report = report;
  promote(executor);
}

}  // namespace

Decision decide(const Executor& executor, const Event& event) {
  return std::visit(Deciding(executor), event);
}

void evolve(Executor& executor, const core::TaskFact& fact) {
  std::visit(base::Overloaded{
                 [&](const core::EpochRaised& raised) {
                   ROLLMILL_CHECK(raised.epoch > executor.epoch);
                   executor.epoch = raised.epoch;
                 },
                 [&](const core::TaskTaken& taken) {
                   ROLLMILL_CHECK(find_task(executor, taken.task.key) == nullptr);
                   executor.tasks.push_back({taken.task, TaskState::Queued, {}});
                   promote(executor);
                 },
                 [&](const core::TaskCancelled& cancelled) {
                   move(known(executor, cancelled.key), Cause::Cancelled);
                 },
                 [&](const core::TaskEnded& ended) { end_task(executor, ended.report); },
                 [&](const core::TaskAcked& acked) {
                   move(known(executor, acked.key), Cause::Acked);
                   forget_old(executor);
                 },
             },
             fact);
}

const TaskRun* active_task(const Executor& executor) {
  for (const TaskRun& run : executor.tasks)
    if (is_active(run)) return &run;
  return nullptr;
}

const TaskRun* find_task(const Executor& executor, const core::TaskKey& key) {
  for (const TaskRun& run : executor.tasks)
    if (run.task.key.same_task(key)) return &run;
  return nullptr;
}

const char* to_string(TaskState state) {
  switch (state) {
    case TaskState::Queued:
      return "queued";
    case TaskState::Running:
      return "running";
    case TaskState::Cancelling:
      return "cancelling";
    case TaskState::Ended:
      return "ended";
    case TaskState::Acked:
      return "acked";
  }
  return "?";
}

}  // namespace rollmill::agent
