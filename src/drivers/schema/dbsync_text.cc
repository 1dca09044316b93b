#include "drivers/schema/dbsync_text.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using ports::CommandResult;
using Schema = ports::SchemaDriver;

bool says(const CommandResult& result, std::string_view part) {
  return contains(result.out, part) || contains(result.err, part);
}

bool says_any(const CommandResult& result, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return says(result, part); });
}

// oslo.log lines ("2026-11-22 15:53:00.238 117 INFO alembic...") and alembic's own.
bool is_log_line(const std::string& line) {
  return contains(line, " INFO ") || contains(line, " WARNING ") || line.rfind("INFO ", 0) == 0 ||
         contains(line, "(Background on this error at:");
}

// Python prints a warning as a head ("...: EventletDeprecationWarning: "), its text of several
// lines, and the line of code that caused it. Ironic's end with "# noqa".
std::vector<std::string> without_warnings(const std::vector<std::string>& lines) {
  std::vector<std::string> rest;
  std::size_t head = 0;
  bool inside = false;
  for (const std::string& line : lines) {
    if (contains(line, "Warning:")) {
      head = rest.size();
      inside = true;
    }
    rest.push_back(line);
    if (inside && contains(line, "# noqa")) {
      rest.resize(head);
      inside = false;
    }
  }
  return rest;
}

std::optional<std::string> last_reason(const std::string& text) {
  const std::vector<std::string> lines = without_warnings(split_lines(text));
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    const std::string trimmed = trim(*line);
    if (!trimmed.empty() && !is_log_line(*line)) return tail_of(trimmed, 600);
  }
  return std::nullopt;
}

std::string how_it_ended(const CommandResult& result) {
  if (result.interrupted) return "it was cut off before its end";
  if (result.timed_out) return "it was stopped at its time limit";
  return "it ended with " + std::to_string(result.exit_code);
}

bool cut_off(const CommandResult& result) { return result.interrupted || result.timed_out; }

bool is_refusal(const CommandResult& result) {
  return says_any(result, {"is not compatible with this release of ironic",
                           "database version is not compatible"});
}

bool is_usage(const CommandResult& result) {
  return says_any(result, {"invalid choice", "unrecognized arguments", "usage: "});
}

// A table or column is there that the migration wants to make: somebody runs or ran it as well.
bool is_half_done(const CommandResult& result) {
  return says_any(result, {"(1050,", "(1060,", "(1061,", "(1022,", "Duplicate column",
                           "Duplicate key name", "already exists", "already an index"});
}

Schema::UpgradeState upgrade_state(const CommandResult& result) {
  if (cut_off(result)) return Schema::UpgradeState::PartialOrConcurrent;
  if (result.exit_code == 0) return Schema::UpgradeState::Done;
  if (is_refusal(result)) return Schema::UpgradeState::Refused;
  if (result.exit_code == 2 && is_usage(result)) return Schema::UpgradeState::Usage;
  if (is_half_done(result)) return Schema::UpgradeState::PartialOrConcurrent;
  return Schema::UpgradeState::Failed;
}

struct Counts {
  std::uint64_t migrated = 0;
  std::uint64_t total = 0;
};

std::uint64_t to_count(const std::string& word) {
  std::uint64_t count = 0;
  std::from_chars(word.data(), word.data() + word.size(), count);
  return count;
}

// "update_to_latest_versions() migrated 9 of 37 objects."
Counts add_counts(const std::string& text) {
  Counts counts;
  for (const std::string& line : split_lines(text)) {
    const std::vector<std::string> words = split_words(line);
    if (words.size() != 6 || words[1] != "migrated" || words[3] != "of") continue;
    counts.migrated += to_count(words[2]);
    counts.total += to_count(words[4]);
  }
  return counts;
}

Schema::MigrateState migrate_state(const CommandResult& result) {
  if (cut_off(result)) return Schema::MigrateState::Failed;
  if (is_refusal(result)) return Schema::MigrateState::Incompatible;
  if (result.exit_code == 0 && says(result, "Data migrations have completed.")) {
    return Schema::MigrateState::Done;
  }
  // 1 is also what any exception gives: only the sentence makes it "more to do".
  if (result.exit_code == 1 && says(result, "Data migrations have not completed. Please re-run.") &&
      !says(result, "Error while running")) {
    return Schema::MigrateState::MoreToDo;
  }
  return Schema::MigrateState::Failed;
}

}  // namespace

std::string reason_of(const CommandResult& result) {
  if (const auto reason = last_reason(result.err)) return *reason;
  if (const auto reason = last_reason(result.out)) return *reason;
  return how_it_ended(result) + " and printed nothing";
}

base::Result<std::string> read_revision(const CommandResult& result) {
  if (cut_off(result) || result.exit_code != 0) {
    return Error{ErrorCode::Unavailable, "the database's revision cannot be read (" +
                                             how_it_ended(result) + "): " + reason_of(result)};
  }
  const std::string line = last_line(result.out);
  if (line == "None") return std::string();
  const bool plain = line.size() >= 4 && line.size() <= 64 &&
                     std::all_of(line.begin(), line.end(), [](unsigned char c) {
                       return std::isalnum(c) != 0 || c == '_' || c == '-';
                     });
  if (plain) return line;
  return Error{ErrorCode::DataLoss,
               "ironic-dbsync version did not end with a revision but with '" + line + "'"};
}

Schema::UpgradeResult judge_upgrade(const CommandResult& result) {
  const Schema::UpgradeState state = upgrade_state(result);
  switch (state) {
    case Schema::UpgradeState::Done:
      return {state, ""};
    case Schema::UpgradeState::Refused:
      return {state, "ironic-dbsync refuses: " + reason_of(result) +
                         " (also said by old code of a database that is newer than it)"};
    case Schema::UpgradeState::Usage:
      return {state, "ironic-dbsync does not know its arguments: " + reason_of(result)};
    case Schema::UpgradeState::PartialOrConcurrent:
      return {state, "the schema may be changed in part, or is being changed by somebody else (" +
                         how_it_ended(result) + "): " + reason_of(result)};
    case Schema::UpgradeState::Failed:
      break;
  }
  const std::string newer = says(result, "Can't locate revision")
                                ? " (the database is of a newer release than this code)"
                                : "";
  return {state, "ironic-dbsync upgrade failed, " + how_it_ended(result) + ": " +
                     reason_of(result) + newer};
}

Schema::MigrateBatch judge_migrate(const CommandResult& result) {
  const Schema::MigrateState state = migrate_state(result);
  const Counts counts = add_counts(result.out);
  switch (state) {
    case Schema::MigrateState::Done:
    case Schema::MigrateState::MoreToDo:
      return {state, counts.migrated, counts.total, ""};
    case Schema::MigrateState::Incompatible:
      return {state, counts.migrated, counts.total,
              "rows are of versions that this release does not know: " + reason_of(result)};
    case Schema::MigrateState::Failed:
      break;
  }
  return {state, counts.migrated, counts.total,
          "online_data_migrations failed, " + how_it_ended(result) + ": " + reason_of(result)};
}

}  // namespace rollmill::drivers
