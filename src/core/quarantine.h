#pragma once

#include <string>

#include "rollmill/core/upgrade.h"

namespace rollmill::core {

/// "api2, which is in quarantine"; empty when no host is. Nobody knows of which release it is.
std::string name_quarantined(const Upgrade& upgrade);

}  // namespace rollmill::core
