#pragma once

#include <string>
#include <vector>

#include "cli/render/style.h"
#include "rollmill/core/views.h"

namespace rollmill::cli {

/// What an upgrade did: phases with their times, hosts, what the prober counted by phase, pauses,
/// approvals, repeated steps, checks that warned or failed. `view` has its steps; `events` are
/// those of pauses and resumptions. Pure.
std::vector<std::string> render_report(const core::UpgradeView& view,
                                       const std::vector<core::EventView>& events,
                                       const Style& style);

/// Events that the report shows.
bool is_for_report(const core::EventView& event);

}  // namespace rollmill::cli
