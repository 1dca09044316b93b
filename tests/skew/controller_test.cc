#include <gtest/gtest.h>

#include "controller/world.h"
#include "skew/golden_journals.h"

namespace rollmill::test {
namespace {

/// A fleet in which an upgrade has come to the phase; the same by every version.
void run_to(World& world, const std::string& phase) {
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  ASSERT_TRUE(world.start("r-1").ok());
  for (int moves = 0; world.view().current_phase != phase; ++moves) {
    ASSERT_LT(moves, 5000) << "it never comes to " << phase;
    ASSERT_TRUE(world.go_on()) << "it ended before " << phase;
  }
}

/// An upgrade that was just turned round when the conductors were all of the new release.
void run_and_turn(World& world) {
  run_to(world, "api");
  const core::TurnRequested back{core::Direction::Back, world.actor()};
  const auto turned = world.controller->request({}, core::Event{back});
  ASSERT_TRUE(turned.ok()) << turned.error().message;
  ASSERT_EQ(world.view().direction, "BACK");
}

void replace_journal(World& world, const std::vector<ports::Record>& facts) {
  world.die();
  world.journal = CrashingJournal{};
  for (const ports::Record& fact : facts)
    ASSERT_TRUE(world.journal.append(fact.sequence, {fact}).ok());
}

/// Another version takes the journal over.
void take_over(World& world, const std::vector<ports::Record>& facts) {
  replace_journal(world, facts);
  const base::Status recovered = world.boot();
  ASSERT_TRUE(recovered.ok()) << recovered.error().message;
}

constexpr const char* kFleet = "both x2, admin schema";

void write_new_version() {
  World finished{kFleet};
  run_to(finished, "verify");
  finished.finish();
  ASSERT_EQ(finished.view().state, "SUCCEEDED");
  write_golden("finished", finished.journal.records());
  World middle{kFleet};
  run_to(middle, "conductors");
  write_golden("middle", middle.journal.records());
  World turned{kFleet};
  run_and_turn(turned);
  write_golden("turned", turned.journal.records());
}

TEST(GoldenJournal, of_every_version_are_there) {
  if (version_to_write()) write_new_version();
  EXPECT_FALSE(golden_versions("finished").empty());
  EXPECT_EQ(golden_versions("finished"), golden_versions("middle"));
}

TEST(GoldenJournal, of_a_finished_upgrade_is_read_back_and_the_next_one_can_be_planned) {
  const auto versions = golden_versions("finished");
  ASSERT_FALSE(versions.empty());
  for (const std::string& version : versions) {
    SCOPED_TRACE(version);
    World world{kFleet};
    ASSERT_NO_FATAL_FAILURE(take_over(world, golden_facts(version, "finished")));
    EXPECT_EQ(world.view().state, "SUCCEEDED");
    EXPECT_FALSE(world.controller->events({}, 0, 1000).value().empty());
    world.come_all();
    EXPECT_TRUE(world.plan().ok());
  }
}

TEST(GoldenJournal, of_an_upgrade_that_was_turned_round_goes_on_to_where_it_began) {
  const auto versions = golden_versions("turned");
  ASSERT_FALSE(versions.empty());
  for (const std::string& version : versions) {
    SCOPED_TRACE(version);
    World world{kFleet};
    run_and_turn(world);
    ASSERT_NO_FATAL_FAILURE(take_over(world, golden_facts(version, "turned")));
    world.come_all();
    world.finish();
    EXPECT_EQ(world.view().state, "ROLLED_BACK");
    EXPECT_TRUE(world.hosts.broken.empty()) << world.hosts.broken.front();
  }
}

TEST(GoldenJournal, of_an_upgrade_in_the_middle_goes_on_to_its_end) {
  const auto versions = golden_versions("middle");
  ASSERT_FALSE(versions.empty());
  for (const std::string& version : versions) {
    SCOPED_TRACE(version);
    World world{kFleet};
    run_to(world, "conductors");
    const auto facts = golden_facts(version, "middle");
    ASSERT_NO_FATAL_FAILURE(take_over(world, facts));
    EXPECT_EQ(world.view().current_phase, "conductors");
    world.come_all();
    world.finish();
    EXPECT_EQ(world.view().state, "SUCCEEDED");
    EXPECT_TRUE(world.hosts.broken.empty()) << world.hosts.broken.front();
    EXPECT_GT(world.journal.records().size(), facts.size());
  }
}

}  // namespace
}  // namespace rollmill::test
