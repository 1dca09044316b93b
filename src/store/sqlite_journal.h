#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/journal.h"

namespace rollmill::store {

/// Patience of a program that may be started while the one before it, killed, is still going: a
/// busy machine takes longer over that than over starting the next.
inline constexpr base::Duration kHandover = std::chrono::seconds{5};

/// Opens the journal in one SQLite file, or makes it; holds `<path>.lock` until destroyed. The
/// whole hash chain is read and checked. Errors, all with what to do, and the file left as it is:
/// FailedPrecondition: another process has it and keeps it for longer than `patience` (its pid is
/// named), it is of a newer rollmill, or it is not a journal at all. DataLoss: the chain does not
/// hold; the first bad sequence is named. Unavailable: it cannot be read or written.
/// A failed append makes every later one fail: the caller must stop the process. THREAD: loop.
base::Result<std::unique_ptr<ports::Journal>> open_sqlite_journal(const std::string& path,
                                                                  base::Duration patience);

struct JournalSummary {
  std::int64_t schema = 0;  ///< Version of the file's tables.
  base::Sequence facts = 0;
  std::string last_hash;
};

/// Reads a journal, changes nothing, and checks its whole chain; a program may be using it. Errors
/// as above. THREAD: any.
base::Result<JournalSummary> verify_sqlite_journal(const std::string& path);

}  // namespace rollmill::store
