// Texts below were printed by Ironic 21.4 to 39.0.
#include <gtest/gtest.h>

#include "drivers/fake_commands.h"
#include "drivers/schema/dbsync_text.h"

namespace rollmill::drivers {
namespace {

using Schema = ports::SchemaDriver;
using Upgrade = Schema::UpgradeState;
using Migrate = Schema::MigrateState;

const std::string kLog =
    "2026-11-22 15:53:00.238 117 INFO alembic.runtime.plugins [-] setup plugin "
    "alembic.autogenerate\n"
    "2026-11-22 15:53:00.267 117 INFO alembic.runtime.migration [-] Context impl MySQLImpl.\n"
    "2026-11-22 15:53:00.267 117 INFO alembic.runtime.migration [-] Will assume non-transactional "
    "DDL.\n";
const std::string kWarning =
    "/usr/lib/python3/dist-packages/futurist/_utils.py:34: EventletDeprecationWarning: \n"
    "Eventlet is deprecated. It is currently being maintained in bugfix mode, and\n"
    "we strongly recommend against using it for new projects.\n\n"
    "If you are already using Eventlet, we recommend migrating to a different\n"
    "framework.  For more detail see\n"
    "https://eventlet.readthedocs.io/en/latest/asyncio/migration.html\n\n"
    "  import eventlet as _eventlet  # noqa\n";
const std::string kRefusal =
    "The database is not compatible with this release of ironic (35.0.1). Please run "
    "\"ironic-dbsync online_data_migrations\" using the previous release.\n";
const std::string kTooOld =
    "The database version is not compatible with this release of ironic (29.0.5). This can happen "
    "if you are attempting to upgrade from a version older than the previous release.\n";
const std::string kUsage =
    "usage: ironic-dbsync [-h] [--config-dir DIR] [--config-file PATH]\n"
    "                     {upgrade,stamp,revision,version,create_schema} ...\n"
    "ironic-dbsync: error: argument command: invalid choice: 'online-data-migrations' (choose from "
    "'upgrade', 'stamp')\n";
const std::string kLostDatabase =
    "Traceback (most recent call last):\n  File \"/usr/bin/ironic-dbsync\", line 8, in <module>\n"
    "oslo_db.exception.DBConnectionError: (pymysql.err.OperationalError) (2003, \"Can't connect to "
    "MySQL server on '10.99.0.1' ([Errno 111] Connection refused)\")\n";

ports::CommandResult cut_off() {
  ports::CommandResult result = printed(kLog);
  result.interrupted = true;
  return result;
}
ports::CommandResult too_slow() {
  ports::CommandResult result = printed(kLog, 128 + 15);
  result.timed_out = true;
  return result;
}

TEST(ReadRevision, answer_is_the_last_line_after_the_log) {
  EXPECT_EQ(read_revision(printed(kLog + "2a3b4c5d6e7f\n", 0, kWarning)).value_or("?"),
            "2a3b4c5d6e7f");
  EXPECT_EQ(read_revision(printed(kLog + "None\n")).value_or("?"), "") << "an empty database";
}

TEST(ReadRevision, nothing_else_is_taken_for_one) {
  EXPECT_FALSE(read_revision(printed(kLog)).ok());
  EXPECT_FALSE(read_revision(printed("")).ok());
  EXPECT_FALSE(read_revision(cut_off()).ok());
  EXPECT_FALSE(read_revision(too_slow()).ok());
  const auto lost = read_revision(printed(kLog, 1, kWarning + kLostDatabase));
  ASSERT_FALSE(lost.ok());
  EXPECT_NE(lost.error().message.find("Can't connect to MySQL server"), std::string::npos);
}

struct UpgradeRow {
  const char* name;
  ports::CommandResult result;
  Upgrade state;
  const char* says;
};

class JudgeUpgrade : public ::testing::TestWithParam<UpgradeRow> {};

TEST_P(JudgeUpgrade, tells_apart) {
  const UpgradeRow& row = GetParam();
  const Schema::UpgradeResult judged = judge_upgrade(row.result);
  EXPECT_EQ(judged.state, row.state) << judged.message;
  EXPECT_NE(judged.message.find(row.says), std::string::npos) << judged.message;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, JudgeUpgrade,
    ::testing::Values(
        UpgradeRow{"done",
                   printed(kLog, 0,
                           kWarning + "INFO  [alembic.runtime.migration] Running upgrade "
                                      "2a3b4c5d6e7f -> e2d316b60d9e, Add runbook_traits table\n"),
                   Upgrade::Done, ""},
        UpgradeRow{"refused", printed(kLog, 2, kWarning + kRefusal), Upgrade::Refused,
                   "not compatible with this release of ironic (35.0.1)"},
        UpgradeRow{"too_old", printed(kLog, 2, kTooOld), Upgrade::Refused, "older than"},
        UpgradeRow{"usage", printed("", 2, kWarning + kUsage), Upgrade::Usage, "invalid choice"},
        UpgradeRow{"two_at_once_empty",
                   printed(kLog, 1,
                           "sqlalchemy.exc.OperationalError: (pymysql.err.OperationalError) (1050, "
                           "\"Table 'conductors' already exists\")\n"),
                   Upgrade::PartialOrConcurrent, "1050"},
        UpgradeRow{"two_at_once_columns",
                   printed(kLog, 1,
                           "oslo_db.exception.DBError: (pymysql.err.OperationalError) (1060, "
                           "\"Duplicate column name 'parent_node'\")\n"),
                   Upgrade::PartialOrConcurrent, "parent_node"},
        UpgradeRow{"old_code",
                   printed(kLog, 1,
                           "alembic.util.exc.CommandError: Can't locate revision identified by "
                           "'21c48150dea9'\n"),
                   Upgrade::Failed, "newer release"},
        UpgradeRow{"no_database", printed(kLog, 1, kWarning + kLostDatabase), Upgrade::Failed,
                   "Can't connect"},
        UpgradeRow{"cut_off", cut_off(), Upgrade::PartialOrConcurrent, "cut off"},
        UpgradeRow{"too_slow", too_slow(), Upgrade::PartialOrConcurrent, "time limit"},
        UpgradeRow{"killed", printed(kLog, 137), Upgrade::Failed, "137"}),
    [](const auto& row) { return row.param.name; });

struct MigrateRow {
  const char* name;
  ports::CommandResult result;
  Migrate state;
  std::uint64_t migrated;
  std::uint64_t total;
};

class JudgeMigrate : public ::testing::TestWithParam<MigrateRow> {};

TEST_P(JudgeMigrate, tells_apart) {
  const MigrateRow& row = GetParam();
  const Schema::MigrateBatch judged = judge_migrate(row.result);
  EXPECT_EQ(judged.state, row.state) << judged.message;
  EXPECT_EQ(judged.migrated, row.migrated);
  EXPECT_EQ(judged.total, row.total);
  const bool well = row.state == Migrate::Done || row.state == Migrate::MoreToDo;
  EXPECT_EQ(judged.message.empty(), well) << judged.message;
}

const std::string kBatch =
    "migrate_to_builtin_inspection() migrated 0 of 0 objects.\n"
    "migrate_runbook_names_to_traits() migrated 1 of 1 objects.\n"
    "update_to_latest_versions() migrated 9 of 37 objects.\n";

INSTANTIATE_TEST_SUITE_P(
    Texts, JudgeMigrate,
    ::testing::Values(
        MigrateRow{"more",
                   printed(kLog + kBatch +
                               "Data migrations have not completed. Please "
                               "re-run.\n",
                           1),
                   Migrate::MoreToDo, 10, 38},
        MigrateRow{"done",
                   printed(kLog + "Running batches of 50 until migrations have been completed.\n"
                                  "update_to_latest_versions() migrated 28 of 28 objects.\n"
                                  "Data migrations have completed.\n"),
                   Migrate::Done, 28, 28},
        MigrateRow{"nothing",
                   printed("update_to_latest_versions() migrated 0 of 0 objects.\n"
                           "Data migrations have completed.\n"),
                   Migrate::Done, 0, 0},
        MigrateRow{"no_database", printed(kLog, 1, kLostDatabase), Migrate::Failed, 0, 0},
        MigrateRow{"missing_table",
                   printed(kLog, 1, "sqlalchemy.exc.NoSuchTableError: runbook_traits\n"),
                   Migrate::Failed, 0, 0},
        MigrateRow{"broke_in_a_function",
                   printed("Error while running update_to_latest_versions: x.\n"
                           "Data migrations have not completed. Please re-run.\n",
                           1),
                   Migrate::Failed, 0, 0},
        MigrateRow{"refused", printed(kLog, 2, kRefusal), Migrate::Incompatible, 0, 0},
        MigrateRow{"usage", printed("", 2, kUsage), Migrate::Failed, 0, 0},
        MigrateRow{"bad_count", printed(kLog, 127, "\"max-count\" must be a positive value.\n"),
                   Migrate::Failed, 0, 0},
        MigrateRow{"silent_success", printed(kLog, 0), Migrate::Failed, 0, 0},
        MigrateRow{"cut_off", cut_off(), Migrate::Failed, 0, 0}),
    [](const auto& row) { return row.param.name; });

std::string checks(const std::string& one) {
  return "{\"name\": \"Upgrade Check Results\", \"checks\": [{\"check\": \"Object versions\", "
         "\"result\": 0, \"details\": null}" +
         one + "]}\n";
}

TEST(JudgeStatus, all_well) {
  const auto judged = judge_status(printed(
      kLog + checks(", {\"check\": \"Policy\", \"result\": 0, \"details\": null}"), 0, kWarning));
  EXPECT_EQ(judged.worst, 0);
  EXPECT_EQ(judged.summary, "2 checks, all well");
}

TEST(JudgeStatus, worst_check_counts_and_is_named) {
  const auto judged = judge_status(
      printed(checks(", {\"check\": \"Index\", \"result\": 1, \"details\": \"one is missing\"}"
                     ", {\"check\": \"Types\", \"result\": 2, \"details\": null}"),
              2));
  EXPECT_EQ(judged.worst, 2);
  EXPECT_EQ(judged.summary, "Index (warning): one is missing; Types (failure)");
  EXPECT_EQ(judge_status(printed(checks(""), 1)).worst, 1) << "the exit code counts too";
}

TEST(JudgeStatus, what_could_not_run_is_no_verdict) {
  const std::string unknown_column =
      "pymysql.err.OperationalError: (1054, \"Unknown column 'nodes.instance_name'\")\n";
  const auto judged = judge_status(printed(kLog, 255, kWarning + unknown_column));
  EXPECT_EQ(judged.worst, 255);
  EXPECT_NE(judged.summary.find("Unknown column"), std::string::npos);
  EXPECT_EQ(judge_status(printed(checks(""), 255)).worst, 255);
  EXPECT_EQ(judge_status(printed("not json", 0)).worst, 255);
  EXPECT_EQ(judge_status(printed("{\"checks\": [{\"result\": \"0\"}]}", 0)).worst, 255);
  EXPECT_EQ(judge_status(printed("{\"checks\": 1}", 0)).worst, 255);
  EXPECT_EQ(judge_status(cut_off()).worst, 255);
  EXPECT_EQ(judge_status(too_slow()).worst, 255);
}

TEST(JudgeStatus, result_that_is_none_of_ironics_has_not_passed) {
  for (const char* result : {"5", "-1", "4294967296", "18446744073709551615"}) {
    const auto judged =
        judge_status(printed("{\"checks\": [{\"result\": " + std::string(result) + "}]}", 0));
    EXPECT_EQ(judged.worst, 255) << result;
  }
}

TEST(ReadHistogram, tables_without_any_version_are_left_out) {
  const auto read = read_histogram(
      R"({"row_versions": {"chassis": {}, "conductor_hardware_interfaces": {"": 60},)"
      R"( "nodes": {"1.41": 3, "1.44": 17}, "ports": {"": 1, "1.16": 2}}})");
  ASSERT_TRUE(read.ok()) << read.error().message;
  const Schema::Histogram expected = {
      {"chassis", {}}, {"nodes", {{"1.41", 3}, {"1.44", 17}}}, {"ports", {{"", 1}, {"1.16", 2}}}};
  EXPECT_EQ(*read, expected);
}

TEST(ReadHistogram, wrong_shapes_are_errors) {
  for (const char* bad : {"", "[]", "{\"nodes\": 3}", "{\"nodes\": {\"1.44\": -1}}",
                          "{\"nodes\": {\"1.44\": \"x\"}}", "{\"row_versions\": []}", "{cut"}) {
    EXPECT_FALSE(read_histogram(bad).ok()) << bad;
  }
}

TEST(ReadVersions, both_forms_and_no_others) {
  const std::map<std::string, std::string> expected = {{"nodes", "1.44"}};
  EXPECT_EQ(read_versions(R"({"nodes": "1.44"})").value_or({}), expected);
  EXPECT_EQ(read_versions(R"({"versions": {"nodes": "1.44"}})").value_or({}), expected);
  EXPECT_FALSE(read_versions(R"({"nodes": 1.44})").ok());
  EXPECT_FALSE(read_versions("None").ok());
}

}  // namespace
}  // namespace rollmill::drivers
