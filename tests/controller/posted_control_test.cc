#include "controller/posted_control.h"

#include <gtest/gtest.h>

#include "controller/world.h"

namespace rollmill::test {
namespace {

struct Posted : testing::Test {
  void SetUp() override { ASSERT_TRUE(world.boot().ok()); }
  void run_loop() {
    while (!queue.empty()) {
      const auto work = std::move(queue.front());
      queue.erase(queue.begin());
      work();
    }
  }

  World world;
  std::vector<std::function<void()>> queue;
  std::unique_ptr<controller::PostedControl> control;
  void make() {
    control = std::make_unique<controller::PostedControl>(
        *world.controller,
        [this](std::function<void()> work) { queue.push_back(std::move(work)); });
  }
};

TEST_F(Posted, calls_wait_for_the_loop_and_keep_their_order) {
  make();
  std::vector<std::string> answers;
  for (const core::Host& host : world.fleet.hosts) {
    control->agent_came(world.hello(host.name.text), [&](const auto& welcome) {
      answers.push_back(welcome.ok() ? "in" : "out");
    });
  }
  control->info([&](const auto& info) {
    answers.push_back(std::to_string(info->hosts_connected) + " connected");
  });
  EXPECT_TRUE(answers.empty());
  run_loop();
  EXPECT_EQ(answers, (std::vector<std::string>{"in", "in", "in", "in", "in", "5 connected"}));
}

TEST_F(Posted, an_upgrade_can_be_run_through_it) {
  make();
  world.come_all();
  std::string id;
  control->start(world.start_asked(), [&](const auto& view) { id = view->id; });
  run_loop();
  ASSERT_FALSE(id.empty());
  control->agent_reported(world.link.tasks.front().host,
                          {world.link.tasks.front().task.key, core::TaskAccepted{}});
  std::string state;
  control->request({id}, core::PauseRequested{world.actor()},
                   [&](const auto& view) { state = view->state; });
  std::size_t count = 0;
  control->list([&](const auto& views) { count = views->size(); });
  std::size_t events = 0;
  control->events({id}, 0, 1000, [&](const auto& found) { events = found->size(); });
  run_loop();
  EXPECT_EQ(state, "PAUSED");
  EXPECT_EQ(count, 1U);
  EXPECT_GT(events, 3U);
}

TEST_F(Posted, a_ticket_ends_its_subscription_even_before_the_loop_has_seen_it) {
  make();
  int woken = 0;
  auto kept = control->subscribe([&] { ++woken; });
  control->subscribe([&] { ADD_FAILURE() << "woken without a ticket"; });
  world.come_all();
  run_loop();
  ASSERT_TRUE(world.start().ok());
  EXPECT_EQ(woken, 1);
  kept.reset();
  world.go_on();
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace rollmill::test
