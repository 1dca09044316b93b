#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "config/problems.h"
#include "rollmill/base/result.h"
#include "rollmill/core/policy.h"

namespace rollmill::config {

/// Reads a file that holds one policy. All that is wrong at once. THREAD: any.
base::Result<core::Policy> read_policy_file(const std::string& file);
base::Result<core::Policy> parse_policy(const std::string& text, const std::string& file);

/// The policy in a validated object at `pointer`; adds what contradicts itself to `problems`.
core::Policy read_policy(const nlohmann::json& value, const std::string& pointer,
                         Problems& problems);

}  // namespace rollmill::config
