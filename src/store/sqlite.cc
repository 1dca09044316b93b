#include "store/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;

constexpr int kBusyMilliseconds = 5000;

bool is_damage(int code) {
  return (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
}

Error failure(sqlite3* handle, const std::string& path) {
  const int code = handle != nullptr ? sqlite3_extended_errcode(handle) : SQLITE_NOMEM;
  const std::string words = handle != nullptr ? sqlite3_errmsg(handle) : "out of memory";
  if (is_damage(code)) {
    return {ErrorCode::DataLoss,
            path + " is damaged (" + words + "): keep a copy of it and put back the last backup"};
  }
  return {ErrorCode::Unavailable, path + " cannot be used (" + words + ", SQLite code " +
                                      std::to_string(code) + "): check disk, room and rights"};
}

const char* file_of(sqlite3_stmt* statement) {
  const char* name = sqlite3_db_filename(sqlite3_db_handle(statement), "main");
  return name != nullptr ? name : "the journal";
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::bind(int parameter, std::string_view text) {
  ROLLMILL_CHECK(sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC,
                                     SQLITE_UTF8) == SQLITE_OK);
}

void Statement::bind(int parameter, std::int64_t number) {
  ROLLMILL_CHECK(sqlite3_bind_int64(statement_, parameter, number) == SQLITE_OK);
}

base::Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_), file_of(statement_));
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  const int length = sqlite3_column_bytes(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

base::Result<Database> Database::open(const std::string& path) {
  return open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
}

base::Result<Database> Database::open_read_only(const std::string& path) {
  return open(path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
}

base::Result<Database> Database::open(const std::string& path, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database{handle, path};
  if (code != SQLITE_OK) return failure(handle, path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), path_(std::move(other.path_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(path_, other.path_);
  return *this;
}

Database::~Database() { sqlite3_close_v2(handle_); }

base::Status Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) {
    return base::success();
  }
  return failure(handle_, path_);
}

base::Result<Statement> Database::prepare(const std::string& sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return failure(handle_, path_);
  return Statement{statement};
}

base::Result<std::int64_t> Database::number(const std::string& sql) const {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.error();
  const auto row = statement->step();
  if (!row.ok()) return row.error();
  if (!*row) return Error{ErrorCode::NotFound, path_ + " has no answer to: " + sql};
  return statement->number(0);
}

base::Result<std::string> Database::text(const std::string& sql) const {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.error();
  const auto row = statement->step();
  if (!row.ok()) return row.error();
  if (!*row) return Error{ErrorCode::NotFound, path_ + " has no answer to: " + sql};
  return statement->text(0);
}

}  // namespace rollmill::store
