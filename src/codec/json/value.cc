#include "codec/json/value.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace rollmill::codec {
namespace {

using Json = nlohmann::json;

const Json& json(const void* node) { return *static_cast<const Json*>(node); }

}  // namespace

bool JsonValue::is_null() const { return json(node_).is_null(); }
bool JsonValue::is_object() const { return json(node_).is_object(); }
bool JsonValue::is_array() const { return json(node_).is_array(); }

std::optional<bool> JsonValue::boolean() const {
  if (!json(node_).is_boolean()) return std::nullopt;
  return json(node_).get<bool>();
}

std::optional<std::int64_t> JsonValue::integer() const {
  const Json& value = json(node_);
  if (!value.is_number_integer()) return std::nullopt;
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest) return std::nullopt;
  return value.get<std::int64_t>();
}

std::optional<std::uint64_t> JsonValue::unsigned_integer() const {
  if (!json(node_).is_number_unsigned()) return std::nullopt;
  return json(node_).get<std::uint64_t>();
}

std::optional<std::string> JsonValue::string() const {
  if (!json(node_).is_string()) return std::nullopt;
  return json(node_).get<std::string>();
}

std::optional<JsonValue> JsonValue::find(const std::string& name) const {
  const Json& value = json(node_);
  if (!value.is_object()) return std::nullopt;
  const auto found = value.find(name);
  if (found == value.end()) return std::nullopt;
  return JsonValue{&*found};
}

std::size_t JsonValue::size() const { return is_object() || is_array() ? json(node_).size() : 0; }

JsonValue JsonValue::at(std::size_t index) const { return JsonValue{&json(node_).at(index)}; }

void JsonValue::for_each_member(
    const std::function<void(const std::string&, JsonValue)>& visit) const {
  if (!is_object()) return;
  for (const auto& [name, value] : json(node_).get_ref<const Json::object_t&>()) {
    visit(name, JsonValue{&value});
  }
}

base::Result<JsonDocument> JsonDocument::parse(std::string_view text) {
  try {
    return JsonDocument{std::make_shared<const Json>(Json::parse(text))};
  } catch (const Json::parse_error& error) {
    return base::Error{
        base::ErrorCode::InvalidArgument,
        "this is not JSON (byte " + std::to_string(error.byte) + "): check the text"};
  } catch (const Json::out_of_range&) {
    return base::Error{base::ErrorCode::InvalidArgument,
                       "this holds a number that is too large: check the text"};
  }
}

}  // namespace rollmill::codec
