#include <gtest/gtest.h>

#include "store/sqlite_fixture.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

TEST_F(SqliteFile, is_verified_without_being_touched) {
  write_facts(5);
  const std::string before = bytes();
  const auto found = store::verify_sqlite_journal(path_);
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->facts, 5U);
  EXPECT_EQ(found->schema, 1);
  EXPECT_EQ(found->last_hash.size(), 64U);
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteFile, is_verified_while_somebody_appends) {
  auto journal = open();
  ASSERT_TRUE(journal.ok());
  ASSERT_TRUE((*journal)->append(1, {record("a", "X", "one")}).ok());
  EXPECT_EQ(store::verify_sqlite_journal(path_).value().facts, 1U);
  ASSERT_TRUE((*journal)->append(2, {record("a", "X", "two")}).ok());
  EXPECT_EQ(store::verify_sqlite_journal(path_).value().facts, 2U);
}

TEST_F(SqliteFile, is_not_verified_when_a_fact_was_changed) {
  write_facts(5);
  tamper("UPDATE facts SET body = 'other' WHERE seq = 3");
  const auto found = store::verify_sqlite_journal(path_);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::DataLoss);
  EXPECT_NE(found.error().message.find("at fact 3"), std::string::npos) << found.error().message;
}

TEST_F(SqliteFile, is_not_verified_when_it_is_absent_and_not_made) {
  EXPECT_FALSE(store::verify_sqlite_journal(path_).ok());
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteFile, of_a_newer_schema_is_refused_with_both_versions) {
  write_facts(2);
  tamper("UPDATE meta SET value = '7' WHERE key = 'schema_version'");
  expect_refused(ErrorCode::FailedPrecondition, "journal schema 7; this program knows 1");
  const auto found = store::verify_sqlite_journal(path_);
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("run that newer version"), std::string::npos);
}

}  // namespace
}  // namespace rollmill::test
