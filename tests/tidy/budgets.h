#pragma once

#include <vector>

#include "tidy/source.h"

namespace rollmill::tidy {

inline constexpr int kColumns = 100;
inline constexpr int kFunctionLines = 70;
inline constexpr int kSourceLines = 400;
inline constexpr int kHeaderLines = 200;
inline constexpr int kTestLines = 500;
inline constexpr int kMedianFunctionLines = 8;
inline constexpr double kHeaderCommentShare = 0.4;

/// Lines wider than `kColumns` characters (not bytes). Applies to code, scripts and build files.
Findings check_columns(const SourceFile& file);
/// Files longer than their kind may be.
Findings check_file_length(const SourceFile& file);
/// C++ functions longer than `kFunctionLines`.
Findings check_function_length(const SourceFile& file);
/// The median length of all functions in these files must not pass `kMedianFunctionLines`.
Findings check_median_function(const std::vector<SourceFile>& files);
/// Headers taken together: at least `kHeaderCommentShare` of their lines hold a comment, since
/// headers are contracts. Blank lines and scaffolding (includes, namespaces, closing braces) are
/// not counted.
Findings check_header_comments(const std::vector<SourceFile>& headers);

}  // namespace rollmill::tidy
