#include <gtest/gtest.h>

#include "codec/fact_codec.h"
#include "controller/world.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;
using Moment = CrashingJournal::Moment;

/// Runs an upgrade in the smallest redundant fleet with one crash, brings everybody back, and lets
/// it end. False when the upgrade ended before the crash came.
bool crash_and_finish(std::size_t append, Moment moment) {
  SCOPED_TRACE("append " + std::to_string(append));
  World world{"both x2, admin schema"};
  EXPECT_TRUE(world.boot().ok());
  world.come_all();
  const auto asked = world.start_asked("r-1");
  world.journal.crash_at(append, moment);
  bool crashed = false;
  try {
    EXPECT_TRUE(world.controller->start(asked).ok());
    world.finish();
  } catch (const Crash&) {
    crashed = true;
    world.die();
    const base::Status recovered = world.boot();
    EXPECT_TRUE(recovered.ok()) << recovered.error().message;
    world.come_all();
    EXPECT_TRUE(world.controller->start(asked).ok()) << "the client asks again";
    world.finish();
  }
  EXPECT_EQ(world.view().state, "SUCCEEDED");
  EXPECT_EQ(world.controller->list()->size(), 1U);
  EXPECT_TRUE(world.hosts.broken.empty()) << world.hosts.broken.front();
  for (const auto& [task, times] : world.effects) EXPECT_EQ(times, 1);
  return crashed;
}

TEST(Recovery, goes_on_after_a_crash_behind_any_append) {
  std::size_t append = 0;
  while (crash_and_finish(append, Moment::AfterAppend)) ++append;
  EXPECT_GT(append, 100U);
}

TEST(Recovery, goes_on_after_a_crash_before_any_append) {
  std::size_t append = 0;
  while (crash_and_finish(append, Moment::BeforeAppend)) ++append;
  EXPECT_GT(append, 100U);
}

TEST(Recovery, finds_the_state_that_was_left) {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.finish();
  const core::UpgradeView before = world.view();
  const auto events_before = world.controller->events({}, 0, 1000);
  world.die();
  ASSERT_TRUE(world.boot().ok());
  EXPECT_EQ(world.view(), before);
  EXPECT_EQ(world.controller->events({}, 0, 1000).value(), events_before.value());
}

TEST(Recovery, takes_a_higher_epoch_each_time) {
  World world;
  for (base::Epoch epoch = 1; epoch <= 3; ++epoch) {
    ASSERT_TRUE(world.boot().ok());
    EXPECT_EQ(world.come("cond1").value(), epoch) << "no upgrade is needed for that";
    world.die();
  }
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  ASSERT_FALSE(world.link.tasks.empty());
  EXPECT_EQ(world.link.tasks.front().task.key.epoch, 4U);
  world.die();
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_FALSE(world.link.tasks.empty());
  EXPECT_EQ(world.link.tasks.front().task.key.epoch, 5U);
}

TEST(Recovery, sends_nothing_before_agents_come_back) {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.die();
  ASSERT_TRUE(world.boot().ok());
  EXPECT_TRUE(world.link.tasks.empty());
  for (const ports::FleetHostView& host : world.controller->hosts().value()) {
    EXPECT_FALSE(host.connected);
  }
}

TEST(Recovery, gives_agents_the_time_to_come_before_a_task_is_lost) {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  const auto due = world.clock.alarm();
  ASSERT_TRUE(due.has_value());
  world.die();
  world.clock.pass(*due - world.clock.now() + std::chrono::minutes{1});
  ASSERT_TRUE(world.boot().ok());
  EXPECT_EQ(world.view().state, "RUNNING");
  EXPECT_EQ(world.clock.alarm(), world.clock.now() + world.policy.deadlines.agent_lost);
  world.come_all();
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
}

TEST(Recovery, refuses_the_journal_of_an_agent) {
  World world;
  ASSERT_TRUE(world.journal.append(1, {{0, start_time(), "tasks", "TaskTaken", "{}"}}).ok());
  const base::Status refused = world.boot();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message.find("is it an agent's?"), std::string::npos);
}

TEST(Recovery, refuses_the_unfinished_upgrade_of_another_fleet) {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.die();
  world.fleet.id = base::FleetId{"other"};
  const base::Status refused = world.boot();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_NE(refused.error().message.find("other"), std::string::npos);
}

TEST(Recovery, refuses_facts_that_make_no_sense) {
  for (const char* stream : {"upgrades/u-1", "controller"}) {
    World world;
    ASSERT_TRUE(world.journal.append(1, {{0, start_time(), stream, "UpgradeStarted", "{}"}}).ok());
    const base::Status refused = world.boot();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::DataLoss);
    EXPECT_NE(refused.error().message.find("fact 1"), std::string::npos);
  }
}

TEST(Recovery, refuses_a_journal_with_two_unfinished_upgrades) {
  World world;
  base::Sequence next = 1;
  for (const char* id : {"u-1", "u-2"}) {
    const auto plan = std::make_shared<const core::Plan>(plan_for(world.fleet));
    const ports::EncodedFact fact = world.codec->encode(
        {start_time(), core::UpgradePlanned{base::UpgradeId{id}, plan, "anna", "", ""}});
    ASSERT_TRUE(world.journal
                    .append(next++, {{0, start_time(), std::string{"upgrades/"} + id, fact.kind,
                                      fact.body}})
                    .ok());
  }
  const base::Status refused = world.boot();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::DataLoss);
}

/// Plays the loss of the journal at a result, which is acknowledged and lets the next task be sent.
/// Any send after the loss would end the process with another code than the abort that is expected.
void lose_the_journal() {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  const core::SendTask task = world.take_task();
  world.journal.fail_after(0);
  world.link.on_send = [] { ::_exit(7); };
  world.controller->agent_reported(task.host, {task.task.key, core::TaskSucceeded{}});
}

TEST(RecoveryDeathTest, stops_before_it_sends_when_the_journal_fails) {
  EXPECT_EXIT(lose_the_journal(), testing::KilledBySignal(SIGABRT),
              "the journal could not be written: the journal was told to fail");
}

TEST(Recovery, writes_before_it_sends) {
  World world;
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  const auto asked = world.start_asked();
  world.link.on_send = [&] {
    // What is sent is always the consequence of the last records.
    const std::string& kind = world.journal.records().back().kind;
    EXPECT_TRUE(kind == "StepDispatched" || kind == "StepSucceeded" || kind == "TurnFinished")
        << kind;
  };
  ASSERT_TRUE(world.controller->start(asked).ok());
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
}

}  // namespace
}  // namespace rollmill::test
