#include "config/services.h"

#include <nlohmann/json.hpp>
#include <set>

#include "config/fleet_file.h"
#include "config/scalars.h"
#include "config/table.h"
#include "config/values.h"
#include "rollmill/base/nearest.h"

namespace rollmill::config {
namespace {

std::vector<std::string> role_names(const core::Profile& profile) {
  std::vector<std::string> names;
  for (const core::RoleInfo& role : profile.roles) names.push_back(role.role);
  return names;
}

std::string read_role(const nlohmann::json& entry, const core::Profile& profile,
                      const std::string& pointer, Problems& problems) {
  const std::string role = text(entry, "role");
  const std::string name = text(entry, "name");
  if (!role.empty()) {
    if (core::find_role(profile, role) == nullptr) {
      problems.add(join_pointer(pointer, "role"),
                   "role \"" + role + "\" is not in the profile \"" + profile.name +
                       "\"; it knows " + join_words(role_names(profile)) +
                       base::did_you_mean(role, role_names(profile)));
    }
    return role;
  }
  if (const auto found = role_of(name, profile.name)) return *found;
  std::vector<std::string> full = role_names(profile);
  for (std::string& known : full) known = profile.name + "-" + known;
  problems.add(pointer, "no role follows from the name \"" + name + "\"" +
                            base::did_you_mean(name, full) +
                            "; write {\"name\": ..., \"role\": ...} with one of " +
                            join_words(role_names(profile)));
  return "";
}

}  // namespace

const Table& service_table() {
  static const Table table{"A service of a host",
                           {{.name = "name",
                             .kind = Kind::Text,
                             .doc = "Unit or init script: \"ironic-conductor\".",
                             .required = true},
                            {.name = "role",
                             .kind = Kind::Text,
                             .doc = "A role of the profile; empty: it follows from the name.",
                             .fallback = "\"\""},
                            {.name = "domain",
                             .kind = Kind::Text,
                             .doc = "Failure domain; for conductors the conductor_group.",
                             .fallback = "\"\""}}};
  return table;
}

std::vector<core::Service> read_services(const nlohmann::json& list, const core::Profile& profile,
                                         const std::string& pointer, Problems& problems) {
  std::vector<core::Service> services;
  std::set<std::string> seen;
  for (const nlohmann::json& entry : list) {
    const std::string place = join_pointer(pointer, services.size());
    core::Service service{text(entry, "name"), read_role(entry, profile, place, problems),
                          text(entry, "domain")};
    if (!seen.insert(service.name).second) {
      problems.add(place, "service \"" + service.name +
                              "\" is there twice on this host; "
                              "take one out");
    }
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace rollmill::config
