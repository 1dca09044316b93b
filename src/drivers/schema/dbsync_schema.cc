#include <utility>

#include "drivers/drivers.h"
#include "drivers/schema/dbsync_text.h"
#include "drivers/schema/programs.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using ports::CommandResult;
using ports::CommandSpec;

class DbsyncSchema final : public ports::SchemaDriver {
 public:
  DbsyncSchema(SchemaOptions options, SharedCommands commands)
      : options_(std::move(options)), commands_(std::move(commands)) {}

  Result<std::string> revision() override;
  Result<std::string> head() override;
  Result<UpgradeResult> upgrade() override;
  Result<StatusCheck> status_check() override;
  Result<MigrateBatch> migrate(std::uint32_t max_count) override;
  Result<Histogram> histogram() override;
  Result<std::map<std::string, std::string>> versions_of(
      const core::ReleaseNumber& release) override;
  Result<std::string> database_version() override;

 private:
  CommandSpec dbsync(Words words, base::Duration limit) const;
  CommandSpec program(const Words& own, const char* text, const std::string& word) const;
  Result<std::string> ask(const CommandSpec& spec, const std::string& what);

  const SchemaOptions options_;
  const SharedCommands commands_;
};

CommandSpec DbsyncSchema::dbsync(Words words, base::Duration limit) const {
  CommandSpec spec;
  spec.argv = options_.dbsync;
  spec.argv.insert(spec.argv.end(), words.begin(), words.end());
  spec.user = options_.user;
  spec.time_limit = limit;
  return spec;
}

// The agent file's own command, or a built-in program for the host's interpreter. The built-in
// ones run as root: the configuration with the database's password may be closed to others.
CommandSpec DbsyncSchema::program(const Words& own, const char* text,
                                  const std::string& word) const {
  CommandSpec spec;
  spec.time_limit = options_.read_limit;
  if (!own.empty()) {
    spec.argv = fill_in(own, "release", word);
    return spec;
  }
  spec.argv = {options_.python, "-"};
  if (!word.empty()) spec.argv.push_back(word);
  spec.input = text;
  return spec;
}

Result<std::string> DbsyncSchema::ask(const CommandSpec& spec, const std::string& what) {
  const Result<CommandResult> result = commands_->read(spec);
  if (!result) return result.error();
  if (result->exit_code != 0 || result->timed_out || result->interrupted) {
    return Error{ErrorCode::Unavailable, "cannot read " + what + ": " + reason_of(*result)};
  }
  return last_line(result->out);
}

Result<std::string> DbsyncSchema::revision() {
  const Result<CommandResult> result = commands_->read(dbsync({"version"}, options_.read_limit));
  if (!result) return result.error();
  return read_revision(*result);
}

Result<std::string> DbsyncSchema::head() {
  return ask(program(options_.head, kHeadProgram, ""), "the newest revision of the release");
}

Result<ports::SchemaDriver::UpgradeResult> DbsyncSchema::upgrade() {
  // Always with its sub-command: without one dbsync would run `upgrade` for any mistake of ours.
  const Result<CommandResult> result = commands_->run(dbsync({"upgrade"}, options_.upgrade_limit));
  if (!result) return result.error();
  return judge_upgrade(*result);
}

Result<ports::SchemaDriver::StatusCheck> DbsyncSchema::status_check() {
  CommandSpec spec;
  spec.argv = options_.status;
  for (const char* word : {"upgrade", "check", "--json"}) spec.argv.emplace_back(word);
  spec.user = options_.user;
  spec.time_limit = options_.read_limit;
  const Result<CommandResult> result = commands_->read(spec);
  if (!result) return result.error();
  return judge_status(*result);
}

Result<ports::SchemaDriver::MigrateBatch> DbsyncSchema::migrate(std::uint32_t max_count) {
  Words words = {"online_data_migrations"};
  if (max_count != 0) {
    words.push_back("--max-count");
    words.push_back(std::to_string(max_count));
  }
  const Result<CommandResult> result = commands_->run(dbsync(words, options_.migrate_limit));
  if (!result) return result.error();
  return judge_migrate(*result);
}

Result<ports::SchemaDriver::Histogram> DbsyncSchema::histogram() {
  const Result<std::string> line =
      ask(program(options_.histogram, kHistogramProgram, options_.config_file), "the row versions");
  if (!line) return line.error();
  return read_histogram(*line);
}

Result<std::map<std::string, std::string>> DbsyncSchema::versions_of(
    const core::ReleaseNumber& release) {
  const std::string number = core::to_string(release);
  const Result<std::string> line = ask(program(options_.versions, kVersionsProgram, number),
                                       "the object versions of release " + number);
  if (!line) return line.error();
  return read_versions(*line);
}

Result<std::string> DbsyncSchema::database_version() {
  const Error none{ErrorCode::NotFound, "this deployment has no database server of its own"};
  Result<std::string> line = ask(program(options_.database, kDatabaseProgram, options_.config_file),
                                 "the version of the database");
  if (line && (*line == "none" || line->empty())) return none;
  return line;
}

}  // namespace

std::shared_ptr<ports::SchemaDriver> make_dbsync_schema(SchemaOptions options,
                                                        SharedCommands commands) {
  return std::make_shared<DbsyncSchema>(std::move(options), std::move(commands));
}

}  // namespace rollmill::drivers
