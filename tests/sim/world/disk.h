#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rollmill/ports/fact_codec.h"
#include "rollmill/ports/journal.h"
#include "rollmill/ports/task_codec.h"
#include "sim/scheduler.h"

namespace rollmill::sim {

/// Facts of a whole run, kept as they are: a record's body is a place in this list, which costs far
/// less than text. Other runs use the real codecs. Shared by all lives of a controller.
class FactStore : public ports::FactCodec {
 public:
  ports::EncodedFact encode(const core::Fact& fact) const override;
  base::Result<core::Fact> decode(const ports::Record& record) const override;
  std::string encode_plan(const core::Plan& plan) const override;
  base::Result<core::Plan> decode_plan(const std::string& text) const override;
  /// Without a copy; the record must be one of this store's.
  const core::Fact& at(const ports::Record& record) const;

 private:
  mutable std::deque<core::Fact> facts_;
  mutable std::deque<core::Plan> plans_;
};

/// The same for the facts of agents.
class TaskFactStore : public ports::TaskCodec {
 public:
  ports::EncodedTaskFact encode(const core::TaskFact& fact) const override;
  base::Result<core::TaskFact> decode(const ports::Record& record) const override;
  const core::TaskFact& at(const ports::Record& record) const;

 private:
  mutable std::deque<core::TaskFact> facts_;
};

/// What a journal's file holds, whoever has it open.
struct Disk {
  std::vector<ports::Record> records;
};

/// What becomes of one append.
enum class AppendFate {
  Durable,
  KilledBefore,  ///< The process dies; nothing is stored.
  KilledAfter,   ///< The process dies; all is stored, and nothing was done about it.
  Refused,       ///< An error (no space, an I/O error); nothing is stored.
  RefusedLate,   ///< An error, and yet all is stored: a sync that failed after the write.
};
struct AppendOrder {
  AppendFate fate = AppendFate::Durable;
  base::Duration slow{};  ///< The disk takes so long; the loop stands meanwhile.
};

/// One process's journal on its disk. A transaction is there whole or not at all, as SQLite has it.
class DiskJournal : public ports::Journal {
 public:
  /// Decides the fate of an append before it happens. May be empty.
  using Decide = std::function<AppendOrder(const std::vector<ports::Record>&)>;
  /// Called with what has just become durable, before the writer goes on. May be empty.
  using Stored = std::function<void(const std::vector<ports::Record>&)>;
  /// Freezes the loop of the writer.
  using Stand = std::function<void(base::Duration)>;

  /// All outlive this.
  DiskJournal(std::shared_ptr<Disk> disk, Program& writer, Decide decide, Stored stored,
              Stand stand);

  base::Status append(base::Sequence expected_next,
                      const std::vector<ports::Record>& records) override;
  base::Sequence next() const override { return seen_ + 1; }
  base::Status read(base::Sequence after, const std::string& stream,
                    const std::function<bool(const ports::Record&)>& visit) const override;

  /// An append has failed: whatever its process does from here on breaks the contract.
  bool failed() const { return failed_; }

 private:
  base::Status fail(const char* why);
  void store(const std::vector<ports::Record>& records);

  const std::shared_ptr<Disk> disk_;
  Program& writer_;
  const Decide decide_;
  const Stored stored_;
  const Stand stand_;
  base::Sequence seen_;  ///< As far as this process has written or read.
  bool failed_ = false;
};

}  // namespace rollmill::sim
