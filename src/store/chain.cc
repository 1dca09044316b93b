#include "store/chain.h"

#include "rollmill/base/digest.h"

namespace rollmill::store {

const std::string& chain_start() {
  static const std::string kStart(64, '0');
  return kStart;
}

std::string chain_hash(const std::string& previous, const ports::Record& record) {
  // Stream and kind are one line each and the body comes last, so no two records give one text.
  std::string text = previous + "\n" + std::to_string(record.sequence) + "\n" +
                     std::to_string(record.at.time_since_epoch().count()) + "\n" + record.stream +
                     "\n" + record.kind + "\n";
  text += record.body;
  return base::sha256_hex(text);
}

}  // namespace rollmill::store
