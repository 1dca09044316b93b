#include "config/validate.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/scalars.h"
#include "rollmill/base/nearest.h"

namespace rollmill::config {
namespace {

using nlohmann::json;

class Validator {
 public:
  Validator(const std::string& folder, Problems& problems) : folder_(folder), problems_(problems) {}

  void object(json& value, const Table& table, const std::string& pointer) {
    if (!value.is_object()) {
      problems_.add(pointer, wrong_kind(value, "an object: {...}"));
      value = json::object();
    }
    refuse_unknown(value, table, pointer);
    const std::string driver = driver_of(value, table);
    for (const Field& field : table.fields) one_key(value, field, driver, pointer);
  }

 private:
  void refuse_unknown(const json& value, const Table& table, const std::string& pointer) {
    std::vector<std::string> names;
    for (const Field& field : table.fields) names.push_back(field.name);
    for (const auto& [key, unused] : value.items()) {
      if (std::find(names.begin(), names.end(), key) != names.end()) continue;
      std::string text = "key \"" + key + "\" is not known" + base::did_you_mean(key, names);
      if (!base::nearest(key, names)) text += "; known here: " + join_words(names);
      problems_.add(join_pointer(pointer, key), text);
    }
  }

  static std::string driver_of(const json& value, const Table& table) {
    for (const Field& field : table.fields) {
      if (field.name != "driver") continue;
      const auto found = value.find("driver");
      if (found != value.end() && found->is_string()) return found->get<std::string>();
      return field.fallback.empty() ? "" : json::parse(field.fallback).get<std::string>();
    }
    return "";
  }

  void one_key(json& parent, const Field& field, const std::string& driver,
               const std::string& pointer) {
    const bool belongs =
        field.drivers.empty() ||
        std::find(field.drivers.begin(), field.drivers.end(), driver) != field.drivers.end();
    const std::string place = join_pointer(pointer, field.name);
    if (parent.contains(field.name)) {
      if (!belongs && !driver.empty()) {
        problems_.add(place, "belongs to driver " + join_words(field.drivers) +
                                 ", but the driver here is \"" + driver +
                                 "\"; take the key out or change the driver");
      }
    } else if (field.required && belongs) {
      problems_.add(place, "key \"" + field.name + "\" is missing; add it: " + field.doc);
      parent[field.name] = neutral(field);
    } else if (field.fallback.empty() || !belongs) {
      return;
    } else {
      parent[field.name] = json::parse(field.fallback);
    }
    check(parent[field.name], field, place);
  }

  void check(json& value, const Field& field, const std::string& pointer) {
    switch (field.kind) {
      case Kind::Object:
        return object(value, *field.table, pointer);
      case Kind::ObjectMap:
        return map(value, field, pointer);
      case Kind::Objects:
      case Kind::Named:
        return list(value, field, pointer);
      case Kind::Words:
      case Kind::Command:
      case Kind::Urls:
      case Kind::TextMap:
        return texts(value, field, pointer);
      case Kind::Text:
      case Kind::Path:
      case Kind::ExistingPath:
      case Kind::Address:
      case Kind::Endpoint:
      case Kind::Url:
      case Kind::Boolean:
      case Kind::Count:
      case Kind::Time:
      case Kind::Choice:
        return scalar(value, field, pointer);
    }
  }

  void scalar(json& value, const Field& field, const std::string& pointer) {
    if (auto wrong = check_scalar(value, field, folder_)) {
      problems_.add(pointer, std::move(*wrong));
      value = neutral(field);
    }
  }

  void map(json& value, const Field& field, const std::string& pointer) {
    if (!value.is_object()) {
      problems_.add(pointer, wrong_kind(value, "an object of objects: {\"name\": {...}}"));
      value = json::object();
    }
    for (auto& [key, entry] : value.items()) {
      object(entry, *field.table, join_pointer(pointer, key));
    }
  }

  void list(json& value, const Field& field, const std::string& pointer) {
    if (!value.is_array()) {
      problems_.add(pointer, wrong_kind(value, "a list: [...]"));
      value = json::array();
    }
    std::size_t index = 0;
    for (json& entry : value) {
      if (field.kind == Kind::Named && entry.is_string()) entry = json{{"name", entry}};
      object(entry, *field.table, join_pointer(pointer, index++));
    }
  }

  void texts(json& value, const Field& field, const std::string& pointer) {
    const bool keyed = field.kind == Kind::TextMap;
    if (keyed ? !value.is_object() : !value.is_array()) {
      problems_.add(pointer, wrong_kind(value, keyed ? "an object of texts: {\"name\": \"...\"}"
                                                     : "a list of texts: [\"...\"]"));
      value = keyed ? json::object() : json::array();
    }
    const Field entry_field{.name = field.name,
                            .kind = field.kind == Kind::Urls ? Kind::Url : Kind::Text};
    std::size_t index = 0;
    for (auto& [key, entry] : value.items()) {
      scalar(entry, entry_field,
             keyed ? join_pointer(pointer, key) : join_pointer(pointer, index++));
    }
    if (field.kind == Kind::Command) absolute_program(value, pointer);
  }

  void absolute_program(const json& words, const std::string& pointer) {
    if (words.empty() || words.front().get_ref<const std::string&>().starts_with('/')) return;
    problems_.add(join_pointer(pointer, 0),
                  words.front().dump() +
                      " is not the absolute path of a program; no shell and no "
                      "PATH stand between the agent and the program");
  }

  /// A harmless value of the right type, so that reading can go on and find more problems.
  static json neutral(const Field& field) {
    if (!field.fallback.empty()) return json::parse(field.fallback);
    switch (field.kind) {
      case Kind::Boolean:
        return false;
      case Kind::Count:
        return field.least;
      case Kind::Time:
        return "0s";
      case Kind::Choice:
        return field.choices.front();
      case Kind::Object:
      case Kind::ObjectMap:
      case Kind::TextMap:
        return json::object();
      case Kind::Objects:
      case Kind::Named:
      case Kind::Words:
      case Kind::Command:
      case Kind::Urls:
        return json::array();
      case Kind::Text:
      case Kind::Path:
      case Kind::ExistingPath:
      case Kind::Address:
      case Kind::Endpoint:
      case Kind::Url:
        return "";
    }
    return nullptr;
  }

  const std::string& folder_;
  Problems& problems_;
};

}  // namespace

void validate(json& value, const Table& table, const std::string& folder, Problems& problems) {
  Validator(folder, problems).object(value, table, "");
}

}  // namespace rollmill::config
