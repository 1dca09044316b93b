#include "store/sqlite_journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite_fixture.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

TEST_F(SqliteFile, keeps_facts_over_a_restart) {
  write_facts(3);
  const auto journal = open();
  ASSERT_TRUE(journal.ok()) << journal.error().message;
  EXPECT_EQ((*journal)->next(), 4U);
  EXPECT_EQ(read_all(**journal).back().body, "body 3");
  EXPECT_TRUE((*journal)->append(4, {record("a", "X", "body 4")}).ok());
}

TEST_F(SqliteFile, keeps_facts_over_a_kill) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto journal = open();
    const bool written = journal.ok() && (*journal)->append(1, {record("a", "X", "kept")}).ok();
    ::_exit(written ? 0 : 1);  // Nothing is closed or flushed: as after kill -9.
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const auto journal = open();
  ASSERT_TRUE(journal.ok()) << journal.error().message;
  EXPECT_EQ(read_all(**journal).at(0).body, "kept");
}

TEST_F(SqliteFile, is_readable_by_its_owner_only) {
  write_facts(1);
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(SqliteFile, refuses_a_second_user_and_names_the_first) {
  const auto first = open();
  ASSERT_TRUE(first.ok());
  expect_refused(ErrorCode::FailedPrecondition, "held by process " + std::to_string(::getpid()));
}

TEST_F(SqliteFile, refuses_a_second_process_while_the_first_lives) {
  const pid_t child = fork_owner([] { ::pause(); });
  ASSERT_GT(child, 0);
  expect_refused(ErrorCode::FailedPrecondition, "held by process " + std::to_string(child));
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(open().ok());
}

/// As a killed process does: its lock goes when all of it has gone, which may be after its
/// successor was started.
TEST_F(SqliteFile, waits_for_the_owner_before_to_be_gone) {
  const pid_t child = fork_owner([] { ::usleep(300'000); });
  ASSERT_GT(child, 0);
  const auto journal = open(std::chrono::minutes{1});
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ASSERT_TRUE(journal.ok()) << journal.error().message;
  EXPECT_TRUE((*journal)->append(1, {record("a", "X", "the successor's")}).ok());
}

TEST_F(SqliteFile, starts_over_after_a_crash_in_its_making) {
  std::ofstream{path_ + ".new"} << "half a file";
  std::ofstream{path_ + ".new-journal"} << "half a rollback journal";
  write_facts(1);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
  EXPECT_EQ(read_all(**open()).size(), 1U);
}

TEST_F(SqliteFile, takes_an_empty_file_as_new) {
  std::ofstream{path_};
  write_facts(1);
  EXPECT_EQ(read_all(**open()).size(), 1U);
}

TEST_F(SqliteFile, refuses_a_folder_that_is_not_there) {
  path_ = folder_ + "/absent/journal.db";
  expect_refused(ErrorCode::Unavailable, "its folder must exist");
}

TEST_F(SqliteFile, leaves_a_foreign_file_as_it_is) {
  std::ofstream{path_} << "[DEFAULT]\nhost = cond1\n";
  const std::string before = bytes();
  expect_refused(ErrorCode::FailedPrecondition, "not a rollmill journal");
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteFile, leaves_a_foreign_database_as_it_is) {
  tamper("CREATE TABLE facts (seq INTEGER); INSERT INTO facts VALUES (1);");
  const std::string before = bytes();
  expect_refused(ErrorCode::FailedPrecondition, "not a rollmill journal");
  EXPECT_EQ(bytes(), before);
}

TEST_F(SqliteFile, refuses_a_file_of_a_newer_rollmill) {
  write_facts(2);
  tamper("UPDATE meta SET value = '99' WHERE key = 'schema_version'");
  expect_refused(ErrorCode::FailedPrecondition, "journal schema 99");
  tamper("UPDATE meta SET value = '1' WHERE key = 'schema_version'");
  EXPECT_EQ(read_all(**open()).size(), 2U);
}

TEST_F(SqliteFile, stops_at_a_write_behind_its_back) {
  auto journal = open();
  ASSERT_TRUE(journal.ok());
  ASSERT_TRUE((*journal)->append(1, {record("a", "X", "1")}).ok());
  tamper("UPDATE meta SET value = '2' WHERE key = 'facts'");
  const base::Status refused = (*journal)->append(2, {record("a", "X", "2")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Aborted);
}

}  // namespace
}  // namespace rollmill::test
