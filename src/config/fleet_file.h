#pragma once

#include <optional>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/core/fleet.h"

namespace rollmill::config {

/// Reads the fleet file: hosts, their services, the one schema host. All that is wrong at once,
/// as `FILE:LINE: /pointer: text`. THREAD: any.
base::Result<core::Fleet> read_fleet(const std::string& file);
/// The same for a text that messages call `file`.
base::Result<core::Fleet> parse_fleet(const std::string& text, const std::string& file);

/// The role of a service by its name: "ironic-conductor" and "conductor" are conductors.
/// Nothing when no role of the profile is meant.
std::optional<std::string> role_of(const std::string& service, const std::string& profile);

}  // namespace rollmill::config
