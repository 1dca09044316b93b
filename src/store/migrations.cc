#include "store/migrations.h"

#include <array>
#include <string>

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::array<Migration, 1> kMigrations = {{
    {1, R"sql(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE facts (
  seq    INTEGER PRIMARY KEY NOT NULL,
  at     INTEGER NOT NULL,
  stream TEXT NOT NULL,
  kind   TEXT NOT NULL,
  body   TEXT NOT NULL,
  hash   TEXT NOT NULL
);
CREATE INDEX facts_by_stream ON facts (stream, seq);
INSERT INTO meta VALUES ('application', 'rollmill-journal'), ('facts', '0'),
  ('last_hash', '0000000000000000000000000000000000000000000000000000000000000000');
)sql"},
}};

std::string set_version(std::int64_t version) {
  return "INSERT INTO meta VALUES ('schema_version', '" + std::to_string(version) +
         "') ON CONFLICT (key) DO UPDATE SET value = excluded.value;";
}

base::Status run_one(Database& database, const Migration& migration) {
  const base::Status done = database.run("BEGIN IMMEDIATE;" + std::string{migration.sql} +
                                         set_version(migration.version) + "COMMIT;");
  if (done.ok()) return done;
  (void)database.run("ROLLBACK");
  return done.error().with_context("schema change " + std::to_string(migration.version));
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

base::Result<std::int64_t> schema_version(const Database& database) {
  const auto tables =
      database.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'");
  if (!tables.ok()) return tables.error();
  if (*tables == 0) return 0;
  return database.number("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'schema_version'");
}

base::Status check_known(const Database& database, std::span<const Migration> all) {
  const auto version = schema_version(database);
  if (!version.ok()) return version.error();
  if (*version <= all.back().version) return base::success();
  return Error{ErrorCode::FailedPrecondition,
               database.path() + " was written by a newer rollmill (journal schema " +
                   std::to_string(*version) + "; this program knows " +
                   std::to_string(all.back().version) + "): run that newer version"};
}

base::Status migrate(Database& database, std::span<const Migration> all) {
  const base::Status known = check_known(database, all);
  if (!known.ok()) return known;
  const auto version = schema_version(database);
  if (!version.ok()) return version.error();
  for (const Migration& migration : all) {
    if (migration.version <= *version) continue;
    const base::Status done = run_one(database, migration);
    if (!done.ok()) return done;
  }
  return base::success();
}

}  // namespace rollmill::store
