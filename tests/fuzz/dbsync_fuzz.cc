#include "drivers/schema/dbsync_text.h"
#include "fuzz/target.h"

/// What the schema commands print. The first byte is the exit code ('0' to '9'), the second says
/// whether the run was cut off ('x') or timed out ('t'); then stdout, a line "----", stderr.
namespace rollmill::fuzz {
namespace {

using Schema = ports::SchemaDriver;

constexpr const char* kBetween = "\n----\n";

ports::CommandResult result_of(const std::string& input) {
  ports::CommandResult result;
  result.exit_code = input[0] - '0';
  result.interrupted = input[1] == 'x';
  result.timed_out = input[1] == 't';
  const std::string text = input.substr(2);
  const std::size_t between = text.find(kBetween);
  result.out = text.substr(0, between);
  if (between != std::string::npos) result.err = text.substr(between + 6);
  return result;
}

void check_upgrade(const ports::CommandResult& result, bool ended_well) {
  const Schema::UpgradeResult upgrade = drivers::judge_upgrade(result);
  FUZZ_HOLDS((upgrade.state == Schema::UpgradeState::Done) == ended_well);
  FUZZ_HOLDS(ended_well || !upgrade.message.empty());
}

void check_migrate(const ports::CommandResult& result, bool ended_well) {
  const Schema::MigrateBatch batch = drivers::judge_migrate(result);
  if (batch.state == Schema::MigrateState::Done) FUZZ_HOLDS(ended_well);
  if (batch.state == Schema::MigrateState::Failed) FUZZ_HOLDS(!batch.message.empty());
}

void check_status(const ports::CommandResult& result, bool ended_well) {
  const Schema::StatusCheck status = drivers::judge_status(result);
  FUZZ_HOLDS(status.worst == 0 || status.worst == 1 || status.worst == 2 || status.worst == 255);
  if (!ended_well) FUZZ_HOLDS(status.worst != 0);
}

}  // namespace

void fuzz_one(const std::string& input) {
  if (input.size() < 2 || input[0] < '0' || input[0] > '9') return;
  const ports::CommandResult result = result_of(input);
  const bool ended_well = result.exit_code == 0 && !result.interrupted && !result.timed_out;
  const auto revision = drivers::read_revision(result);
  if (revision) FUZZ_HOLDS(ended_well && revision->size() <= 64);
  check_upgrade(result, ended_well);
  check_migrate(result, ended_well);
  check_status(result, ended_well);
  FUZZ_HOLDS(!drivers::reason_of(result).empty());
  if (const auto rows = drivers::read_histogram(result.out))
    for (const auto& [table, versions] : *rows) FUZZ_HOLDS(!table.empty());
  (void)drivers::read_versions(result.out);
}

}  // namespace rollmill::fuzz
