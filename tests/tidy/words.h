#pragma once

#include <vector>

#include "tidy/source.h"

namespace rollmill::tidy {

/// Core is pure: no clock, thread, lock, environment, chance, file, JSON, log or network in its
/// code.
Findings check_core_words(const SourceFile& file);
/// A switch in core names every enumerator: a new one must break the build, not slip through.
Findings check_core_defaults(const SourceFile& file);
/// Left-over notes, switched-off tests and paths of one machine, in any text file.
Findings check_tree_words(const SourceFile& file);
/// Each .cc file stands in a CMakeLists.txt of its folder or above: a forgotten test never fails.
Findings check_listed(const std::vector<SourceFile>& tree);

}  // namespace rollmill::tidy
