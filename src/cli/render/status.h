#pragma once

#include <string>
#include <vector>

#include "cli/render/style.h"
#include "rollmill/core/views.h"

namespace rollmill::cli {

/// One screen of an upgrade: header, phase rail, a line per host, probe counters, budgets, what it
/// is blocked by and what to do about it. Pure; lines without line ends, none wider than the style.
std::vector<std::string> render_status(const core::UpgradeView& view, base::TimePoint now,
                                       const Style& style);

/// The block that says why nothing moves; empty when nothing is blocked.
std::vector<std::string> render_blocked(const core::UpgradeView& view, base::TimePoint now,
                                        const Style& style);

/// `TIME severity phase host text`, fields that are empty as "-"; stable.
std::string event_line(const core::EventView& event);

/// Does the upgrade turn round just now? Then its phases are still those of the way before.
bool is_turning(const core::UpgradeView& view);

/// Does the upgrade stand still until a person does something?
bool needs_person(const core::UpgradeView& view);

}  // namespace rollmill::cli
