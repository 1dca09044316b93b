#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "config/common.h"
#include "config/problems.h"

namespace rollmill::config {

/// @name The parts that say how two processes meet, in a validated file
/// @{
std::optional<TlsConfig> read_tls(const nlohmann::json& file);
LogConfig read_log(const nlohmann::json& file);
/// Plain text is for loopback: `address_key` must be a loopback address, or there must be "tls", or
/// "insecure" must be true. Both of the last two contradict each other.
void check_secured(const nlohmann::json& file, const char* address_key, Problems& problems);
/// @}

}  // namespace rollmill::config
