#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rollmill::config {

/// A key that an object holds twice; a JSON parser keeps one of them in silence.
struct DuplicateKey {
  std::string pointer;
  std::size_t first_line = 0;
  std::size_t line = 0;
};

/// Where each value of a JSON text stands.
struct Locations {
  std::map<std::string, std::size_t> lines;  ///< JSON pointer -> line of its key or value, from 1.
  std::vector<DuplicateKey> duplicates;
  bool too_deep = false;  ///< Nested deeper than 32; the rest was not looked at.
};

/// Finds the line of every value. `text` must be valid JSON, comments allowed; of other text
/// the answer is of no use, but it ends.
Locations locate(std::string_view text);

/// The line of `pointer`, or of the nearest place above it that the text holds.
std::size_t line_of(const Locations& locations, std::string pointer);

}  // namespace rollmill::config
