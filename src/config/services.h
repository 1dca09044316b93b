#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/problems.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/profile.h"

namespace rollmill::config {

/// Reads a validated list of services at `pointer`: gives each its role, refuses unknown roles and
/// names that stand twice.
std::vector<core::Service> read_services(const nlohmann::json& list, const core::Profile& profile,
                                         const std::string& pointer, Problems& problems);

}  // namespace rollmill::config
