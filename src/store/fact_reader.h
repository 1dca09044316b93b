#pragma once

#include <functional>
#include <string>

#include "rollmill/ports/journal.h"
#include "store/sqlite.h"

namespace rollmill::store {

/// How many facts a file holds, and the hash of the last one.
struct Tail {
  base::Sequence count = 0;
  std::string hash;
  bool operator==(const Tail&) const = default;
};

/// Reads the facts of an open file and checks the chain of their hashes. The database outlives it.
class FactReader {
 public:
  explicit FactReader(const Database& database) : database_(database) {}

  /// As ports::Journal::read.
  base::Status read(base::Sequence after, const std::string& stream,
                    const std::function<bool(const ports::Record&)>& visit) const;
  /// What the last append wrote beside its facts.
  base::Result<Tail> stored_tail() const;
  /// The whole chain, against the stored tail: a tail that was cut off is seen, too.
  base::Status check_chain(const Tail& tail) const;

 private:
  base::Status check_row(const Statement& row, const ports::Record& record) const;

  const Database& database_;
};

}  // namespace rollmill::store
