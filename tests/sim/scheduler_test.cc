#include "sim/scheduler.h"

#include <gtest/gtest.h>

#include <string>

namespace rollmill::sim {
namespace {

using std::chrono::milliseconds;

void run_all(Scheduler& scheduler) {
  for (int steps = 0; steps < 1000 && scheduler.step(); ++steps) {
  }
}

TEST(SimRandom, gives_the_same_numbers_everywhere) {
  Random random{42};
  EXPECT_EQ(random.next(), 13679457532755275413ULL);
  EXPECT_EQ(Random{42}.fork("network").next(), Random{42}.fork("network").next());
  EXPECT_NE(Random{42}.fork("network").next(), Random{42}.fork("disk").next());
}

TEST(SimRandom, a_fork_does_not_depend_on_what_was_drawn) {
  Random drawn{7};
  for (int i = 0; i < 10; ++i) drawn.next();
  EXPECT_EQ(drawn.fork("x", 3).next(), Random{7}.fork("x", 3).next());
}

TEST(SimRandom, stays_between_its_bounds) {
  Random random{1};
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const auto value = random.between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    low = low || value == -2;
    high = high || value == 2;
  }
  EXPECT_TRUE(low && high);
  EXPECT_EQ(random.below(0), 0U);
}

TEST(SimScheduler, runs_work_by_time_then_by_order) {
  Scheduler scheduler;
  std::string said;
  scheduler.after(milliseconds{20}, [&] { said += "c"; });
  scheduler.after(milliseconds{10}, [&] { said += "a"; });
  scheduler.after(milliseconds{10}, [&] { said += "b"; });
  const auto never = scheduler.after(milliseconds{15}, [&] { said += "x"; });
  scheduler.cancel(never);
  run_all(scheduler);
  EXPECT_EQ(said, "abc");
  EXPECT_EQ(scheduler.now() - Scheduler::start_time(), milliseconds{20});
}

TEST(SimScheduler, a_fiber_rests_while_others_go_on) {
  Scheduler scheduler;
  Program program(scheduler, {});
  std::string said;
  program.start([&] {
    said += "1";
    scheduler.rest(milliseconds{100});
    said += "3";
  });
  program.after(milliseconds{50}, [&] { said += "2"; });
  run_all(scheduler);
  EXPECT_EQ(said, "123");
  EXPECT_EQ(scheduler.now() - Scheduler::start_time(), milliseconds{100});
}

TEST(SimScheduler, a_rest_can_be_ended) {
  Scheduler scheduler;
  Program program(scheduler, {});
  Scheduler::FiberId fiber = 0;
  program.start([&] {
    fiber = scheduler.current_fiber();
    scheduler.rest(std::chrono::hours{1});
  });
  program.after(milliseconds{5}, [&] { scheduler.wake(fiber); });
  run_all(scheduler);
  EXPECT_EQ(scheduler.now() - Scheduler::start_time(), milliseconds{5});
}

/// Says so when it is destroyed.
struct Told {
  std::string& said;
  ~Told() { said += "~"; }
};

TEST(SimScheduler, a_kill_unwinds_fibers_and_forgets_plans) {
  Scheduler scheduler;
  std::string said;
  Program program(scheduler, [&] { said += "ended"; });
  program.start([&] {
    const Told told{said};
    scheduler.rest(std::chrono::hours{1});
    said += "x";
  });
  program.after(milliseconds{20}, [&] { said += "x"; });
  scheduler.after(milliseconds{10}, [&] { program.kill(); });
  scheduler.after(milliseconds{30}, [&] { said += "!"; });
  run_all(scheduler);
  EXPECT_EQ(said, "~ended!");
  EXPECT_FALSE(program.alive());
}

TEST(SimScheduler, a_process_can_be_killed_from_inside) {
  Scheduler scheduler;
  std::string said;
  Program program(scheduler, [&] { said += "ended"; });
  program.start([&] {
    const Told told{said};
    program.kill();
    said += "x";
  });
  run_all(scheduler);
  EXPECT_EQ(said, "~ended");
}

TEST(SimScheduler, what_was_never_started_does_not_start_after_a_kill) {
  Scheduler scheduler;
  std::string said;
  Program program(scheduler, {});
  program.start([&] { said += "x"; });
  program.kill();
  run_all(scheduler);
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace rollmill::sim
