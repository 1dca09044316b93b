#include "store/sqlite_journal.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "store/chain.h"
#include "store/file_lock.h"
#include "store/journal_file.h"

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Sequence;
using base::Status;
using ports::Record;

constexpr std::size_t kMaxBody = std::size_t{64} << 20U;

/// One row and the hash of the row before it (empty: there is none).
constexpr const char* kRows =
    "SELECT f.seq, f.at, f.stream, f.kind, f.body, f.hash, ifnull(p.hash, '')"
    " FROM facts f LEFT JOIN facts p ON p.seq = f.seq - 1 WHERE f.seq > ?1";
constexpr const char* kInsert = "INSERT INTO facts VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr const char* kTail =
    "SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'facts'),"
    " (SELECT value FROM meta WHERE key = 'last_hash')";
constexpr const char* kSetTail =
    "UPDATE meta SET value = CASE key WHEN 'facts' THEN ?1 ELSE ?2 END"
    " WHERE key IN ('facts', 'last_hash')";

struct Tail {
  Sequence count = 0;
  std::string hash;
  bool operator==(const Tail&) const = default;
};

Error damage(const std::string& path, Sequence sequence, const std::string& what) {
  return {ErrorCode::DataLoss, path + " is damaged at fact " + std::to_string(sequence) + ": " +
                                   what + ". Keep a copy of the file and put back the last backup"};
}

Record record_of(const Statement& row) {
  return {static_cast<Sequence>(row.number(0)), base::TimePoint{base::Duration{row.number(1)}},
          row.text(2), row.text(3), row.text(4)};
}

std::optional<Error> refusal(const Record& record) {
  const auto invalid = [](const char* what) { return Error{ErrorCode::InvalidArgument, what}; };
  if (record.kind.empty() || record.stream.empty()) {
    return invalid("a record needs a stream and a kind");
  }
  if ((record.kind + record.stream).find('\n') != std::string::npos) {
    return invalid("stream and kind of a record are one line each");
  }
  if (record.body.size() > kMaxBody) return invalid("a record's body may have 64 MiB at most");
  return std::nullopt;
}

class SqliteJournal : public ports::Journal {
 public:
  SqliteJournal(std::string path, FileLock lock, Database database)
      : path_(std::move(path)), lock_(std::move(lock)), database_(std::move(database)) {}

  /// Prepares what appends need and checks the whole chain against the count and the last hash that
  /// the last append wrote beside it: a tail that was cut off is seen, too.
  Status open() {
    auto insert = database_.prepare(kInsert);
    if (!insert.ok()) return insert.error();
    insert_.emplace(std::move(insert).value());
    auto set_tail = database_.prepare(kSetTail);
    if (!set_tail.ok()) return set_tail.error();
    set_tail_.emplace(std::move(set_tail).value());
    auto tail = stored_tail();
    if (!tail.ok()) return tail.error();
    tail_ = *tail;
    return check_chain();
  }

  Status append(Sequence expected_next, const std::vector<Record>& records) override {
    if (broken_) return *broken_;
    for (const Record& record : records) {
      if (auto bad = refusal(record)) return *bad;
    }
    if (expected_next != next()) {
      return Error{ErrorCode::Aborted, path_ + ": the next fact is " + std::to_string(next()) +
                                           ", not " + std::to_string(expected_next) +
                                           ": somebody else has written"};
    }
    if (records.empty()) return base::success();
    return write(records);
  }

  Sequence next() const override { return tail_.count + 1; }

  Status read(Sequence after, const std::string& stream,
              const std::function<bool(const Record&)>& visit) const override {
    const std::string only = stream.empty() ? "" : " AND f.stream = ?2";
    auto rows = database_.prepare(kRows + only + " ORDER BY f.seq");
    if (!rows.ok()) return rows.error();
    rows->bind(1, static_cast<std::int64_t>(after));
    if (!stream.empty()) rows->bind(2, stream);
    Sequence expected = after + 1;
    while (true) {
      const auto row = rows->step();
      if (!row.ok()) return row.error();
      if (!*row) return base::success();
      const Record record = record_of(*rows);
      if (stream.empty() && record.sequence != expected++) {
        return damage(path_, expected - 1, "it is missing");
      }
      const Status chained = check_row(*rows, record);
      if (!chained.ok()) return chained;
      if (!visit(record)) return base::success();
    }
  }

