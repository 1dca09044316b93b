#pragma once

#include <string>
#include <vector>

#include "cli/render/style.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"

namespace rollmill::cli {

/// @name Tables of the listing commands. Pure.
/// @{
std::vector<std::string> render_upgrades(const std::vector<core::UpgradeView>& views,
                                         const Style& style);
std::vector<std::string> render_hosts(const std::vector<ports::FleetHostView>& hosts,
                                      base::TimePoint now, const Style& style);
/// @}

}  // namespace rollmill::cli
