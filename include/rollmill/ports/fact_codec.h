#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/core/fact.h"
#include "rollmill/core/plan.h"
#include "rollmill/ports/journal.h"

namespace rollmill::ports {

/// A fact as a journal stores it; the time of the fact is the record's own.
struct EncodedFact {
  std::string kind;  ///< "StepSucceeded"
  std::string body;  ///< JSON text.
  bool operator==(const EncodedFact&) const = default;
};

/// Turns facts into stored text and back, so that loops need not know the format
/// (docs/formats/journal.md). Pure: no state, same input, same text. THREAD: any.
class FactCodec {
 public:
  virtual ~FactCodec() = default;

  virtual EncodedFact encode(const core::Fact& fact) const = 0;
  /// Fields that are missing get their default, unknown ones are ignored. DataLoss, naming the
  /// kind and the sequence, for an unknown kind or a body that does not hold what it should.
  virtual base::Result<core::Fact> decode(const Record& record) const = 0;

  /// A plan that was shown to somebody, so that a restart can still say what has changed since.
  virtual std::string encode_plan(const core::Plan& plan) const = 0;
  virtual base::Result<core::Plan> decode_plan(const std::string& text) const = 0;
};

}  // namespace rollmill::ports
