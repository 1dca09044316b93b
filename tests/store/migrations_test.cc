#include "store/migrations.h"

#include <gtest/gtest.h>

#include <array>

#include "store/sqlite_fixture.h"

namespace rollmill::test {
namespace {

using store::Database;
using store::Migration;

constexpr std::array<Migration, 2> kTwo = {{
    {1, "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT); CREATE TABLE t (a);"},
    {2, "ALTER TABLE t ADD COLUMN b DEFAULT 7;"},
}};
constexpr std::array<Migration, 3> kThirdIsBroken = {{
    kTwo[0],
    kTwo[1],
    {3, "INSERT INTO t VALUES (2, 3); SELECT * FROM absent;"},
}};

TEST(Migrations, are_numbered_without_gaps) {
  std::int64_t expected = 1;
  for (const Migration& migration : store::migrations()) EXPECT_EQ(migration.version, expected++);
  EXPECT_GT(expected, 1);
}

TEST_F(SqliteFile, is_brought_forward_from_any_older_schema) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(store::migrate(*database, std::span{kTwo}.first(1)).ok());
  EXPECT_EQ(store::schema_version(*database).value(), 1);
  ASSERT_TRUE(database->run("INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(store::migrate(*database, kTwo).ok());
  EXPECT_EQ(store::schema_version(*database).value(), 2);
  EXPECT_EQ(database->number("SELECT a + b FROM t").value(), 8);
}

TEST_F(SqliteFile, stays_at_the_last_good_schema_when_a_change_fails) {
  auto database = Database::open(path_);
  ASSERT_TRUE(database.ok());
  const base::Status failed = store::migrate(*database, kThirdIsBroken);
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message.find("schema change 3"), std::string::npos);
  EXPECT_EQ(store::schema_version(*database).value(), 2);
  EXPECT_EQ(database->number("SELECT count(*) FROM t").value(), 0);
}

}  // namespace
}  // namespace rollmill::test
