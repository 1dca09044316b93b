#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using std::chrono::seconds;
using Effects = std::vector<std::string>;
using MigrateState = ports::SchemaDriver::MigrateState;
using UpgradeState = ports::SchemaDriver::UpgradeState;

TEST(Expand, upgrades_the_schema_and_proves_old_services_still_work) {
  SchemaStory story;
  const Told told = story.run(Verb::Expand);
  EXPECT_EQ(told.message(), "");
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(story.effects(), (Effects{"upgrade to 9fb44677ef15"}));
  for (const char* id : {"release.installed", "expand.upgrade-done", "expand.revision-is-head",
                         "expand.status-check-new", "expand.old-services-answer"})
    EXPECT_EQ(told.verdict(id), "ok") << id;
}

TEST(Expand, has_nothing_to_do_at_head_and_proves_it_all_the_same) {
  SchemaStory story;
  story.host.schema.at = "9fb44677ef15";
  const Told told = story.run(Verb::Expand);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  EXPECT_EQ(told.verdict("expand.upgrade-done"), "absent");
  EXPECT_EQ(told.verdict("expand.status-check-new"), "ok");
}

TEST(Expand, tells_every_way_to_fail_apart_and_repeats_none_by_itself) {
  struct Row {
    UpgradeState state;
    const char* code;
  };
  const Row rows[] = {{UpgradeState::Refused, "EXPAND_REFUSED"},
                      {UpgradeState::Usage, "EXPAND_USAGE"},
                      {UpgradeState::PartialOrConcurrent, "EXPAND_PARTIAL"},
                      {UpgradeState::Failed, "EXPAND_FAILED"}};
  for (const Row& row : rows) {
    SchemaStory story;
    story.host.schema.upgrade_result = {row.state, "1060 Duplicate column name"};
    const Told told = story.run(Verb::Expand);
    EXPECT_EQ(told.code(), row.code);
    EXPECT_FALSE(told.retryable()) << row.code;
    EXPECT_NE(told.message().find("1060 Duplicate column name"), std::string::npos);
  }
}

TEST(Expand, does_not_repeat_a_command_that_was_cut_off) {
  SchemaStory story;
  story.host.world.broken["schema.upgrade"] = "interrupted, its outcome is unknown";
  const Told told = story.run(Verb::Expand);
  EXPECT_EQ(told.code(), "EXPAND_FAILED");
  EXPECT_FALSE(told.retryable());
}

TEST(Expand, needs_the_new_release_installed) {
  SchemaStory story;
  story.host.release.number = {35, 0};
  EXPECT_EQ(story.run(Verb::Expand).code(), "RELEASE_NOT_INSTALLED");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Expand, fails_when_the_new_status_check_does_and_tells_its_warnings) {
  SchemaStory story;
  story.host.schema.check = {2, "Object versions"};
  EXPECT_EQ(story.run(Verb::Expand).code(), "STATUS_CHECK_NEW_FAILED");
  story.host.schema.check = {1, "deprecated driver"};
  EXPECT_EQ(story.run(Verb::Expand).verdict("expand.status-check-new"), "warning");
}

TEST(Expand, notices_old_services_that_do_not_stand_the_new_schema) {
  SchemaStory story;
  story.host.world.broken["api.driver_round_trip"] = "500";
  EXPECT_EQ(story.run(Verb::Expand).code(), "OLD_SERVICES_SILENT");
  story.host.world.broken = {{"api.list_once", "500"}};
  EXPECT_EQ(story.run(Verb::Expand).code(), "OLD_SERVICES_SILENT");
}

TEST(Expand, may_be_tried_again_when_it_could_not_even_look) {
  SchemaStory story;
  story.host.world.broken["schema.revision"] = "the database is down";
  const Told told = story.run(Verb::Expand);
  EXPECT_EQ(told.code(), "READING_FAILED");
  EXPECT_TRUE(told.retryable());
}

TEST(Migrate, works_in_batches_until_nothing_is_left_and_looks_once_more) {
  SchemaStory story;
  story.args.migrate_batch = 10;
  story.args.migrate_pause = seconds{3};
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Migrate);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(), (Effects{"migrate 10", "migrate 10", "migrate 10", "migrate 6"}));
  EXPECT_EQ(story.host.world.now() - before, seconds{9});
  for (const char* id :
       {"contract.unpinned", "contract.done", "contract.second-run-zero", "contract.rows-newest",
        "contract.status-check-new", "contract.no-inspector-nodes"})
    EXPECT_EQ(told.verdict(id), "ok") << id;
}

TEST(Migrate, changes_nothing_when_every_row_is_new) {
  SchemaStory story;
  story.host.schema.rows["node_history"] = {{"1.3", 36}};
  const Told told = story.run(Verb::Migrate);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
}

