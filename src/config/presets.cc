#include "config/presets.h"

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/preset_texts.h"
#include "config/scalars.h"
#include "rollmill/base/nearest.h"

namespace rollmill::config {
namespace {

using nlohmann::json;
using Variables = std::map<std::string, std::string>;

std::array<std::pair<const char*, const char*>, 3> presets() {
  return {{{"ironic/debian-systemd", kDebianSystemdPreset},
           {"ironic/debian-sysv", kDebianSysvPreset},
           {"demo", kDemoPreset}}};
}

/// `upper` over `lower`, sections merged one level deep.
void merge(json& lower, const json& upper) {
  for (const auto& [key, value] : upper.items()) {
    const bool both = value.is_object() && lower.contains(key) && lower[key].is_object();
    const bool other_driver =
        both && value.contains("driver") && value["driver"] != lower[key].value("driver", json());
    if (both && !other_driver) {
      lower[key].update(value);
    } else {
      lower[key] = value;
    }
  }
}

json preset_of(const json& file, Problems& problems) {
  const auto named = file.find("preset");
  if (named == file.end() || !named->is_string() || *named == "") return json::object();
  const auto name = named->get<std::string>();
  if (const char* const text = find_preset(name)) return json::parse(text);
  problems.add("/preset", "\"" + name + "\" is not a preset; there are " +
                              join_words(preset_names()) +
                              base::did_you_mean(name, preset_names()));
  return json::object();
}

Variables variables_of(const json& file) {
  Variables variables;
  if (const auto host = file.find("host"); host != file.end() && host->is_string()) {
    variables["host"] = host->get<std::string>();
  }
  const auto given = file.find("variables");
  if (given == file.end() || !given->is_object()) return variables;
  for (const auto& [name, value] : given->items()) {
    if (value.is_string()) variables[name] = value.get<std::string>();
  }
  return variables;
}

std::vector<std::string> names_of(const Variables& variables) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : variables) names.push_back(name);
  return names;
}

void expand_text(json& value, const Variables& variables, const std::string& pointer,
                 Problems& problems) {
  auto text = value.get<std::string>();
  for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const std::size_t end = text.find('}', at);
    const std::string name = end == std::string::npos ? "" : text.substr(at + 2, end - at - 2);
    const auto found = variables.find(name);
    if (found == variables.end()) {
      problems.add(pointer, "variable \"${" + name + "}\" is not set" +
                                base::did_you_mean(name, names_of(variables)) +
                                "; add it to \"variables\" of this file");
      return;
    }
    text.replace(at, end + 1 - at, found->second);
    at += found->second.size();
  }
  value = text;
}

void expand(json& value, const Variables& variables, const std::string& pointer,
            Problems& problems) {
  if (value.is_string()) return expand_text(value, variables, pointer, problems);
  if (!value.is_structured()) return;
  std::size_t index = 0;
  const bool keyed = value.is_object();
  for (auto& [key, child] : value.items()) {
    const std::string place = keyed ? join_pointer(pointer, key) : join_pointer(pointer, index++);
    if (place != "/variables") expand(child, variables, place, problems);
  }
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : presets()) names.emplace_back(name);
  return names;
}

const char* find_preset(const std::string& name) {
  for (const auto& [candidate, text] : presets()) {
    if (name == candidate) return text;
  }
  return nullptr;
}

void lay_over_preset(json& file, Problems& problems) {
  if (!file.is_object()) return;
  json whole = preset_of(file, problems);
  merge(whole, file);
  expand(whole, variables_of(file), "", problems);
  file = std::move(whole);
}

}  // namespace rollmill::config
