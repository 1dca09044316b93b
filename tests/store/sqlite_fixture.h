#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "store/records.h"
#include "store/sqlite_journal.h"

namespace rollmill::test {

/// A folder of its own for each test, and a way to the file behind the journal's back.
class SqliteFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "sqlite-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ + "/journal.db";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  base::Result<std::unique_ptr<ports::Journal>> open(base::Duration patience = {}) const {
    return store::open_sqlite_journal(path_, patience);
  }

  /// A journal of `count` facts, closed.
  void write_facts(int count) const {
    auto journal = open();
    ASSERT_TRUE(journal.ok()) << journal.error().message;
    for (int i = 0; i < count; ++i) {
      const std::string body = "body " + std::to_string(i + 1);
      ASSERT_TRUE((*journal)->append((*journal)->next(), {record("a", "X", body)}).ok());
    }
  }

  /// A process that has the journal open while it lingers, and ends with 0 if it could open it. Its
  /// pid, once it has tried; -1 when there is none.
  pid_t fork_owner(const std::function<void()>& linger) const {
    int ready[2];
    if (::pipe(ready) != 0) return -1;
    const pid_t child = ::fork();
    if (child == 0) {
      const auto journal = open();
      (void)!::write(ready[1], "x", 1);
      linger();
      ::_exit(journal.ok() ? 0 : 1);
    }
    char byte = 0;
    const bool tried = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    ::close(ready[1]);
    return tried ? child : -1;
  }

  void tamper(const std::string& sql) const {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &handle), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
    sqlite3_close(handle);
  }

  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream{path_, std::ios::binary}.rdbuf();
    return text.str();
  }

  void expect_refused(base::ErrorCode code, const std::string& part) const {
    const auto journal = open();
    ASSERT_FALSE(journal.ok());
    EXPECT_EQ(journal.error().code, code) << journal.error().message;
    EXPECT_NE(journal.error().message.find(part), std::string::npos) << journal.error().message;
    EXPECT_NE(journal.error().message.find(path_), std::string::npos) << journal.error().message;
  }

  std::string folder_;
  std::string path_;
};

}  // namespace rollmill::test
