#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/problems.h"

namespace rollmill::config {

/// Names of the presets, as an agent file may say.
std::vector<std::string> preset_names();
/// The JSON text of a preset; nullptr for an unknown name.
const char* find_preset(const std::string& name);

/// Lays `file` over the preset it names: key by key, section by section; a section whose "driver"
/// the file changes takes nothing from the preset. Then puts the file's "variables" and `host`
/// into every text as `${name}`. An unknown preset and unset variables are problems.
void lay_over_preset(nlohmann::json& file, Problems& problems);

}  // namespace rollmill::config
