#include "rollmill/core/release.h"

#include <charconv>

namespace rollmill::core {
namespace {

/// Reads digits at `at` and moves it behind them.
std::optional<int> read_number(const std::string& text, std::size_t& at) {
  int value = 0;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  at += static_cast<std::size_t>(end - begin);
  return value;
}

}  // namespace

std::string to_string(const ReleaseNumber& number) {
  return std::to_string(number.major) + "." + std::to_string(number.minor);
}

std::optional<ReleaseNumber> parse_release_number(const std::string& text) {
  std::size_t at = 0;
  const std::size_t epoch_colon = text.find(':');
  if (epoch_colon != std::string::npos) at = epoch_colon + 1;
  const std::optional<int> major = read_number(text, at);
  if (!major || at >= text.size() || text[at] != '.') return std::nullopt;
  ++at;
  const std::optional<int> minor = read_number(text, at);
  if (!minor) return std::nullopt;
  return ReleaseNumber{*major, *minor};
}

}  // namespace rollmill::core
