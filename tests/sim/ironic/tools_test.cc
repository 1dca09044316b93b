#include <gtest/gtest.h>

#include "drivers/schema/dbsync_text.h"
#include "sim/ironic/database.h"

/// The tools' exit codes and texts on one database (IRONIC.md 1 and 2, LAB.md 8), as the agent's
/// own readers understand them.
namespace rollmill::test {
namespace {

using sim::Database;
using sim::ReleaseId;
using sim::Table;
using UpgradeState = ports::SchemaDriver::UpgradeState;
using MigrateState = ports::SchemaDriver::MigrateState;

UpgradeState upgrade(Database& database, ReleaseId code) {
  return drivers::judge_upgrade(database.upgrade(code)).state;
}
ports::SchemaDriver::MigrateBatch migrate(Database& database, ReleaseId code, unsigned count) {
  return drivers::judge_migrate(database.migrate(code, count));
}

TEST(Tools, an_upgrade_leads_to_the_head_and_a_second_does_nothing) {
  Database database(ReleaseId::R35);
  EXPECT_EQ(database.version(), "2a3b4c5d6e7f");
  EXPECT_EQ(upgrade(database, ReleaseId::R39), UpgradeState::Done);
  EXPECT_EQ(database.version(), "9fb44677ef15");
  EXPECT_EQ(upgrade(database, ReleaseId::R39), UpgradeState::Done);
}

TEST(Tools, an_old_upgrade_does_not_know_the_new_revision) {
  Database database(ReleaseId::R35);
  (void)upgrade(database, ReleaseId::R39);
  const ports::CommandResult old = database.upgrade(ReleaseId::R35);
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_NE(old.err.find("Can't locate revision identified by '9fb44677ef15'"), std::string::npos);
  EXPECT_EQ(drivers::judge_upgrade(old).state, UpgradeState::Failed);
}

TEST(Tools, a_newer_row_makes_old_tools_refuse) {
  Database database(ReleaseId::R35);
  (void)upgrade(database, ReleaseId::R39);
  database.add(Table::NodeHistory, rank_of(Table::NodeHistory, ReleaseId::R39));
  EXPECT_EQ(database.upgrade(ReleaseId::R35).exit_code, 2);
  EXPECT_EQ(upgrade(database, ReleaseId::R35), UpgradeState::Refused);
  EXPECT_EQ(migrate(database, ReleaseId::R35, 0).state, MigrateState::Incompatible);
  EXPECT_EQ(drivers::judge_status(database.status_check(ReleaseId::R35)).worst, 2);
  EXPECT_EQ(drivers::judge_status(database.status_check(ReleaseId::R39)).worst, 0);
}

TEST(Tools, half_a_migration_stops_the_next_run) {
  Database database(ReleaseId::R35);
  database.cut_upgrade(ReleaseId::R39);
  EXPECT_EQ(database.version(), "2a3b4c5d6e7f");
  EXPECT_EQ(upgrade(database, ReleaseId::R39), UpgradeState::PartialOrConcurrent);
  database.mend();
  EXPECT_EQ(upgrade(database, ReleaseId::R39), UpgradeState::Done);
}

TEST(Tools, the_data_migrations_move_every_row_in_batches) {
  Database database(ReleaseId::R35);
  EXPECT_EQ(migrate(database, ReleaseId::R39, 10).state, MigrateState::Failed);
  (void)upgrade(database, ReleaseId::R39);
  const auto first = migrate(database, ReleaseId::R39, 10);
  EXPECT_EQ(first.state, MigrateState::MoreToDo);
  EXPECT_EQ(first.migrated, 10U);
  EXPECT_EQ(migrate(database, ReleaseId::R39, 0).state, MigrateState::Done);
  const auto second = migrate(database, ReleaseId::R39, 0);
  EXPECT_EQ(second.total, 0U);
  EXPECT_EQ(database.histogram().at("node_history").size(), 1U);
}

// 29.0 to 35.0 has new columns of nodes; 35.0 to 39.0 has none.
TEST(Tools, a_new_status_check_before_the_expand_may_not_even_run) {
  EXPECT_EQ(Database(ReleaseId::R29).status_check(ReleaseId::R35).exit_code, 255);
  EXPECT_EQ(Database(ReleaseId::R35).status_check(ReleaseId::R39).exit_code, 0);
}

// 35.0 to 39.0 changes histories, firmware and runbooks, but not nodes (IRONIC.md 3).
TEST(Tools, from_35_to_39_nodes_keep_their_version) {
  EXPECT_EQ(rank_of(Table::Nodes, ReleaseId::R35), rank_of(Table::Nodes, ReleaseId::R39));
  EXPECT_LT(rank_of(Table::NodeHistory, ReleaseId::R35),
            rank_of(Table::NodeHistory, ReleaseId::R39));
  EXPECT_LT(rank_of(Table::Nodes, ReleaseId::R29), rank_of(Table::Nodes, ReleaseId::R35));
}

}  // namespace
}  // namespace rollmill::test
