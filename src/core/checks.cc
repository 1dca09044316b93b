#include "rollmill/core/checks.h"

#include <algorithm>

namespace rollmill::core {

const CheckInfo* find_check(const std::string& id) {
  const auto& all = check_catalogue();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const CheckInfo& info) { return id == info.id; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace rollmill::core
