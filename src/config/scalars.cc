#include "config/scalars.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "rollmill/base/address.h"
#include "rollmill/base/nearest.h"
#include "rollmill/base/time.h"

namespace rollmill::config {
namespace {

using nlohmann::json;
using Wrong = std::optional<std::string>;

Wrong check_count(const json& value, const Field& field) {
  if (!value.is_number_integer()) return wrong_kind(value, "a whole number");
  const bool huge = value.is_number_unsigned() &&
                    value.get<std::uint64_t>() > static_cast<std::uint64_t>(field.most);
  if (!huge && value.get<std::int64_t>() >= field.least &&
      value.get<std::int64_t>() <= field.most) {
    return std::nullopt;
  }
  return "must be from " + std::to_string(field.least) + " to " + std::to_string(field.most) +
         ", and is " + value.dump();
}

Wrong check_duration(const std::string& text) {
  if (base::parse_duration(text)) return std::nullopt;
  return "\"" + text +
         "\" is not a duration; write a whole number and a unit: \"250ms\", \"10s\", "
         "\"5m\", \"2h\" or \"7d\"";
}

Wrong check_choice(const std::string& text, const Field& field) {
  if (std::find(field.choices.begin(), field.choices.end(), text) != field.choices.end()) {
    return std::nullopt;
  }
  return "\"" + text + "\" is not one of " + join_words(field.choices) +
         base::did_you_mean(text, field.choices);
}

Wrong check_address(const std::string& text) {
  if (text.empty() || base::parse_address(text)) return std::nullopt;
  return "\"" + text + "\" is not an address; write host:port, such as \"10.0.0.1:7443\"";
}

Wrong check_url(const std::string& text) {
  constexpr std::string_view kScheme = "http://";
  if (text.empty()) return std::nullopt;
  if (text.starts_with("https://")) {
    return "\"" + text +
           "\": https is not supported here; give the plain http:// address that "
           "stands behind the TLS terminator";
  }
  const std::string rest = text.starts_with(kScheme) ? text.substr(kScheme.size()) : "";
  const std::size_t slash = rest.find('/');
  const std::string authority = rest.substr(0, slash);
  const bool path = slash != std::string::npos && slash + 1 != rest.size();
  const bool named = !authority.empty() && authority.find_first_of(" ?#@") == std::string::npos;
  if (named && !path) return std::nullopt;
  return "\"" + text + "\" is not a URL of an API; write http://host:port without a path";
}

Wrong check_path(json& value, const Field& field, const std::string& folder) {
  std::filesystem::path path = value.get<std::string>();
  if (path.empty()) return std::nullopt;
  if (path.is_relative() && !folder.empty()) path = std::filesystem::path(folder) / path;
  value = path.lexically_normal().string();
  std::error_code ignored;
  if (field.kind == Kind::ExistingPath && !std::filesystem::exists(path, ignored)) {
    return "\"" + value.get<std::string>() + "\" does not exist; make it or correct the path";
  }
  return std::nullopt;
}

Wrong check_text(json& value, const Field& field, const std::string& folder) {
  const auto text = value.get<std::string>();
  switch (field.kind) {
    case Kind::Path:
    case Kind::ExistingPath:
      return check_path(value, field, folder);
    case Kind::Address:
      return check_address(text);
    case Kind::Endpoint:
      return base::parse_address(text) ? std::nullopt : check_path(value, field, folder);
    case Kind::Url:
      return check_url(text);
    case Kind::Time:
      return check_duration(text);
    case Kind::Choice:
      return check_choice(text, field);
    case Kind::Text:
    case Kind::Boolean:
    case Kind::Count:
    case Kind::Words:
    case Kind::Command:
    case Kind::Urls:
    case Kind::TextMap:
    case Kind::Object:
    case Kind::ObjectMap:
    case Kind::Objects:
    case Kind::Named:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string wanted_text(const Field& field) {
  if (field.kind == Kind::Time) return "a duration in quotes, such as \"10s\"";
  if (field.kind == Kind::Choice) return join_words(field.choices);
  return "a text in quotes";
}

}  // namespace

Wrong check_scalar(json& value, const Field& field, const std::string& folder) {
  if (field.kind == Kind::Count) return check_count(value, field);
  if (field.kind == Kind::Boolean) {
    return value.is_boolean() ? std::nullopt : Wrong(wrong_kind(value, "true or false"));
  }
  if (!value.is_string()) return wrong_kind(value, wanted_text(field));
  if (field.required && value.get<std::string>().empty()) return "must not be empty: " + field.doc;
  return check_text(value, field, folder);
}

std::string wrong_kind(const json& value, const std::string& wanted) {
  constexpr std::size_t kShown = 40;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return "must be " + wanted + ", and is " + text;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "\"" + words[i] + "\"";
  }
  return text;
}

}  // namespace rollmill::config
