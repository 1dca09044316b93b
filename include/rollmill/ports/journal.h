#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::ports {

/// One stored fact, encoded: the journal does not know what it means.
struct Record {
  base::Sequence sequence = 0;  ///< Given by `append`; 0 before.
  base::TimePoint at{};
  std::string stream;  ///< What it belongs to: "upgrades/u-7f3a", "plans/4c1d...".
  std::string kind;    ///< "StepSucceeded"
  std::string body;    ///< JSON text, at most 64 MiB.
  bool operator==(const Record&) const = default;
};

/// An append-only list of facts, the only truth of a process. One process at a time.
/// Every implementation passes the same contract tests (tests/store/journal_contract.h).
/// THREAD: loop.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Appends all records in one durable transaction: after success they survive `kill -9` and
  /// power loss; after a failure none of them is there. `expected_next` must be `next()`: another
  /// value means that somebody else has written, and gives Aborted.
  /// The caller must stop the process after any failure: its state may be ahead of the journal.
  virtual base::Status append(base::Sequence expected_next, const std::vector<Record>& records) = 0;

  /// The sequence the next record will get; 1 for an empty journal.
  virtual base::Sequence next() const = 0;

  /// Calls `visit` with each record after `after`, in order, of one stream or of all (empty).
  /// Ends early when `visit` returns false. DataLoss when the hash chain does not hold: the
  /// message names the first bad sequence.
  virtual base::Status read(base::Sequence after, const std::string& stream,
                            const std::function<bool(const Record&)>& visit) const = 0;
};

}  // namespace rollmill::ports
