#include <gtest/gtest.h>

#include <deque>

#include "support/builders.h"
#include "support/engine_loop.h"

namespace rollmill::core {
namespace {

using test::EngineLoop;

constexpr std::size_t kConductors = 1900;
constexpr std::size_t kApis = 99;

Fleet large_fleet() {
  return test::fleet("cond x" + std::to_string(kConductors) + ", api x" + std::to_string(kApis) +
                     ", admin schema");
}

Plan large_plan(const Fleet& fleet, const test::FleetTwin& twin) {
  PlanRequest request{fleet, test::usual_policy(), {39, 0}, twin.read_all(test::start_time())};
  request.policy.budgets["conductor"] = {200, 1};
  request.policy.budgets["api"] = {20, 1};
  return make_plan(ironic_profile(), request).value();
}

/// Answers tasks in the order in which they were sent, until all is done.
void run_to_end(EngineLoop& loop) {
  std::deque<std::pair<base::HostName, base::StepIndex>> sent;
  loop.on_command = [&](const Command& command) {
    if (const auto* send = std::get_if<SendTask>(&command)) {
      sent.push_back({send->host, send->task.key.step});
    }
  };
  loop.come_all();
  while (!is_final(loop.state.state)) {
    if (sent.empty()) {
      ASSERT_TRUE(loop.go_on()) << "it stands still";
      continue;
    }
    const auto [host, step] = sent.front();
    sent.pop_front();
    if (loop.agents.at(host).open.contains(step)) loop.succeed(host, step);
  }
  loop.on_command = nullptr;
}

/// An event must not cost more in a larger fleet: with a scan of all hosts per event this takes
/// minutes, and the test's time limit ends it.
TEST(LargeFleet, of_two_thousand_hosts_is_upgraded) {
  test::FleetTwin twin(large_fleet(), {35, 0});
  twin.one_registry_reader = "admin";
  const Plan plan = large_plan(large_fleet(), twin);
  EngineLoop loop(plan, std::move(twin));
  loop.thorough = false;
  loop.begin(plan, {"alice", ""});
  loop.handle(ApproveRequested{"unpin", {"alice", ""}, {}});
  run_to_end(loop);
  EXPECT_EQ(loop.state.state, UpgradeState::Succeeded);
  EXPECT_EQ(loop.state.new_services, kConductors + kApis);
  EXPECT_EQ(loop.state.unpinned_services, kConductors + kApis);
  EXPECT_TRUE(check_invariants(loop.state).empty());
  EXPECT_TRUE(loop.broken.empty()) << *loop.broken.begin();
}

}  // namespace
}  // namespace rollmill::core
