#include "cli/render/style.h"

#include <algorithm>

namespace rollmill::cli {
namespace {

const char* code_of(Paint paint) {
  switch (paint) {
    case Paint::Plain:
      return "";
    case Paint::Bold:
      return "\x1b[1m";
    case Paint::Dim:
      return "\x1b[2m";
    case Paint::Green:
      return "\x1b[32m";
    case Paint::Yellow:
      return "\x1b[33m";
    case Paint::Red:
      return "\x1b[31m";
  }
  return "";
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Bytes of the first `columns` characters.
std::size_t bytes_of(const std::string& text, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (continues_character(text[i])) continue;
    if (seen++ == columns) return i;
  }
  return text.size();
}

std::vector<std::size_t> widths_of(const Grid& grid) {
  std::vector<std::size_t> widths;
  for (const std::string& name : grid.header) widths.push_back(width(name));
  for (const auto& row : grid.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  return widths;
}

}  // namespace

std::string paint(const Style& style, Paint paint, const std::string& text) {
  if (!style.color || paint == Paint::Plain || text.empty()) return text;
  return code_of(paint) + text + "\x1b[0m";
}

std::string printable(const std::string& text) {
  std::string out = text;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = ' ';
  }
  return out;
}

std::size_t width(const std::string& text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if (!continues_character(text[i])) {
      ++count;
    }
  }
  return count;
}

std::string clip(const Style& style, const std::string& text, std::size_t columns) {
  const std::string clean = printable(text);
  if (width(clean) <= columns) return clean;
  const std::string mark = icon(style, Icon::Ellipsis);
  if (columns <= width(mark)) return clean.substr(0, bytes_of(clean, columns));
  return clean.substr(0, bytes_of(clean, columns - width(mark))) + mark;
}

std::string pad(const std::string& text, std::size_t columns) {
  const std::size_t have = width(text);
  return have >= columns ? text : text + std::string(columns - have, ' ');
}

std::string icon(const Style& style, Icon icon) {
  switch (icon) {
    case Icon::Done:
      return style.unicode ? "✓" : "+";
    case Icon::Active:
      return style.unicode ? "▶" : ">";
    case Icon::Pending:
      return style.unicode ? "·" : ".";
    case Icon::Awaiting:
      return style.unicode ? "⏸" : "?";
    case Icon::Failed:
      return style.unicode ? "✗" : "x";
    case Icon::Ellipsis:
      return style.unicode ? "…" : "..";
    case Icon::Arrow:
      return style.unicode ? "→" : "->";
  }
  return "";
}

std::vector<std::string> print_grid(const Style& style, const Grid& grid,
                                    const std::string& indent) {
  const std::vector<std::size_t> widths = widths_of(grid);
  const std::size_t last = widths.size() - 1;
  const auto line_of = [&](const std::vector<std::string>& row, std::size_t painted, Paint color) {
    std::string line = indent;
    std::size_t used = width(indent);
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string cell = printable(row[i]);
      if (style.columns > 0) {
        const auto columns = static_cast<std::size_t>(style.columns);
        cell = clip(style, cell, columns > used ? columns - used : 0);
      }
      const std::string padded = i == last ? cell : pad(cell, widths[i]) + "  ";
      used += width(padded);
      line += i == painted ? paint(style, color, padded) : padded;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  };
  std::vector<std::string> lines;
  std::string header = line_of(grid.header, grid.header.size(), Paint::Plain);
  lines.push_back(indent + paint(style, Paint::Dim, header.substr(indent.size())));
  for (std::size_t i = 0; i < grid.rows.size(); ++i) {
    const Paint color = i < grid.paints.size() ? grid.paints[i] : Paint::Plain;
    lines.push_back(line_of(grid.rows[i], grid.painted_column, color));
  }
  return lines;
}

std::vector<std::string> wrap(const std::string& text, std::size_t columns) {
  const std::size_t most = std::max<std::size_t>(columns, 20);
  std::vector<std::string> lines;
  std::string line;
  std::size_t at = 0;
  const std::string clean = printable(text);
  while (at < clean.size()) {
    const std::size_t end = std::min(clean.find(' ', at), clean.size());
    const std::string word = clean.substr(at, end - at);
    at = end + 1;
    if (!line.empty() && width(line) + 1 + width(word) > most) {
      lines.push_back(line);
      line.clear();
    }
    if (!word.empty()) line += (line.empty() ? "" : " ") + word;
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace rollmill::cli
