#include "store/fact_reader.h"

#include "store/chain.h"

namespace rollmill::store {
namespace {

using base::Error;
using base::ErrorCode;
using base::Sequence;
using base::Status;
using ports::Record;

/// One row and the hash of the row before it (empty: there is none).
constexpr const char* kRows =
    "SELECT f.seq, f.at, f.stream, f.kind, f.body, f.hash, ifnull(p.hash, '')"
    " FROM facts f LEFT JOIN facts p ON p.seq = f.seq - 1 WHERE f.seq > ?1";
constexpr const char* kTail =
    "SELECT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'facts'),"
    " (SELECT value FROM meta WHERE key = 'last_hash')";

Error damage(const std::string& path, Sequence sequence, const std::string& what) {
  return {ErrorCode::DataLoss, path + " is damaged at fact " + std::to_string(sequence) + ": " +
                                   what + ". Keep a copy of the file and put back the last backup"};
}

Record record_of(const Statement& row) {
  return {static_cast<Sequence>(row.number(0)), base::TimePoint{base::Duration{row.number(1)}},
          row.text(2), row.text(3), row.text(4)};
}

}  // namespace

Status FactReader::read(Sequence after, const std::string& stream,
                        const std::function<bool(const Record&)>& visit) const {
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
      return damage(database_.path(), expected - 1, "it is missing");
    }
    const Status chained = check_row(*rows, record);
    if (!chained.ok()) return chained;
    if (!visit(record)) return base::success();
  }
}

Status FactReader::check_row(const Statement& row, const Record& record) const {
  const std::string before = record.sequence == 1 ? chain_start() : row.text(6);
  if (before.empty()) return damage(database_.path(), record.sequence - 1, "it is missing");
  if (chain_hash(before, record) != row.text(5)) {
    return damage(database_.path(), record.sequence, "it is not what was written");
  }
  return base::success();
}

Status FactReader::check_chain(const Tail& tail) const {
  Sequence last = 0;
  const Status read_all = read(0, "", [&](const Record& record) {
    last = record.sequence;
    return true;
  });
  if (!read_all.ok()) return read_all;
  if (last < tail.count) return damage(database_.path(), last + 1, "it is missing");
  const auto hash = last == 0
                        ? base::Result<std::string>{chain_start()}
                        : database_.text("SELECT hash FROM facts ORDER BY seq DESC LIMIT 1");
  if (!hash.ok()) return hash.error();
  if (last > tail.count || *hash != tail.hash) {
    return damage(database_.path(), tail.count + 1, "facts and their recorded number do not agree");
  }
  return base::success();
}

base::Result<Tail> FactReader::stored_tail() const {
  auto row = database_.prepare(kTail);
  if (!row.ok()) return row.error();
  const auto found = row->step();
  if (!found.ok()) return found.error();
  return Tail{static_cast<Sequence>(row->number(0)), row->text(1)};
}

}  // namespace rollmill::store
