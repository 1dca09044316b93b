#include "agent/task_context.h"

#include <gtest/gtest.h>

#include <thread>

#include "agent/agent_story.h"

namespace rollmill::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Told {
  std::vector<core::TaskWaiting> causes;
  agent::TaskContext::Tell tell() {
    return [this](const core::TaskWaiting& cause) { causes.push_back(cause); };
  }
};

struct Context {
  FakeWorld world;
  LoopTwin loop{world};
  FakeOutput output;
  Told told;
  agent::TaskContext context{loop, output, seconds{60}, told.tell()};
};

TEST(TaskContext, rests_until_the_time_limit_and_no_longer) {
  Context story;
  EXPECT_TRUE(story.context.pause(seconds{50}));
  EXPECT_FALSE(story.context.pause(seconds{50}));
  EXPECT_EQ(story.world.now() - story.context.started_at(), seconds{60});
  EXPECT_FALSE(story.context.pause(seconds{0}));
}

TEST(TaskContext, ends_a_rest_when_cancelled) {
  Context story;
  story.world.in(seconds{5}, [&] { story.context.cancel(); });
  EXPECT_FALSE(story.context.pause(seconds{50}));
  EXPECT_FALSE(story.context.pause(seconds{0}));
}

TEST(TaskContext, tells_a_new_cause_at_once_and_its_changes_once_a_second) {
  Context story;
  story.context.waits("NODES_BUSY", "3 nodes");
  story.context.waits("NODES_BUSY", "3 nodes");
  story.context.waits("NODES_BUSY", "2 nodes");
  EXPECT_EQ(story.told.causes.size(), 1U);
  story.context.pause(milliseconds{1500});
  story.context.pause(milliseconds{1});
  ASSERT_EQ(story.told.causes.size(), 2U);
  EXPECT_EQ(story.told.causes[1].reason, "2 nodes");
  EXPECT_EQ(story.told.causes[1].since, story.told.causes[0].since);
  story.context.waits("", "");
  ASSERT_EQ(story.told.causes.size(), 3U);
  EXPECT_EQ(story.told.causes[2].code, "");
}

TEST(RealPacer, wakes_a_rest_from_another_thread) {
  const auto pacer = agent::make_real_pacer();
  const base::TimePoint before = pacer->now();
  std::thread other([&] { pacer->wake(); });
  pacer->rest(std::chrono::minutes{10});
  other.join();
  EXPECT_LT(pacer->now() - before, std::chrono::minutes{5});
}

TEST(RealPacer, tells_the_time_of_the_machine) {
  const auto pacer = agent::make_real_pacer();
  const base::TimePoint before = pacer->now();
  pacer->rest(milliseconds{20});
  EXPECT_GE(pacer->now() - before, milliseconds{10});
}

}  // namespace
}  // namespace rollmill::test
