#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tidy/source.h"

namespace rollmill::tidy {

/// The anchors of a Markdown text: of its headings, as code forges make them, and of <a id="...">.
std::vector<std::string> anchors_of(std::string_view markdown);

/// Relative links of Markdown files whose file, or whose anchor in it, is not in the tree.
Findings check_links(const std::vector<SourceFile>& tree);

}  // namespace rollmill::tidy
