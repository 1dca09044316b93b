#include <gtest/gtest.h>

#include "drivers/drivers.h"
#include "drivers/fake_commands.h"

namespace rollmill::drivers {
namespace {

struct Bench {
  explicit Bench(FakeCommands::Answer answer, SchemaOptions options = {})
      : commands(std::make_shared<FakeCommands>(std::move(answer))),
        schema(make_dbsync_schema(std::move(options), commands)) {}
  std::shared_ptr<FakeCommands> commands;
  std::shared_ptr<ports::SchemaDriver> schema;
};

FakeCommands::Answer always(const ports::CommandResult& result) {
  return [result](const ports::CommandSpec&) { return result; };
}

TEST(DbsyncSchema, effects_are_effects_and_readings_readings) {
  Bench bench(always(printed("Data migrations have completed.\n")));
  EXPECT_EQ(bench.schema->upgrade()->state, ports::SchemaDriver::UpgradeState::Done);
  EXPECT_EQ(bench.schema->migrate(50)->state, ports::SchemaDriver::MigrateState::Done);
  EXPECT_EQ(bench.schema->migrate(0)->state, ports::SchemaDriver::MigrateState::Done);
  (void)bench.schema->revision();
  (void)bench.schema->status_check();
  const std::string dbsync = "/usr/bin/ironic-dbsync --config-file=/etc/ironic/ironic.conf ";
  EXPECT_EQ(
      bench.commands->log,
      (std::vector<std::string>{
          "run: " + dbsync + "upgrade", "run: " + dbsync + "online_data_migrations --max-count 50",
          "run: " + dbsync + "online_data_migrations", "read: " + dbsync + "version",
          "read: /usr/bin/ironic-status --config-file=/etc/ironic/ironic.conf upgrade check "
          "--json"}));
}

TEST(DbsyncSchema, tools_run_as_the_service_user_built_in_programs_as_root) {
  std::vector<std::string> users;
  Bench bench([&](const ports::CommandSpec& spec) {
    users.push_back(spec.user);
    return printed("9fb44677ef15\n");
  });
  EXPECT_EQ(bench.schema->revision().value_or(""), "9fb44677ef15");
  EXPECT_EQ(bench.schema->head().value_or(""), "9fb44677ef15");
  EXPECT_EQ(users, (std::vector<std::string>{"ironic", ""}));
}

TEST(DbsyncSchema, own_commands_of_the_agent_file_replace_the_built_in_programs) {
  SchemaOptions options;
  options.versions = {"/bin/versions", "--release", "{release}"};
  Bench bench(
      [](const ports::CommandSpec& spec) {
        return printed(spec.input.empty() ? "INFO x\n{\"nodes\": \"1.44\"}\n" : "wrong");
      },
      options);
  EXPECT_EQ(bench.schema->versions_of({39, 0}).value_or({}).at("nodes"), "1.44");
  EXPECT_EQ(bench.commands->log.back(), "read: /bin/versions --release 39.0");
}

TEST(DbsyncSchema, failing_reading_tells_what_was_printed) {
  Bench bench(always(printed("", 1, "ModuleNotFoundError: No module named 'ironic'\n")));
  const auto head = bench.schema->head();
  ASSERT_FALSE(head.ok());
  EXPECT_NE(head.error().message.find("No module named 'ironic'"), std::string::npos);
}

TEST(DbsyncSchema, database_version_is_not_found_where_there_is_none) {
  EXPECT_EQ(Bench(always(printed("10.11.6-MariaDB\n"))).schema->database_version().value_or(""),
            "10.11.6-MariaDB");
  EXPECT_EQ(Bench(always(printed("none\n"))).schema->database_version().error().code,
            base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace rollmill::drivers
