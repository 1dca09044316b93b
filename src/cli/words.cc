#include "cli/words.h"

#include <charconv>
#include <system_error>

#include "rollmill/base/time.h"

namespace rollmill::cli {

std::string check_duration(const std::string& text) {
  if (base::parse_duration(text)) return "";
  return "\"" + text + "\" is not a duration; write 30s, 5m or 2h";
}

std::string check_wait(const std::string& text) {
  if (text.starts_with("phase=") || text.starts_with("state=")) return "";
  return "\"" + text + "\" is nothing to wait for; write phase=NAME or state=NAME";
}

std::string check_format(const std::string& text) {
  if (text == "table" || text == "json" || text == "jsonl") return "";
  return "\"" + text + "\" is not a format; write table, json or jsonl";
}

std::optional<std::uint32_t> parse_step(const std::string& text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::string check_step(const std::string& text) {
  if (parse_step(text)) return "";
  return "\"" + text +
         "\" is not the number of a step; `rollmill upgrade report -o json` lists them";
}

}  // namespace rollmill::cli
