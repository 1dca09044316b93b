#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rollmill/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace rollmill::store {

/// One prepared statement; bound and read by position. Owned by one user at a time.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Parameters count from 1. The text must live until `reset`.
  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::int64_t number);
  /// True: a row is there; false: no more rows.
  base::Result<bool> step();
  /// Ready for another run.
  void reset();

  /// Columns count from 0.
  std::int64_t number(int column) const;
  std::string text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One connection to one SQLite file; errors carry the file's path and SQLite's own words.
class Database {
 public:
  /// Reads and writes; makes the file when it is absent. Waits up to five seconds for readers.
  static base::Result<Database> open(const std::string& path);

  /// Only reads; the file must be there.
  static base::Result<Database> open_read_only(const std::string& path);

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  const std::string& path() const { return path_; }
  /// Runs one or more statements that give no rows of interest.
  base::Status run(const std::string& sql);
  base::Result<Statement> prepare(const std::string& sql) const;
  /// First column of the first row; NotFound when there is no row.
  base::Result<std::int64_t> number(const std::string& sql) const;
  base::Result<std::string> text(const std::string& sql) const;

 private:
  static base::Result<Database> open(const std::string& path, int flags);
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  sqlite3* handle_;
  std::string path_;
};

}  // namespace rollmill::store
