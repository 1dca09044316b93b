#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace rollmill::cli {

/// What the place that is printed to can show.
struct Style {
  bool color = false;
  bool unicode = false;  ///< Otherwise everything printed is ASCII.
  int columns = 0;       ///< Lines are clipped to it; 0: never.
  int rows = 0;          ///< The live view keeps to it; 0: no limit.
};

enum class Paint { Plain, Bold, Dim, Green, Yellow, Red };

std::string paint(const Style& style, Paint paint, const std::string& text);

/// Blanks for control characters, with which a host or a person could repaint somebody's terminal.
std::string printable(const std::string& text);
/// Characters that `text` takes on the screen: UTF-8, ANSI colours count nothing.
std::size_t width(const std::string& text);
/// At most `columns` wide, with an ellipsis where something was cut; text without colours.
std::string clip(const Style& style, const std::string& text, std::size_t columns);
std::string pad(const std::string& text, std::size_t columns);

enum class Icon { Done, Active, Pending, Awaiting, Failed, Ellipsis, Arrow };
std::string icon(const Style& style, Icon icon);

/// Rows under a header, columns aligned; the last column is clipped to the style's width.
/// A colour of a row, when given, paints the cell in that column.
struct Grid {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t painted_column = 0;
  std::vector<Paint> paints;  ///< Of each row; empty: none.
};
std::vector<std::string> print_grid(const Style& style, const Grid& grid,
                                    const std::string& indent);

/// Breaks text at blanks into lines of at most `columns` (at least 20).
std::vector<std::string> wrap(const std::string& text, std::size_t columns);

}  // namespace rollmill::cli