 private:
  Status check_row(const Statement& row, const Record& record) const {
    const std::string before = record.sequence == 1 ? chain_start() : row.text(6);
    if (before.empty()) return damage(path_, record.sequence - 1, "it is missing");
    if (chain_hash(before, record) != row.text(5)) {
      return damage(path_, record.sequence, "it is not what was written");
    }
    return base::success();
  }

  Status check_chain() const {
    Sequence last = 0;
    const Status read_all = read(0, "", [&](const Record& record) {
      last = record.sequence;
      return true;
    });
    if (!read_all.ok()) return read_all;
    if (last < tail_.count) return damage(path_, last + 1, "it is missing");
    const auto hash = last == 0
                          ? base::Result<std::string>{chain_start()}
                          : database_.text("SELECT hash FROM facts ORDER BY seq DESC LIMIT 1");
    if (!hash.ok()) return hash.error();
    if (last > tail_.count || *hash != tail_.hash) {
      return damage(path_, tail_.count + 1, "facts and their recorded number do not agree");
    }
    return base::success();
  }

  base::Result<Tail> stored_tail() const {
    auto row = database_.prepare(kTail);
    if (!row.ok()) return row.error();
    const auto found = row->step();
    if (!found.ok()) return found.error();
    return Tail{static_cast<Sequence>(row->number(0)), row->text(1)};
  }

  Status write(const std::vector<Record>& records) {
    Tail tail = tail_;
    Status done = database_.run("BEGIN IMMEDIATE");
    if (done.ok()) done = insert_all(records, tail);
    if (done.ok()) done = database_.run("COMMIT");
    if (!done.ok()) {
      (void)database_.run("ROLLBACK");
      broken_ = done.error();
      return done;
    }
    tail_ = tail;
    return done;
  }

  Status insert_all(const std::vector<Record>& records, Tail& tail) {
    const auto stored = stored_tail();
    if (!stored.ok()) return stored.error();
    if (*stored != tail_) {
      return Error{ErrorCode::Aborted, path_ + " was changed by somebody else: the next fact is " +
                                           std::to_string(stored->count + 1) + ", not " +
                                           std::to_string(next())};
    }
    for (Record record : records) {
      record.sequence = tail.count + 1;
      const std::string hash = chain_hash(tail.hash, record);
      const Status inserted = insert(record, hash);
      if (!inserted.ok()) return inserted;
      tail = {record.sequence, hash};
    }
    return set_tail(tail);
  }

  Status insert(const Record& record, const std::string& hash) {
    insert_->bind(1, static_cast<std::int64_t>(record.sequence));
    insert_->bind(2, record.at.time_since_epoch().count());
    insert_->bind(3, record.stream);
    insert_->bind(4, record.kind);
    insert_->bind(5, record.body);
    insert_->bind(6, hash);
    return run_once(*insert_);
  }

  Status set_tail(const Tail& tail) {
    set_tail_->bind(1, static_cast<std::int64_t>(tail.count));
    set_tail_->bind(2, tail.hash);
    return run_once(*set_tail_);
  }

  static Status run_once(Statement& statement) {
    const auto done = statement.step();
    statement.reset();
    if (!done.ok()) return done.error();
    return base::success();
  }

  const std::string path_;
  const FileLock lock_;
  Database database_;
  std::optional<Statement> insert_;
  std::optional<Statement> set_tail_;
  Tail tail_;
  std::optional<Error> broken_;  ///< Of the append that failed: none may follow.
};

}  // namespace

base::Result<std::unique_ptr<ports::Journal>> open_sqlite_journal(const std::string& path,
                                                                  base::Duration patience) {
  auto lock = FileLock::take(path + ".lock", patience);
  if (!lock.ok()) return lock.error();
  auto database = open_journal_file(path);
  if (!database.ok()) return database.error();
  auto journal =
      std::make_unique<SqliteJournal>(path, std::move(lock).value(), std::move(database).value());
  const Status opened = journal->open();
  if (!opened.ok()) return opened.error();
  return std::unique_ptr<ports::Journal>{std::move(journal)};
}

}  // namespace rollmill::store
