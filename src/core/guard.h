#pragma once

#include <optional>
#include <string>

#include "rollmill/core/upgrade.h"

namespace rollmill::core {

/// The last look before a task is sent, apart from everything that plans and schedules: which
/// promise (docs/promises.md) would this dispatch break? Nothing when none. Cost O(1).
std::optional<std::string> guard_dispatch(const Upgrade& upgrade, base::StepIndex step);

}  // namespace rollmill::core
