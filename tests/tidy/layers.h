#pragma once

#include <string>

#include "tidy/source.h"

namespace rollmill::tidy {

/// The layer that a file of include/rollmill or src belongs to ("core"); empty for other files.
std::string layer_of(const std::string& path);

/// Includes that the floor plan forbids: of a higher layer, of another adapter, of a loop, of a
/// third-party header below the adapters. Only files of include/rollmill and src are looked at.
Findings check_layers(const SourceFile& file);

}  // namespace rollmill::tidy
