#include "rollmill/agent/executor.h"

#include <gtest/gtest.h>

#include <map>

#include "rollmill/base/overloaded.h"

namespace rollmill::agent {
namespace {

core::TaskKey key(std::uint32_t step, std::uint32_t attempt = 1, base::Epoch epoch = 5) {
  return {base::UpgradeId{"u-1"}, base::StepIndex{step}, attempt, epoch};
}

core::Task task(const core::TaskKey& of) {
  core::Task made;
  made.key = of;
  made.verb = core::Verb::Drain;
  return made;
}

core::TaskReport done(const core::TaskKey& of) { return {of, core::TaskSucceeded{}}; }

/// The loop without a journal: decides and evolves.
struct Loop {
  Executor executor;
  Decision step(const Event& event) {
    Decision decision = decide(executor, event);
    for (const core::TaskFact& fact : decision.facts) evolve(executor, fact);
    return decision;
  }
};

/// An executor with step 1 in the given state; Queued: behind a running step 0.
Loop with_task_in(TaskState state) {
  Loop loop;
  if (state == TaskState::Queued) loop.step(TaskCame{task(key(0))});
  loop.step(TaskCame{task(key(1))});
  if (state == TaskState::Cancelling) loop.step(CancelCame{key(1)});
  if (state >= TaskState::Ended) loop.step(TaskDone{done(key(1))});
  if (state == TaskState::Acked) loop.step(AckCame{key(1)});
  EXPECT_EQ(find_task(loop.executor, key(1))->state, state);
  return loop;
}

/// What a decision does, in words: facts and commands of step 1, then the refusal.
std::string words(const Decision& decision) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  const auto outcome = [](const core::TaskReport& report) {
    return std::visit(base::Overloaded{
                          [](const core::TaskAccepted&) { return std::string("accepted"); },
                          [](const core::TaskWaiting&) { return std::string("waiting"); },
                          [](const core::TaskSucceeded&) { return std::string("succeeded"); },
                          [](const core::TaskFailed&) { return std::string("failed"); },
                          [](const core::TaskRefused& refused) { return refused.code; },
                      },
                      report.outcome);
  };
  for (const core::TaskFact& fact : decision.facts)
    std::visit(base::Overloaded{
                   [&](const core::EpochRaised&) { add("raised"); },
                   [&](const core::TaskTaken&) { add("taken"); },
                   [&](const core::TaskCancelled&) { add("cancelled"); },
                   [&](const core::TaskEnded&) { add("ended"); },
                   [&](const core::TaskAcked&) { add("acked"); },
               },
               fact);
  for (const Command& command : decision.commands)
    std::visit(base::Overloaded{
                   [&](const StartTask&) { add(">start"); },
                   [&](const GiveUpTask&) { add(">give-up"); },
                   [&](const SendReport& send) { add(">" + outcome(send.report)); },
               },
               command);
  if (decision.refusal) add("refused");
  return text;
}

struct Row {
  TaskState state;
  const char* again;        ///< The same task once more.
  const char* new_attempt;  ///< The next attempt of the same step.
  const char* cancel;
  const char* ack;
  const char* done;
};

/// Every state and every cause; what the first two words of a column promise is in the header.
constexpr Row kTable[] = {
    {TaskState::Queued, ">accepted", "ended acked taken >accepted", "ended >CANCELLED", "refused",
     "refused"},
    {TaskState::Running, ">accepted >start", "cancelled taken >give-up >start >accepted",
     "cancelled >give-up >start", "refused", "ended >succeeded"},
    {TaskState::Cancelling, ">accepted", "taken >accepted", "refused", "refused",
     "ended >succeeded"},
    {TaskState::Ended, ">succeeded", "acked taken >accepted >start", ">succeeded", "acked",
     "refused"},
    {TaskState::Acked, ">succeeded", "taken >accepted >start", ">succeeded", "", "refused"},
};

TEST(Executor, answers_every_cause_in_every_state) {
  for (const Row& row : kTable) {
    const std::map<std::string, std::pair<Event, const char*>> causes = {
        {"again", {TaskCame{task(key(1))}, row.again}},
        {"new attempt", {TaskCame{task(key(1, 2))}, row.new_attempt}},
        {"cancel", {CancelCame{key(1)}, row.cancel}},
        {"ack", {AckCame{key(1)}, row.ack}},
        {"done", {TaskDone{done(key(1))}, row.done}},
    };
    for (const auto& [name, cause] : causes)
      EXPECT_EQ(words(with_task_in(row.state).step(cause.first)), cause.second)
          << to_string(row.state) << ", " << name;
  }
}

TEST(Executor, answers_every_cause_for_a_task_it_does_not_know) {
  EXPECT_EQ(words(Loop().step(TaskCame{task(key(1))})), "raised taken >accepted >start");
  EXPECT_EQ(words(Loop().step(CancelCame{key(1)})), "raised ended >CANCELLED");
  EXPECT_EQ(words(Loop().step(AckCame{key(1)})), "raised refused");
  EXPECT_EQ(words(Loop().step(TaskDone{done(key(1))})), "refused");
}

TEST(Executor, refuses_a_lower_epoch_whatever_it_asks) {
  for (const TaskState state : {TaskState::Running, TaskState::Ended, TaskState::Acked}) {
    const Executor before = with_task_in(state).executor;
    EXPECT_EQ(words(decide(before, TaskCame{task(key(1, 1, 4))})), ">STALE_EPOCH");
    EXPECT_EQ(words(decide(before, TaskCame{task(key(9, 1, 4))})), ">STALE_EPOCH");
    EXPECT_EQ(words(decide(before, CancelCame{key(1, 1, 4)})), "refused");
    EXPECT_EQ(words(decide(before, AckCame{key(1, 1, 4)})), "refused");
    EXPECT_EQ(words(decide(before, Welcomed{4})), "refused");
  }
}

TEST(Executor, reports_to_a_stale_controller_under_its_own_epoch) {
  const Decision decision = with_task_in(TaskState::Running).step(TaskCame{task(key(9, 1, 4))});
  EXPECT_EQ(std::get<SendReport>(decision.commands.front()).report.key.epoch, 4U);
}

TEST(Executor, answers_a_repeat_under_the_new_epoch_and_runs_nothing) {
  Loop loop = with_task_in(TaskState::Ended);
  const Decision decision = loop.step(TaskCame{task(key(1, 1, 6))});
  EXPECT_EQ(words(decision), "raised >succeeded");
  EXPECT_EQ(std::get<SendReport>(decision.commands.front()).report.key, key(1, 1, 6));
}

TEST(Executor, sends_the_end_of_a_task_under_the_newest_epoch) {
  Loop loop = with_task_in(TaskState::Running);
  loop.step(Welcomed{8});
  const Decision decision = loop.step(TaskDone{done(key(1))});
  EXPECT_EQ(std::get<SendReport>(decision.commands.front()).report.key.epoch, 8U);
}

TEST(Executor, refuses_an_old_attempt_when_a_newer_one_is_known) {
  Loop loop = with_task_in(TaskState::Running);
  loop.step(TaskCame{task(key(1, 3))});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(1, 2))})), ">OLD_ATTEMPT");
}

