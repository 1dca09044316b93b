#pragma once

#include <vector>

#include "rollmill/core/blocked.h"

namespace rollmill::core {

/// Codes that the engine itself raises.
const std::vector<BlockedInfo>& engine_codes();
/// Codes that agents raise from their checks and steps.
const std::vector<BlockedInfo>& agent_codes();

}  // namespace rollmill::core
