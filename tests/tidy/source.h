#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rollmill::tidy {

/// One file of the tree.
struct SourceFile {
  std::string path;  ///< Relative to the root, with '/'.
  std::string text;
};

/// One broken house rule. `line` counts from 1; 0 speaks of the whole file.
struct Finding {
  std::string path;
  int line = 0;
  std::string message;
  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

/// "path:line: message", one a line.
std::string print(const Findings& findings);

/// Every file below `root`, sorted by path; binary ones without their text. Build results, caches
/// and version control are left out.
std::vector<SourceFile> read_tree(const std::string& root);

bool starts_with(std::string_view text, std::string_view start);
bool ends_with(std::string_view text, std::string_view end);

/// .h and .cc below include, src and tests.
bool is_cpp(const SourceFile& file);
bool is_header(const SourceFile& file);
/// Python or shell, told by the name's ending or by the first line.
bool is_script(const SourceFile& file);

/// The lines of a text, without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

/// C++ text with comments, literals and preprocessor lines blanked; lines stay where they were.
std::string code_only(std::string_view text);
/// C++ text with everything blanked that is no comment; lines stay where they were.
std::string comments_only(std::string_view text);

struct Include {
  int line = 0;
  std::string path;
  bool quoted = false;  ///< "path"; else <path>.
};
std::vector<Include> includes_of(std::string_view text);

}  // namespace rollmill::tidy
