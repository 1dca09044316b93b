#include "rpc/timer.h"

#include <gtest/gtest.h>

#include "rpc/loop.h"

namespace rollmill::rpc {
namespace {

TEST(Timer, rings_once) {
  Record<int> rung;
  Timer timer;
  timer.set(base::Duration{0}, [&] { rung.add(1); });
  rung.wait_for(1);
  timer.stop();
  EXPECT_EQ(rung.all(), std::vector<int>{1});
}

TEST(Timer, newer_alarm_replaces_the_older) {
  Record<int> rung;
  Timer timer;
  timer.set(std::chrono::hours{1}, [&] { rung.add(1); });
  timer.set(base::Duration{0}, [&] { rung.add(2); });
  EXPECT_EQ(rung.wait_for(1), std::vector<int>{2});
}

/// The heartbeat's way: each ring sets the next one, up to the very end.
TEST(Timer, alarm_that_sets_itself_again_can_be_stopped) {
  for (int round = 0; round < 200; ++round) {
    Record<int> rung;
    Timer timer;
    const std::function<void()> again = [&] {
      rung.add(round);
      timer.set(base::Duration{0}, again);
    };
    timer.set(base::Duration{0}, again);
    rung.wait_for(2);
    timer.stop();
    const std::size_t count = rung.all().size();
    timer.set(base::Duration{0}, again);
    EXPECT_GE(count, 2U);
    EXPECT_EQ(rung.all().size(), count);
  }
}

}  // namespace
}  // namespace rollmill::rpc
