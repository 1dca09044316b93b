#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// The words of a command line that mean something by themselves. A `check_` answers what is wrong
/// with the text, or nothing.
namespace rollmill::cli {

std::string check_duration(const std::string& text);  ///< "30s"
std::string check_wait(const std::string& text);      ///< "phase=gate", "state=PAUSED"
std::string check_format(const std::string& text);    ///< "table", "json", "jsonl"
std::string check_step(const std::string& text);      ///< "17"
/// Nothing for a text that is no number.
std::optional<std::uint32_t> parse_step(const std::string& text);

}  // namespace rollmill::cli
