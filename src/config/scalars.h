#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "config/table.h"

namespace rollmill::config {

/// What is wrong with a single value, or nothing. A path is made absolute, or relative to the
/// working directory, by way of `folder`.
std::optional<std::string> check_scalar(nlohmann::json& value, const Field& field,
                                        const std::string& folder);

/// `must be WANTED, and is a number: 5`.
std::string wrong_kind(const nlohmann::json& value, const std::string& wanted);

/// `"a", "b" or "c"`.
std::string join_words(const std::vector<std::string>& words);

struct HostPort {
  std::string host;
  int port = 0;
};
/// "10.0.0.1:80", "[::1]:80", "name:80".
std::optional<HostPort> parse_address(const std::string& text);
/// 127.0.0.0/8, ::1 and "localhost".
bool is_loopback(const std::string& host);

}  // namespace rollmill::config
