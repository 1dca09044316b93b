#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "rollmill/base/result.h"

namespace rollmill::config {

/// One thing that is wrong in a file.
struct Problem {
  std::string pointer;  ///< JSON pointer, "" for the whole file.
  std::string text;     ///< "key "listn" is not known; did you mean "listen"?"
};

/// Everything that is wrong in one file, so that a person mends it in one go.
/// One thread; lives as long as the reading of one file.
class Problems {
 public:
  /// Keeps the first problem of a place: what follows from it would only confuse.
  void add(const std::string& pointer, std::string text);
  bool empty() const { return problems_.empty(); }
  /// Has this place, or one above it, a problem already?
  bool has(const std::string& pointer) const;

  /// `FILE:LINE: /pointer: text`, one a line in the order of the file, at most 20 and a count of
  /// the rest; InvalidArgument.
  base::Error to_error(const std::string& file,
                       const std::function<std::size_t(const std::string&)>& line_of) const;

 private:
  std::vector<Problem> problems_;
  std::set<std::string> places_;
};

/// "/hosts" + "a/b" -> "/hosts/a~1b" (RFC 6901).
std::string join_pointer(const std::string& parent, const std::string& key);
std::string join_pointer(const std::string& parent, std::size_t index);

}  // namespace rollmill::config
