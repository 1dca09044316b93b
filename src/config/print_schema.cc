#include "config/print_schema.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "config/scalars.h"

namespace rollmill::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kDurationPattern = "^[0-9]+(ms|s|m|h|d)$";
constexpr const char* kUrlPattern = "^(http://[^/ ?#@]+/?)?$";
constexpr const char* kAddressPattern = "^([^ /]+:[0-9]{1,5})?$";

Json object_schema(const Table& table, bool with_required);

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json map_of(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}
Json text_like(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

Json value_schema(const Field& field, bool with_required) {
  switch (field.kind) {
    case Kind::Text:
    case Kind::Path:
    case Kind::ExistingPath:
    case Kind::Endpoint:
      return {{"type", "string"}};
    case Kind::Address:
      return text_like(kAddressPattern);
    case Kind::Url:
      return text_like(kUrlPattern);
    case Kind::Time:
      return text_like(kDurationPattern);
    case Kind::Choice:
      return {{"enum", field.choices}};
    case Kind::Boolean:
      return {{"type", "boolean"}};
    case Kind::Count:
      return {{"type", "integer"}, {"minimum", field.least}, {"maximum", field.most}};
    case Kind::Words:
    case Kind::Command:
      return list_of({{"type", "string"}});
    case Kind::Urls:
      return list_of(text_like(kUrlPattern));
    case Kind::TextMap:
      return map_of({{"type", "string"}});
    case Kind::Object:
      return object_schema(*field.table, with_required);
    case Kind::ObjectMap:
      return map_of(object_schema(*field.table, with_required));
    case Kind::Objects:
      return list_of(object_schema(*field.table, with_required));
    case Kind::Named:
      return list_of(
          {{"anyOf", Json::array({Json{{"type", "string"}}, object_schema(*field.table, true)})}});
  }
  return {};
}

bool has_driver(const Table& table) {
  for (const Field& field : table.fields) {
    if (field.name == "driver") return true;
  }
  return false;
}

Json object_schema(const Table& table, bool with_required) {
  Json properties = Json::object();
  Json required = Json::array();
  const bool asks = with_required && !has_driver(table);
  for (const Field& field : table.fields) {
    Json schema = {{"description", field.doc}};
    schema.update(value_schema(field, with_required));
    if (!field.fallback.empty()) schema["default"] = Json::parse(field.fallback);
    properties[field.name] = std::move(schema);
    const bool section = field.table != nullptr && has_driver(*field.table);
    if (asks && field.required && !section) required.push_back(field.name);
  }
  Json schema = {{"type", "object"}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["properties"] = std::move(properties);
  return schema;
}

const char* kind_text(Kind kind) {
  switch (kind) {
    case Kind::Text:
      return "text";
    case Kind::Path:
      return "path";
    case Kind::ExistingPath:
      return "path of a file that is there";
    case Kind::Address:
      return "host:port";
    case Kind::Endpoint:
      return "path or host:port";
    case Kind::Url:
      return "http URL";
    case Kind::Boolean:
      return "true or false";
    case Kind::Count:
      return "number";
    case Kind::Time:
      return "duration";
    case Kind::Choice:
      return "";
    case Kind::Words:
      return "list of texts";
    case Kind::Command:
      return "command (list of words)";
    case Kind::Urls:
      return "list of http URLs";
    case Kind::TextMap:
      return "object of texts";
    case Kind::Object:
      return "object";
    case Kind::ObjectMap:
      return "object of objects";
    case Kind::Objects:
      return "list of objects";
    case Kind::Named:
      return "list of texts or objects";
  }
  return "";
}

std::string value_text(const Field& field) {
  if (field.kind == Kind::Choice) return join_words(field.choices);
  if (field.kind != Kind::Count || field.most == Field{}.most) return kind_text(field.kind);
  return std::string(kind_text(field.kind)) + ", " + std::to_string(field.least) + " to " +
         std::to_string(field.most);
}

std::string row(const Field& field, const std::string& prefix) {
  std::string fallback = field.required ? "**required**" : "absent";
  if (!field.fallback.empty()) fallback = "`" + field.fallback + "`";
  std::string doc = field.doc;
  if (!field.drivers.empty()) doc += " Only for driver " + join_words(field.drivers) + ".";
  return "| `" + prefix + field.name + "` | " + value_text(field) + " | " + fallback + " | " + doc +
         " |\n";
}

void add_rows(std::string& text, const Table& table, const std::string& prefix) {
  for (const Field& field : table.fields) {
    text += row(field, prefix);
    if (field.table == nullptr) continue;
    const bool list = field.kind == Kind::Objects || field.kind == Kind::Named;
    const std::string below = field.kind == Kind::ObjectMap ? ".NAME." : list ? "[]." : ".";
    add_rows(text, *field.table, prefix + field.name + below);
  }
}

}  // namespace

std::string print_schema(const Table& table, const std::string& name) {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                 {"$id", "rollmill/" + name + ".schema.json"},
                 {"title", table.title}};
  schema.update(object_schema(table, true));
  return schema.dump(2) + "\n";
}

std::string print_reference(const Table& table) {
  std::string text = "| key | value | default | what it is for |\n| --- | --- | --- | --- |\n";
  add_rows(text, table, "");
  return text;
}

}  // namespace rollmill::config
