#include "config/values.h"

#include <nlohmann/json.hpp>

#include "rollmill/base/check.h"

namespace rollmill::config {

using nlohmann::json;

std::string text(const json& object, const char* key) { return object.at(key).get<std::string>(); }

bool boolean(const json& object, const char* key) { return object.at(key).get<bool>(); }

std::uint32_t count(const json& object, const char* key) {
  return object.at(key).get<std::uint32_t>();
}

base::Duration duration(const json& object, const char* key) {
  const auto value = base::parse_duration(text(object, key));
  ROLLMILL_CHECK(value.has_value());
  return *value;
}

std::vector<std::string> words(const json& object, const char* key) {
  return object.at(key).get<std::vector<std::string>>();
}

std::string text_or_empty(const json& object, const char* key) {
  return object.contains(key) ? text(object, key) : "";
}

std::vector<std::string> words_or_empty(const json& object, const char* key) {
  return object.contains(key) ? words(object, key) : std::vector<std::string>{};
}

base::Duration duration_or_zero(const json& object, const char* key) {
  return object.contains(key) ? duration(object, key) : base::Duration{0};
}

}  // namespace rollmill::config