TEST(Migrate, gives_each_failure_its_own_code) {
  struct Row {
    const char* code;
    std::function<void(SchemaStory&)> break_it;
  };
  const std::vector<Row> rows = {
      {"CONTRACT_INCOMPATIBLE",
       [](auto& s) { s.host.schema.migrate_result = MigrateState::Incompatible; }},
      {"CONTRACT_FAILED", [](auto& s) { s.host.schema.migrate_result = MigrateState::Failed; }},
      {"CONTRACT_FAILED", [](auto& s) { s.host.world.broken["schema.migrate"] = "cut off"; }},
      {"CONTRACT_STUCK", [](auto& s) { s.host.schema.moves_nothing = true; }},
      {"CONTRACT_NOT_DONE", [](auto& s) { s.host.schema.come_back = 2; }},
      {"ROWS_NOT_NEWEST", [](auto& s) { s.host.schema.overlooks = "node_history"; }},
      {"STATUS_CHECK_NEW_FAILED",
       [](auto& s) {
         s.host.schema.check = {255, "traceback"};
       }},
      {"INSPECTOR_NODES_LEFT",
       [](auto& s) { s.host.ironic.nodes[0].inspect_interface = "inspector"; }},
      {"PIN_LEFT",
       [](auto& s) {
         s.host.config.operators[{"DEFAULT", "pin_release_version"}] = "35.0";
       }},
      {"RELEASE_NOT_INSTALLED",
       [](auto& s) {
         s.host.release.number = {35, 0};
       }},
      {"DRIVER_MISSING", [](auto& s) { s.host.has_schema = false; }},
  };
  for (const Row& row : rows) {
    SchemaStory story;
    row.break_it(story);
    const Told told = story.run(Verb::Migrate);
    EXPECT_EQ(told.code(), row.code) << told.message();
  }
}

TEST(Migrate, ends_between_two_batches_when_cancelled_or_out_of_time) {
  SchemaStory story;
  story.args.migrate_batch = 1;
  story.args.migrate_pause = seconds{10};
  story.cancel_after = seconds{25};
  EXPECT_EQ(story.run(Verb::Migrate).code(), "CANCELLED");
  EXPECT_EQ(story.effects().size(), 3U);
  story.cancel_after.reset();
  story.limit = minutes{1};
  EXPECT_EQ(story.run(Verb::Migrate).code(), "TIME_LIMIT");
}

TEST(Survey, records_a_baseline_and_finds_everything_there_again) {
  SchemaStory story;
  story.args.baseline = true;
  EXPECT_EQ(story.run(Verb::Survey).summary("survey.baseline"), "4 nodes are recorded.");
  story.args.baseline = false;
  const Told told = story.run(Verb::Survey);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(told.verdict("verify.nodes-all-there"), "ok");
  EXPECT_EQ(told.verdict("verify.no-new-failures"), "ok");  // n04 had failed before
  EXPECT_EQ(told.verdict("gate.rows-old"), "ok");
}

TEST(Survey, does_not_forget_what_an_upgrade_did_that_was_given_up) {
  SchemaStory story;
  story.args.baseline = true;
  ASSERT_TRUE(story.run(Verb::Survey).ok());
  story.host.ironic.nodes[1].provision_state = "clean failed";
  story.host.ironic.nodes[1].last_error = "The deleting state can't be resumed by conductor cond2.";
  story.host.ironic.nodes.erase(story.host.ironic.nodes.begin() + 2);
  const Told again = story.run(Verb::Survey);
  EXPECT_EQ(again.verdict("verify.nodes-all-there"), "warning");
  EXPECT_NE(again.summary("verify.nodes-all-there").find("n03"), std::string::npos);
  story.args.baseline = false;
  story.args.unpinned_rows = true;
  EXPECT_EQ(story.run(Verb::Survey).code(), "NODES_FAILED");
  story.args = SchemaStory().args;
  story.args.baseline = true;
  story.args.to = {43, 0};
  EXPECT_EQ(story.run(Verb::Survey).verdict("verify.nodes-all-there"), "absent")
      << "another upgrade";
}

TEST(Survey, names_missing_nodes) {
  SchemaStory story;
  story.args.baseline = true;
  ASSERT_TRUE(story.run(Verb::Survey).ok());
  story.args.baseline = false;
  story.host.ironic.nodes.erase(story.host.ironic.nodes.begin() + 1);
  const Told told = story.run(Verb::Survey);
  EXPECT_EQ(told.code(), "NODES_MISSING");
  EXPECT_NE(told.message().find("n02"), std::string::npos);
}

TEST(Survey, tells_failures_by_take_over_from_others) {
  SchemaStory story;
  story.args.baseline = true;
  ASSERT_TRUE(story.run(Verb::Survey).ok());
  story.args.baseline = false;
  story.host.ironic.nodes[1].provision_state = "clean failed";
  story.host.ironic.nodes[1].last_error = "BMC said no";
  EXPECT_EQ(story.run(Verb::Survey).verdict("verify.no-new-failures"), "warning");
  story.host.ironic.nodes[1].last_error = "The deleting state can't be resumed by conductor cond2.";
  EXPECT_EQ(story.run(Verb::Survey).verdict("verify.no-new-failures"), "warning");  // the gate
  story.args.unpinned_rows = true;
  EXPECT_EQ(story.run(Verb::Survey).code(), "NODES_FAILED");
}

TEST(Survey, judges_the_rows_as_the_phase_expects_them) {
  SchemaStory story;
  story.args.baseline = true;
  ASSERT_TRUE(story.run(Verb::Survey).ok());
  story.args.baseline = false;
  story.args.unpinned_rows = true;
  EXPECT_EQ(story.run(Verb::Survey).code(), "ROWS_NOT_NEWEST");
  story.host.schema.rows["node_history"] = {{"1.3", 36}};
  EXPECT_TRUE(story.run(Verb::Survey).ok());
  story.args.unpinned_rows = false;
  EXPECT_EQ(story.run(Verb::Survey).code(), "ROWS_TOO_NEW");
}

TEST(Survey, without_a_baseline_or_an_api_says_so) {
  SchemaStory story;
  EXPECT_EQ(story.run(Verb::Survey).code(), "BASELINE_MISSING");
  story.host.deployment.up = false;
  EXPECT_EQ(story.run(Verb::Survey).code(), "READING_FAILED");
}

}  // namespace
}  // namespace rollmill::test
