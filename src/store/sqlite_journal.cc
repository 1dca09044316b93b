#include "store/sqlite_journal.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "store/chain.h"
#include "store/fact_reader.h"
#include "store/file_lock.h"
#include "store/journal_file.h"
#include "store/migrations.h"

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Sequence;
using base::Status;
using ports::Record;

constexpr std::size_t kMaxBody = std::size_t{64} << 20U;

constexpr const char* kInsert = "INSERT INTO facts VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr const char* kSetTail =
    "UPDATE meta SET value = CASE key WHEN 'facts' THEN ?1 ELSE ?2 END"
    " WHERE key IN ('facts', 'last_hash')";

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

  /// Prepares what appends need and checks the whole chain.
  Status open() {
    auto insert = database_.prepare(kInsert);
    if (!insert.ok()) return insert.error();
    insert_.emplace(std::move(insert).value());
    auto set_tail = database_.prepare(kSetTail);
    if (!set_tail.ok()) return set_tail.error();
    set_tail_.emplace(std::move(set_tail).value());
    auto tail = facts_.stored_tail();
    if (!tail.ok()) return tail.error();
    tail_ = *tail;
    return facts_.check_chain(tail_);
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
    return facts_.read(after, stream, visit);
  }

 private:
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
    const auto stored = facts_.stored_tail();
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
  const FactReader facts_{database_};
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

base::Result<JournalSummary> verify_sqlite_journal(const std::string& path) {
  auto database = open_for_reading(path);
  if (!database.ok()) return database.error();
  // One snapshot: somebody may be appending.
  const Status begun = database->run("BEGIN");
  if (!begun.ok()) return begun.error();
  const auto version = schema_version(*database);
  if (!version.ok()) return version.error();
  const FactReader facts{*database};
  const auto tail = facts.stored_tail();
  if (!tail.ok()) return tail.error();
  const Status holds = facts.check_chain(*tail);
  if (!holds.ok()) return holds.error();
  return JournalSummary{*version, tail->count, tail->hash};
}

}  // namespace rollmill::store
