#pragma once

#include <string>
#include <vector>

#include "support/script.h"

namespace rollmill::test {

/// Names of the scenario files of this folder, without their ending.
std::vector<std::string> scenario_names();
Script script_named(const std::string& name);
/// Writes the part behind the dashes anew.
void rewrite(const std::string& name, const std::string& output);

}  // namespace rollmill::test
