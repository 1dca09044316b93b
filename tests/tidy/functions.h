#pragma once

#include <string_view>
#include <vector>

namespace rollmill::tidy {

/// Where one function body (or a lambda that is no part of one) stands, head included.
struct FunctionSpan {
  int first_line = 0;
  int last_line = 0;

  int length() const { return last_line - first_line + 1; }
  bool operator==(const FunctionSpan&) const = default;
};

/// All function bodies of a C++ text, in order. Told by braces: no compiler is asked, so it also
/// works on text that does not compile. Lambdas inside a function count as lines of it.
std::vector<FunctionSpan> functions_of(std::string_view text);

}  // namespace rollmill::tidy