TEST(Executor, runs_a_new_attempt_only_when_the_old_one_has_ended) {
  Loop loop = with_task_in(TaskState::Running);
  loop.step(TaskCame{task(key(1, 2))});
  EXPECT_EQ(active_task(loop.executor)->task.key.attempt, 1U);
  const Decision decision = loop.step(TaskDone{{key(1), core::TaskFailed{}}});
  EXPECT_EQ(words(decision), "ended acked >failed >start");
  EXPECT_EQ(active_task(loop.executor)->task.key.attempt, 2U);
}

TEST(Executor, runs_one_task_at_a_time_in_the_order_they_came) {
  Loop loop;
  for (std::uint32_t step = 0; step < 3; ++step) loop.step(TaskCame{task(key(step))});
  for (std::uint32_t step = 0; step < 3; ++step) {
    EXPECT_EQ(active_task(loop.executor)->task.key.step.value, step);
    loop.step(TaskDone{done(key(step))});
  }
  EXPECT_EQ(active_task(loop.executor), nullptr);
}

TEST(Executor, refuses_more_than_its_queue_holds_and_takes_more_later) {
  Loop loop;
  for (std::uint32_t step = 0; step <= kMaxQueued; ++step) loop.step(TaskCame{task(key(step))});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(99))})), ">QUEUE_FULL");
  loop.step(TaskDone{done(key(0))});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(99))})), "taken >accepted");
}

