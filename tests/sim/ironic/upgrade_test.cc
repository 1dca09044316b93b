#include <gtest/gtest.h>

#include "sim/ironic/roll.h"

/// A whole upgrade by the agent's real verbs on the model, without faults.
namespace rollmill::test {
namespace {

using core::Verb;

void expect_upgraded(Roll& roll) {
  EXPECT_EQ(roll.upgrade(), "");
  EXPECT_TRUE(roll.site.all_on(roll.to, false)) << roll.site.describe();
  EXPECT_EQ(roll.site.broken_promises(), std::vector<std::string>());
  EXPECT_EQ(roll.site.broken_at_rest(), std::vector<std::string>());
  EXPECT_TRUE(roll.site.healthy());
  EXPECT_EQ(roll.site.traffic().lists_failed, 0U) << roll.site.traffic().last_error;
}

TEST(Upgrade, from_35_to_39) {
  Roll roll(layout(4, 2));
  expect_upgraded(roll);
}

TEST(Upgrade, from_29_to_35) {
  sim::Layout old = layout(3, 2);
  old.release = {29, 0};
  Roll roll(old, 3);
  roll.to = roll.args.to = {35, 0};
  expect_upgraded(roll);
}

TEST(Upgrade, of_the_smallest_fleet) {
  Roll roll(layout(2, 2), 4);
  expect_upgraded(roll);
}

TEST(Upgrade, the_same_seed_gives_the_same_effects) {
  Roll one(layout(3, 2), 7);
  Roll other(layout(3, 2), 7);
  EXPECT_EQ(one.upgrade(), other.upgrade());
  EXPECT_EQ(one.time.now(), other.time.now());
  EXPECT_EQ(deeds(one.site), deeds(other.site));
  EXPECT_EQ(one.site.traffic().sent, other.site.traffic().sent);
}

TEST(Upgrade, every_seed_goes_well) {
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    Roll roll(layout(3 + seed % 3, 2), seed);
    expect_upgraded(roll);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace rollmill::test
