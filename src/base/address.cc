#include "rollmill/base/address.h"

#include <charconv>
#include <system_error>

namespace rollmill::base {

std::optional<HostPort> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  HostPort address{text.substr(0, colon), 0};
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find_first_of(":/ ") != std::string::npos) {
    return std::nullopt;
  }
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  const bool whole = error == std::errc{} && rest == end;
  if (!whole || address.port < 0 || address.port > 65535 || address.host.empty()) {
    return std::nullopt;
  }
  return address;
}

bool is_loopback(const std::string& host) {
  const bool figures = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "::1" || (figures && host.starts_with("127."));
}

}  // namespace rollmill::base
