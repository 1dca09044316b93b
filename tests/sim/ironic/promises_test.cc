#include <gtest/gtest.h>

#include <algorithm>

#include "sim/ironic/roll.h"

/// That each promise can be seen broken: what a wrong order of the agent's verbs does.
namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::seconds;

sim::Layout quiet() {
  sim::Layout made = layout(3, 2);
  made.traffic = false;
  return made;
}

std::string first_broken(const Roll& roll) {
  return roll.site.broken_promises().empty() ? "" : roll.site.broken_promises().front();
}

TEST(Promises, two_stopped_conductors_break_the_first) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  EXPECT_EQ(roll.run("cond1", Verb::Stop), "ok");
  EXPECT_EQ(first_broken(roll), "");
  EXPECT_EQ(roll.run("cond2", Verb::Stop), "ok");
  EXPECT_EQ(first_broken(roll).substr(0, 21), "1: 2 of 3 conductor \"");
}

TEST(Promises, a_conductor_that_is_up_again_is_not_down) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  ASSERT_EQ(roll.turn("cond1"), "");
  ASSERT_EQ(roll.turn("cond2"), "");
  EXPECT_EQ(first_broken(roll), "");
}

TEST(Promises, an_unpinned_start_beside_old_code_breaks_the_second_and_the_third) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  for (const Verb verb : {Verb::Drain, Verb::Stop, Verb::Install, Verb::Unpin})
    ASSERT_EQ(roll.run("cond1", verb), "ok");
  roll.args.new_release = true;
  EXPECT_EQ(roll.run("cond1", Verb::Start), "ok");
  EXPECT_EQ(first_broken(roll).substr(0, 2), "2:");
  EXPECT_EQ(roll.site.broken_promises().back().substr(0, 2), "3:");
}

TEST(Promises, an_unpin_before_its_approval_breaks_the_third) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  for (const char* name : {"cond1", "cond2", "cond3", "api1", "api2"})
    ASSERT_EQ(roll.turn(name), "");
  EXPECT_EQ(roll.unpin_turn("cond1"), "");
  EXPECT_EQ(first_broken(roll).substr(0, 2), "3:");
}

TEST(Promises, a_contract_while_something_is_pinned_breaks_the_third) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  for (const char* name : {"cond1", "cond2", "cond3", "api1", "api2"})
    ASSERT_EQ(roll.turn(name), "");
  EXPECT_EQ(roll.run("admin", Verb::Migrate), "ok");
  EXPECT_EQ(first_broken(roll).substr(0, 2), "3:");
}

TEST(Promises, a_task_of_an_older_term_breaks_the_fifth) {
  Roll roll(quiet());
  roll.epoch = 3;
  ASSERT_EQ(roll.run("cond1", Verb::Stage), "ok");
  roll.epoch = 2;
  ASSERT_EQ(roll.run("cond1", Verb::Drain), "ok");
  EXPECT_EQ(first_broken(roll).substr(0, 2), "5:");
}

TEST(Promises, an_effect_beside_another_tasks_command_breaks_the_fifth) {
  Roll roll(quiet());
  const core::TaskKey key{{"u-1"}, {1}, 1, 1};
  sim::Effect effect;
  effect.task = &key;
  effect.deed = sim::Deed::Install;
  roll.site.site().promises.begins(effect, 0, true);
  EXPECT_EQ(first_broken(roll).substr(0, 2), "5:");
}

TEST(Promises, the_same_effect_twice_for_one_task_breaks_the_fifth) {
  Roll roll(quiet());
  const core::TaskKey key{{"u-1"}, {1}, 1, 1};
  sim::Effect effect;
  effect.task = &key;
  effect.deed = sim::Deed::Start;
  sim::Promises& promises = roll.site.site().promises;
  promises.binds(0, key);
  promises.begins(effect, 0, false);
  promises.disturbed(0);
  promises.begins(effect, 0, false);
  EXPECT_EQ(first_broken(roll), "");
  promises.begins(effect, 0, false);
  EXPECT_EQ(first_broken(roll).substr(0, 2), "5:");
}

// The next task of a host begins when nothing runs there any more, though its agent died meanwhile.
TEST(Promises, the_next_task_waits_for_the_command_of_a_killed_one) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  roll.run("cond1", Verb::Drain);
  ASSERT_EQ(roll.run("cond1", Verb::Stop), "ok");
  roll.run_and_kill("cond1", Verb::Install, seconds{1});
  EXPECT_EQ(roll.run("cond1", Verb::Install), "ok");
  const auto found = deeds(roll.site, "cond1");
  EXPECT_EQ(std::count(found.begin(), found.end(), "cond1 install"), 1);
  EXPECT_EQ(first_broken(roll), "");
}

TEST(Promises, a_drop_in_that_stays_breaks_the_tenth) {
  Roll roll(quiet());
  ASSERT_EQ(roll.before(), "");
  EXPECT_EQ(roll.site.broken_at_rest().size(), 5U);
}

TEST(Promises, an_api_stopped_in_the_balancer_breaks_the_twelfth) {
  Roll roll(quiet());
  sim::Program hand(roll.time, nullptr);
  hand.start([&] {
    (void)roll.host("api1").output().bind(core::TaskKey{{"hand"}, {1}, 1, 1});
    (void)roll.host("api1").ports().services.stop("ironic-api", seconds{60});
  });
  roll.pass(seconds{1});
  EXPECT_EQ(first_broken(roll).substr(0, 3), "12:");
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    failed += roll.site.answers_list() ? 0 : 1;
    roll.pass(base::Duration{50});
  }
  EXPECT_GT(failed, 0);
}

}  // namespace
}  // namespace rollmill::test
