#pragma once

#include <compare>
#include <optional>
#include <string>

namespace rollmill::core {

/// MAJOR.MINOR of a project's release, the form that Ironic accepts as a pin
/// (ironic/common/release_mappings.py; patch levels and most code names are not accepted).
struct ReleaseNumber {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ReleaseNumber&) const = default;
};

/// "35.0". Pure.
std::string to_string(const ReleaseNumber& number);
/// Accepts "35.0" and longer versions ("35.0.1-10", "1:39.0.0~rc1"): the first two numbers count.
/// Nothing when the text does not start so.
std::optional<ReleaseNumber> parse_release_number(const std::string& text);

}  // namespace rollmill::core
