#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/core/task_fact.h"
#include "rollmill/ports/journal.h"

namespace rollmill::ports {

/// A fact of the agent as its journal stores it.
struct EncodedTaskFact {
  std::string kind;  ///< "TaskEnded"
  std::string body;  ///< JSON text.
  bool operator==(const EncodedTaskFact&) const = default;
};

/// Turns the agent's facts into stored text and back (docs/formats/journal.md). Pure: no state,
/// same input, same text. THREAD: any.
class TaskCodec {
 public:
  virtual ~TaskCodec() = default;
  virtual EncodedTaskFact encode(const core::TaskFact& fact) const = 0;
  /// Fields that are missing get their default, unknown ones are ignored. DataLoss, naming the
  /// kind and the sequence, for an unknown kind or a body that does not hold what it should.
  virtual base::Result<core::TaskFact> decode(const Record& record) const = 0;
};

}  // namespace rollmill::ports
