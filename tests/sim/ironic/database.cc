#include "sim/ironic/database.h"

#include <algorithm>
#include <string>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

constexpr std::uint64_t kHistories = 36;
constexpr std::uint64_t kFirmware = 12;
constexpr std::uint64_t kRunbooks = 4;

ports::CommandResult ended(int code, std::string out, std::string err) {
  ports::CommandResult result;
  result.exit_code = code;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

/// IRONIC.md 1, "What `upgrade` refuses, exact texts".
ports::CommandResult refused(ReleaseId code) {
  return ended(2, "",
               "The database is not compatible with this release of ironic (" +
                   model_of(code).package_version +
                   "). Please run \"ironic-dbsync online_data_migrations\" using the previous "
                   "release.\n");
}

std::size_t index(Table table) { return static_cast<std::size_t>(table); }

}  // namespace

Database::Database(ReleaseId release) : revision_(release) {
  add(Table::NodeHistory, rank_of(Table::NodeHistory, release), kHistories);
  if (release == ReleaseId::R21) return;
  add(Table::Firmware, rank_of(Table::Firmware, release), kFirmware);
  add(Table::Runbooks, rank_of(Table::Runbooks, release), kRunbooks);
}

void Database::add(Table table, Rank rank, std::uint64_t rows) {
  rows_[index(table)][rank] += rows;
  newest_[index(table)] = std::max(newest_[index(table)], rank);
}

void Database::move(Table table, Rank from, Rank to) {
  if (from == to) return;
  ROLLMILL_CHECK(rows_[index(table)][from] > 0);
  --rows_[index(table)][from];
  ++rows_[index(table)][to];
  recount(index(table));
}

void Database::restore(ReleaseId release) {
  for (std::size_t table = 0; table < kTables; ++table) {
    const Rank most = rank_of(static_cast<Table>(table), release);
    for (std::size_t rank = most + 1U; rank < kReleases; ++rank) {
      rows_[table][most] += std::exchange(rows_[table][rank], 0);
    }
    recount(table);
  }
}

void Database::recount(std::size_t table) {
  newest_[table] = 0;
  for (Rank rank = 0; rank < kReleases; ++rank)
    if (rows_[table][rank] > 0) newest_[table] = rank;
}

bool Database::compatible(ReleaseId code) const {
  for (std::size_t table = 0; table < kTables; ++table)
    if (!readable(static_cast<Table>(table), code)) return false;
  return true;
}

ports::CommandResult Database::upgrade(ReleaseId code) {
  if (!compatible(code)) return refused(code);
  if (revision_ > code)
    return ended(1, "",
                 "alembic.util.exc.CommandError: Can't locate revision identified by '" +
                     model_of(revision_).head + "'\n");
  if (half_)
    return ended(1, "",
                 "oslo_db.exception.DBError: (pymysql.err.OperationalError) (1060, \"Duplicate "
                 "column name 'traits'\")\n");
  revision_ = code;
  return ended(0, "INFO  [alembic.runtime.migration] Will assume non-transactional DDL.\n", "");
}

void Database::cut_upgrade(ReleaseId code) {
  if (compatible(code) && revision_ < code) half_ = true;
}

/// In batches, table by table (IRONIC.md 1, "Exit codes, with the traps"; LAB.md 6).
ports::CommandResult Database::migrate(ReleaseId code, std::uint32_t max_count) {
  if (!has_schema_of(code))
    return ended(1, "",
                 "Error while running update_to_latest_versions: (pymysql.err.ProgrammingError) "
                 "(1146, \"Table 'ironic.runbook_traits' doesn't exist\")\n");
  if (!compatible(code)) return refused(code);
  std::uint64_t total = 0;
  std::uint64_t migrated = 0;
  for (std::size_t table = 0; table < kTables; ++table) {
    const Rank wanted = rank_of(static_cast<Table>(table), code);
    for (Rank rank = 0; rank < wanted; ++rank) {
      std::uint64_t& old = rows_[table][rank];
      const std::uint64_t room = max_count == 0 ? old : max_count - migrated;
      const std::uint64_t moved = std::min(old, room);
      total += old;
      migrated += moved;
      old -= moved;
      rows_[table][wanted] += moved;
    }
    recount(table);
  }
  const std::string counts = "update_to_latest_versions() migrated " + std::to_string(migrated) +
                             " of " + std::to_string(total) + " objects.\n";
  if (migrated < total)
    return ended(1, counts + "Data migrations have not completed. Please re-run.\n", "");
  return ended(0, counts + "Data migrations have completed.\n", "");
}

/// IRONIC.md 2: 255 where the models select columns that are not there yet; 2 on newer rows. From
/// 35.0 to 39.0 no column of nodes is new, so the check runs before the expand, too.
ports::CommandResult Database::status_check(ReleaseId code) const {
  const bool columns_lack = !has_schema_of(code) && code != ReleaseId::R39;
  if (columns_lack)
    return ended(255, "Traceback (most recent call last):\nUnknown column 'nodes.instance_name'\n",
                 "");
  const int worst = compatible(code) ? 0 : 2;
  return ended(worst,
               "{\"name\": \"Upgrade Check Results\", \"checks\": [{\"check\": \"Object versions\""
               ", \"result\": " +
                   std::to_string(worst) + ", \"details\": null}]}\n",
               "");
}

ports::SchemaDriver::Histogram Database::histogram() const {
  ports::SchemaDriver::Histogram rows;
  for (std::size_t table = 0; table < kTables; ++table)
    for (Rank rank = 0; rank < kReleases; ++rank)
      if (rows_[table][rank] > 0)
        rows[table_name(static_cast<Table>(table))][version_of(static_cast<Table>(table), rank)] =
            rows_[table][rank];
  return rows;
}

}  // namespace rollmill::sim
