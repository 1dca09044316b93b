#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "rollmill/base/time.h"

/// Reading of validated objects: the key must be there and of that type (validate.h sees to it).
namespace rollmill::config {

std::string text(const nlohmann::json& object, const char* key);
bool boolean(const nlohmann::json& object, const char* key);
std::uint32_t count(const nlohmann::json& object, const char* key);
base::Duration duration(const nlohmann::json& object, const char* key);
std::vector<std::string> words(const nlohmann::json& object, const char* key);
/// Empty values for keys that may be absent: those of another driver.
std::string text_or_empty(const nlohmann::json& object, const char* key);
std::vector<std::string> words_or_empty(const nlohmann::json& object, const char* key);
base::Duration duration_or_zero(const nlohmann::json& object, const char* key);

}  // namespace rollmill::config
