#include "config/fleet_file.h"

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/document.h"
#include "config/services.h"
#include "config/table.h"
#include "config/validate.h"
#include "config/values.h"
#include "rollmill/core/profile.h"

namespace rollmill::config {
namespace {

const Table& host_table() {
  static const Table table{
      "A host of the fleet",
      {{.name = "name",
        .kind = Kind::Text,
        .doc = "Unique in the fleet; the \"host\" of its agent file.",
        .required = true},
       {.name = "services",
        .kind = Kind::Named,
        .doc = "Services of the project on this host: names, or objects.",
        .fallback = "[]",
        .table = &service_table()},
       {.name = "schema",
        .kind = Kind::Boolean,
        .doc = "Schema work (expand, contract) runs here; true on exactly one host.",
        .fallback = "false"}}};
  return table;
}

void add_host(core::Fleet& fleet, const nlohmann::json& entry, Problems& problems) {
  const std::string pointer = join_pointer("/hosts", fleet.hosts.size());
  core::Host host{{text(entry, "name")},
                  read_services(entry.at("services"), core::ironic_profile(),
                                join_pointer(pointer, "services"), problems),
                  boolean(entry, "schema")};
  if (host.services.empty() && !host.schema) {
    problems.add(pointer, "host \"" + host.name.text +
                              "\" has no service and is not the schema "
                              "host; give it \"services\" or take it out");
  }
  fleet.hosts.push_back(std::move(host));
}

/// Host names once only, and exactly one schema host.
void check_hosts(const core::Fleet& fleet, Problems& problems) {
  std::map<std::string, std::size_t> seen;
  std::string schema_host;
  bool schema_unclear = false;
  for (std::size_t i = 0; i < fleet.hosts.size(); ++i) {
    const core::Host& host = fleet.hosts[i];
    const std::string pointer = join_pointer("/hosts", i);
    const auto [first, is_new] = seen.emplace(host.name.text, i);
    if (!is_new) {
      problems.add(join_pointer(pointer, "name"),
                   "host \"" + host.name.text + "\" is there twice, first at " +
                       join_pointer("/hosts", first->second) + "; host names are unique");
    }
    schema_unclear |= problems.has(join_pointer(pointer, "schema"));
    if (!host.schema) continue;
    if (!schema_host.empty()) {
      problems.add(join_pointer(pointer, "schema"), "host \"" + schema_host +
                                                        "\" is the schema host already; exactly "
                                                        "one host may be");
    }
    schema_host = host.name.text;
  }
  if (fleet.hosts.empty()) {
    problems.add("/hosts", "has no host; write the hosts of the fleet");
  } else if (schema_host.empty() && !schema_unclear) {
    problems.add("/hosts",
                 "no host has \"schema\": true; mark the one host on which schema work "
                 "is to run");
  }
}

base::Result<core::Fleet> read_document(Document& document) {
  Problems& problems = document.problems();
  nlohmann::json& value = document.value();
  validate(value, fleet_table(), document.folder(), problems);
  core::Fleet fleet{{text(value, "fleet")}, text(value, "profile"), {}};
  for (const nlohmann::json& entry : value.at("hosts")) add_host(fleet, entry, problems);
  check_hosts(fleet, problems);
  if (!problems.empty()) return document.error();
  return fleet;
}

}  // namespace

const Table& fleet_table() {
  static const Table table{"The fleet file",
                           {{.name = "fleet",
                             .kind = Kind::Text,
                             .doc = "Name of the fleet; agents of another fleet are turned away.",
                             .required = true},
                            {.name = "profile",
                             .kind = Kind::Choice,
                             .doc = "The project that is upgraded.",
                             .fallback = "\"ironic\"",
                             .choices = {"ironic"}},
                            {.name = "hosts",
                             .kind = Kind::Objects,
                             .doc = "The hosts; their order is the order of work.",
                             .required = true,
                             .table = &host_table()}}};
  return table;
}

std::optional<std::string> role_of(const std::string& service, const std::string& profile) {
  const std::string prefix = profile + "-";
  const std::string role = service.starts_with(prefix) ? service.substr(prefix.size()) : service;
  if (core::find_role(core::ironic_profile(), role) == nullptr) return std::nullopt;
  return role;
}

base::Result<core::Fleet> read_fleet(const std::string& file) {
  auto document = Document::read(file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

base::Result<core::Fleet> parse_fleet(const std::string& text, const std::string& file) {
  auto document = Document::parse(text, file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

}  // namespace rollmill::config
