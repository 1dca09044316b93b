#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/table.h"

namespace rollmill::config {

/// What is wrong with a single value, or nothing. A path is made absolute, or relative to the
/// working directory, by way of `folder`.
std::optional<std::string> check_scalar(nlohmann::json& value, const Field& field,
                                        const std::string& folder);

/// `must be WANTED, and is a number: 5`.
std::string wrong_kind(const nlohmann::json& value, const std::string& wanted);

/// `"a", "b" or "c"`.
std::string join_words(const std::vector<std::string>& words);

}  // namespace rollmill::config