TEST(Executor, refuses_tasks_while_too_many_reports_are_unacknowledged) {
  Loop loop;
  for (std::uint32_t step = 0; step < kMaxUnacked; ++step) {
    loop.step(TaskCame{task(key(step))});
    loop.step(TaskDone{done(key(step))});
  }
  EXPECT_EQ(words(loop.step(TaskCame{task(key(999))})), ">QUEUE_FULL");
  loop.step(AckCame{key(0)});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(999))})), "taken >accepted >start");
}

TEST(Executor, resends_what_ended_until_it_is_acknowledged) {
  Loop loop = with_task_in(TaskState::Ended);
  EXPECT_EQ(words(loop.step(ResendDue{})), ">succeeded");
  EXPECT_EQ(words(loop.step(Welcomed{5})), ">succeeded");
  loop.step(AckCame{key(1)});
  EXPECT_EQ(words(loop.step(ResendDue{})), "");
  EXPECT_EQ(words(loop.step(Welcomed{5})), "");
}

TEST(Executor, tells_a_new_stream_what_it_runs_and_what_waits) {
  Loop loop = with_task_in(TaskState::Queued);
  EXPECT_EQ(words(loop.step(Welcomed{5})), ">accepted >accepted");
}

TEST(Executor, goes_on_after_a_restart_only_when_the_controller_sends_the_task_again) {
  Loop loop = with_task_in(TaskState::Running);
  EXPECT_EQ(words(loop.step(Restarted{})), "");
  EXPECT_EQ(words(loop.step(Welcomed{5})), ">accepted");
  EXPECT_EQ(words(loop.step(TaskCame{task(key(1))})), ">accepted >start");
}

TEST(Executor, ends_after_a_restart_a_task_that_nobody_wants_any_more) {
  Loop loop = with_task_in(TaskState::Running);
  loop.step(Restarted{});
  const Decision decision = loop.step(CancelCame{key(1)});
  EXPECT_EQ(words(decision), "cancelled >give-up >start");
  EXPECT_TRUE(std::get<StartTask>(decision.commands.back()).cancelled);
}

TEST(Executor, has_nothing_to_go_on_with_after_a_restart_when_no_task_had_begun) {
  EXPECT_EQ(words(with_task_in(TaskState::Ended).step(Restarted{})), "");
  EXPECT_EQ(words(Loop().step(Restarted{})), "");
}

TEST(Executor, remembers_over_a_restart_that_a_task_was_cancelled) {
  const Decision decision = with_task_in(TaskState::Cancelling).step(Restarted{});
  ASSERT_EQ(decision.commands.size(), 1U);
  EXPECT_TRUE(std::get<StartTask>(decision.commands.front()).cancelled);
}

TEST(Executor, never_runs_a_task_that_comes_after_its_cancel) {
  Loop loop;
  loop.step(CancelCame{key(1)});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(1))})), ">CANCELLED");
  EXPECT_EQ(words(loop.step(ResendDue{})), ">CANCELLED");
  loop.step(AckCame{key(1)});
  EXPECT_EQ(words(loop.step(TaskCame{task(key(1))})), ">CANCELLED");
  EXPECT_EQ(words(loop.step(TaskCame{task(key(1, 2))})), "taken >accepted >start");
}

TEST(Executor, notes_no_cancel_of_an_old_attempt_and_no_more_than_it_keeps_open) {
  Loop loop;
  loop.step(TaskCame{task(key(1, 2))});
  EXPECT_EQ(words(loop.step(CancelCame{key(1)})), ">OLD_ATTEMPT");
  for (std::uint32_t step = 2; step <= kMaxUnacked; ++step) loop.step(CancelCame{key(step)});
  EXPECT_EQ(words(loop.step(CancelCame{key(999)})), "refused");
}

TEST(Executor, forgets_only_the_oldest_acknowledged_tasks) {
  Loop loop;
  const std::uint32_t count = kKeptAcked + 10;
  for (std::uint32_t step = 0; step < count; ++step) {
    loop.step(TaskCame{task(key(step))});
    loop.step(TaskDone{done(key(step))});
    loop.step(AckCame{key(step)});
  }
  EXPECT_EQ(loop.executor.tasks.size(), kKeptAcked);
  EXPECT_EQ(find_task(loop.executor, key(9)), nullptr);
  EXPECT_NE(find_task(loop.executor, key(10)), nullptr);
}

}  // namespace
}  // namespace rollmill::agent
