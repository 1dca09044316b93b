#pragma once

#include <optional>
#include <string>

namespace rollmill::base {

struct HostPort {
  std::string host;  ///< Without brackets.
  int port = 0;      ///< 0 to 65535; 0 means any free one where something listens.
};
/// "10.0.0.1:80", "[::1]:80", "name:80"; nothing for any other text.
std::optional<HostPort> parse_address(const std::string& text);

/// 127.0.0.0/8 in figures, ::1 and "localhost"; a name such as 127.example.org is somewhere else.
bool is_loopback(const std::string& host);

}  // namespace rollmill::base
