#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "store/sqlite_fixture.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

/// While it lives, no file of this process may grow past `bytes`: as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(std::uintmax_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit{bytes, before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(SqliteFile, sees_a_changed_body) {
  write_facts(5);
  tamper("UPDATE facts SET body = 'other' WHERE seq = 3");
  expect_refused(ErrorCode::DataLoss, "at fact 3");
}

TEST_F(SqliteFile, sees_every_changed_column) {
  write_facts(3);
  for (const char* change : {"at = at + 1", "stream = 'b'", "kind = 'Y'", "hash = 'x'"}) {
    const std::string copy = folder_ + "/copy";
    std::filesystem::copy_file(path_, copy);
    tamper(std::string{"UPDATE facts SET "} + change + " WHERE seq = 2");
    expect_refused(ErrorCode::DataLoss, "at fact 2");
    std::filesystem::rename(copy, path_);
  }
}

TEST_F(SqliteFile, sees_a_removed_fact) {
  write_facts(5);
  tamper("DELETE FROM facts WHERE seq IN (2, 3)");
  expect_refused(ErrorCode::DataLoss, "at fact 2");
}

TEST_F(SqliteFile, sees_a_lost_tail) {
  write_facts(5);
  tamper("DELETE FROM facts WHERE seq > 3");
  expect_refused(ErrorCode::DataLoss, "at fact 4: it is missing");
}

TEST_F(SqliteFile, sees_that_everything_is_lost) {
  write_facts(5);
  tamper("DELETE FROM facts");
  expect_refused(ErrorCode::DataLoss, "at fact 1: it is missing");
}

TEST_F(SqliteFile, sees_an_added_fact) {
  write_facts(2);
  tamper("INSERT INTO facts SELECT 3, at, stream, kind, body, hash FROM facts WHERE seq = 2");
  expect_refused(ErrorCode::DataLoss, "at fact 3");
}

TEST_F(SqliteFile, sees_a_tail_that_was_replaced_by_a_shorter_past) {
  write_facts(3);
  tamper("DELETE FROM facts WHERE seq = 3; UPDATE meta SET value = '2' WHERE key = 'facts'");
  expect_refused(ErrorCode::DataLoss, "at fact 3");
}

TEST_F(SqliteFile, sees_a_change_while_it_is_open) {
  write_facts(3);
  const auto journal = open();
  ASSERT_TRUE(journal.ok());
  tamper("UPDATE facts SET body = 'other' WHERE seq = 2");
  int seen = 0;
  const base::Status read = (*journal)->read(0, "a", [&](const ports::Record&) { return ++seen; });
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::DataLoss);
  EXPECT_EQ(seen, 1);
}

TEST_F(SqliteFile, refuses_a_file_with_broken_pages) {
  write_facts(200);
  {
    std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096 * 2);
    file << std::string(4096, '\xFF');
  }
  const auto journal = open();
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code, ErrorCode::DataLoss) << journal.error().message;
}

TEST_F(SqliteFile, fails_on_a_full_disk_and_keeps_the_old_facts) {
  auto journal = open();
  ASSERT_TRUE(journal.ok());
  ASSERT_TRUE((*journal)->append(1, {record("a", "X", "kept")}).ok());
  {
    const FullDisk full{std::filesystem::file_size(path_ + "-wal") + 8192};
    const std::string big(1U << 20U, 'x');
    const base::Status failed =
        (*journal)->append(2, {record("a", "X", "small"), record("a", "X", big)});
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().code, ErrorCode::Unavailable) << failed.error().message;
  }
  EXPECT_EQ((*journal)->next(), 2U);
  EXPECT_EQ(read_all(**journal).size(), 1U);
  EXPECT_FALSE((*journal)->append(2, {record("a", "X", "later")}).ok()) << "it must stop for good";
  journal->reset();
  const auto again = open();
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(read_all(**again).size(), 1U);
  EXPECT_TRUE((*again)->append(2, {record("a", "X", "later")}).ok());
}

}  // namespace
}  // namespace rollmill::test
