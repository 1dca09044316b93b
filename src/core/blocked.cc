#include "rollmill/core/blocked.h"

#include <algorithm>

#include "core/blocked_tables.h"

namespace rollmill::core {

const std::vector<BlockedInfo>& blocked_catalogue() {
  static const std::vector<BlockedInfo> all = [] {
    std::vector<BlockedInfo> codes = engine_codes();
    codes.insert(codes.end(), agent_codes().begin(), agent_codes().end());
    return codes;
  }();
  return all;
}

const BlockedInfo* find_blocked(const std::string& code) {
  const auto& all = blocked_catalogue();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const BlockedInfo& info) { return code == info.code; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace rollmill::core
