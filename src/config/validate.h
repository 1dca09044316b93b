#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "config/problems.h"
#include "config/table.h"

namespace rollmill::config {

/// Holds `value` against its table: unknown keys, missing keys, wrong types, values out of range.
/// Afterwards `value` can be read without fear: defaults are filled in, a bare text of a Named
/// list is an object, paths are absolute or relative to the working directory, and what was wrong
/// has been replaced by its default (each with a problem in `problems`).
/// `folder` is that of the file, for relative paths.
void validate(nlohmann::json& value, const Table& table, const std::string& folder,
              Problems& problems);

}  // namespace rollmill::config
