#include "sim/world/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace rollmill::sim {
namespace {

std::string traced(const Scenario& scenario, Outcome& outcome) {
  std::string text;
  World world(scenario, [&](const std::string& line) { text += line + "\n"; });
  outcome = world.run();
  return text;
}

Draw everything() {
  Draw draw;
  for (std::size_t i = 0; i < kFaultKinds; ++i) draw.kinds.push_back(static_cast<FaultKind>(i));
  return draw;
}

TEST(SimWorld, without_faults_an_upgrade_succeeds) {
  Outcome outcome;
  traced(draw_scenario(1, {}), outcome);
  EXPECT_EQ(outcome.end, "SUCCEEDED");
  EXPECT_TRUE(outcome.broken.empty()) << outcome.broken.front();
  EXPECT_EQ(outcome.upgrades, 1U);
}

TEST(SimWorld, the_same_seed_is_the_same_run) {
  Outcome one;
  Outcome other;
  const Scenario scenario = draw_scenario(7, everything());
  EXPECT_EQ(traced(scenario, one), traced(scenario, other));
  EXPECT_EQ(one.fingerprint, other.fingerprint);
  EXPECT_NE(one.fingerprint, 0U);
}

TEST(SimWorld, another_seed_is_another_run) {
  Outcome one;
  Outcome other;
  traced(draw_scenario(7, everything()), one);
  traced(draw_scenario(8, everything()), other);
  EXPECT_NE(one.fingerprint, other.fingerprint);
}

TEST(SimWorld, a_fault_that_is_taken_away_leaves_the_others_as_they_were) {
  const auto all = draw_faults(Random{3}, {everything().kinds, 12, 700, 120});
  auto fewer_kinds = everything().kinds;
  std::erase(fewer_kinds, FaultKind::KillController);
  const auto fewer = draw_faults(Random{3}, {fewer_kinds, 12, 700, 120});
  for (const Fault& fault : fewer) {
    const bool there = std::any_of(all.begin(), all.end(), [&](const Fault& each) {
      return to_string(each) == to_string(fault);
    });
    EXPECT_TRUE(there) << to_string(fault);
  }
}

}  // namespace
}  // namespace rollmill::sim
