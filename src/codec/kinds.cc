#include "codec/kinds.h"

namespace rollmill::codec {

base::Error damaged(const ports::Record& record, const std::string& what) {
  return {base::ErrorCode::DataLoss, "fact " + std::to_string(record.sequence) + " of kind " +
                                         record.kind + " in the journal cannot be read: " + what};
}

}  // namespace rollmill::codec
