#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/ports/journal.h"

namespace rollmill::test {

/// The journal's twin in memory: same contract, no disk. Can be told to fail, and can be cut short
/// to play a crash between two appends.
class MemoryJournal : public ports::Journal {
 public:
  MemoryJournal() = default;
  /// Starts with what another journal held after its first `count` records.
  MemoryJournal(const MemoryJournal& other, std::size_t count)
      : records_(other.records_.begin(),
                 other.records_.begin() + static_cast<std::ptrdiff_t>(count)) {}

  base::Status append(base::Sequence expected_next,
                      const std::vector<ports::Record>& records) override {
    if (appends_left_ && *appends_left_ == 0) {
      return base::Error{base::ErrorCode::Unavailable, "the journal was told to fail"};
    }
    if (expected_next != next()) {
      return base::Error{base::ErrorCode::Aborted,
                         "somebody else has written: the next record is " + std::to_string(next()) +
                             ", not " + std::to_string(expected_next)};
    }
    for (const ports::Record& record : records) {
      if (const auto bad = refusal(record)) return *bad;
    }
    for (ports::Record record : records) {
      record.sequence = next();
      records_.push_back(std::move(record));
    }
    append_ends_.push_back(records_.size());
    if (appends_left_) --*appends_left_;
    return base::success();
  }

  base::Sequence next() const override { return records_.size() + 1; }

  base::Status read(base::Sequence after, const std::string& stream,
                    const std::function<bool(const ports::Record&)>& visit) const override {
    for (const ports::Record& record : records_) {
      if (record.sequence <= after || (!stream.empty() && record.stream != stream)) continue;
      if (!visit(record)) break;
    }
    return base::success();
  }

  /// After `count` more appends, every append fails.
  void fail_after(std::size_t count) { appends_left_ = count; }

  const std::vector<ports::Record>& records() const { return records_; }
  /// Number of records after each append: where a crash can fall.
  const std::vector<std::size_t>& append_ends() const { return append_ends_; }

 private:
  static std::optional<base::Error> refusal(const ports::Record& record) {
    const auto invalid = [](const char* what) {
      return base::Error{base::ErrorCode::InvalidArgument, what};
    };
    if (record.kind.empty() || record.stream.empty()) {
      return invalid("a record needs a stream and a kind");
    }
    if ((record.kind + record.stream).find('\n') != std::string::npos) {
      return invalid("stream and kind of a record are one line each");
    }
    if (record.body.size() > kMaxBody) return invalid("a record's body may have 64 MiB at most");
    return std::nullopt;
  }

  static constexpr std::size_t kMaxBody = std::size_t{64} << 20U;

  std::vector<ports::Record> records_;
  std::vector<std::size_t> append_ends_;
  std::optional<std::size_t> appends_left_;
};

}  // namespace rollmill::test
