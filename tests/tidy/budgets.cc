#include "tidy/budgets.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "tidy/functions.h"

namespace rollmill::tidy {
namespace {

int count_characters(std::string_view line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // no continuation byte of UTF-8
  }));
}

bool has_column_limit(const SourceFile& file) {
  return is_cpp(file) || is_script(file) || ends_with(file.path, ".proto") ||
         ends_with(file.path, ".cmake") || ends_with(file.path, "CMakeLists.txt");
}

int length_limit(const SourceFile& file) {
  if (starts_with(file.path, "tests/")) return kTestLines;
  return is_header(file) ? kHeaderLines : kSourceLines;
}

/// Neither blank nor scaffolding that every header has.
bool says_something(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == line.npos) return false;
  line.remove_prefix(first);
  return !starts_with(line, "#") && !starts_with(line, "namespace ") && !starts_with(line, "}");
}

struct Share {
  int lines = 0;
  int comments = 0;  ///< Of `lines`, those that hold a comment.
};

void add_header(const SourceFile& header, Share& share) {
  const std::string comment_text = comments_only(header.text);
  const auto lines = lines_of(header.text);
  const auto comments = lines_of(comment_text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!says_something(lines[i])) continue;
    ++share.lines;
    if (says_something(comments[i])) ++share.comments;
  }
}

}  // namespace

Findings check_columns(const SourceFile& file) {
  Findings findings;
  if (!has_column_limit(file)) return findings;
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const int columns = count_characters(line);
    if (columns <= kColumns) continue;
    findings.push_back({file.path, number,
                        std::to_string(columns) + " columns; at most " + std::to_string(kColumns)});
  }
  return findings;
}

Findings check_file_length(const SourceFile& file) {
  if (!is_cpp(file) && !is_script(file)) return {};
  const int length = static_cast<int>(lines_of(file.text).size());
  const int limit = length_limit(file);
  if (length <= limit) return {};
  return {{file.path, length,
           std::to_string(length) + " lines; at most " + std::to_string(limit) +
               ": split the file by what its parts do"}};
}

Findings check_function_length(const SourceFile& file) {
  Findings findings;
  if (!is_cpp(file)) return findings;
  for (const FunctionSpan& span : functions_of(file.text)) {
    if (span.length() <= kFunctionLines) continue;
    findings.push_back({file.path, span.first_line,
                        "a function of " + std::to_string(span.length()) + " lines; at most " +
                            std::to_string(kFunctionLines)});
  }
  return findings;
}

Findings check_median_function(const std::vector<SourceFile>& files) {
  std::vector<int> lengths;
  for (const SourceFile& file : files) {
    for (const FunctionSpan& span : functions_of(file.text)) lengths.push_back(span.length());
  }
  if (lengths.empty()) return {};
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  if (*middle <= kMedianFunctionLines) return {};
  return {{"src", 0,
           "the median function has " + std::to_string(*middle) + " lines; at most " +
               std::to_string(kMedianFunctionLines)}};
}

Findings check_header_comments(const std::vector<SourceFile>& headers) {
  Share total;
  for (const SourceFile& header : headers) add_header(header, total);
  const double share = total.lines == 0 ? 1.0 : static_cast<double>(total.comments) / total.lines;
  if (share >= kHeaderCommentShare) return {};
  std::ostringstream message;
  message << std::fixed << std::setprecision(2) << share
          << " of the header lines hold a comment; at least " << kHeaderCommentShare;
  return {{"include/rollmill", 0, message.str()}};
}

}  // namespace rollmill::tidy
