#include "config/fleet_file.h"

#include <gtest/gtest.h>

namespace rollmill::config {
namespace {

constexpr const char* kFleet = R"({
  // The lab.
  "fleet": "lab",
  "hosts": [
    {"name": "cond1", "services": ["ironic-conductor"]},
    {"name": "cond2", "services": [{"name": "ironic-conductor", "domain": "rack2"}]},
    {"name": "api1", "services": ["api", {"name": "spare", "role": "conductor"}]},
    {"name": "admin", "schema": true}
  ]
})";

std::string error_of(const std::string& text) {
  const auto fleet = parse_fleet(text, "fleet.json");
  return fleet.ok() ? "no error" : fleet.error().message;
}

TEST(FleetFile, reads_hosts_in_order_with_roles_from_names) {
  const auto fleet = parse_fleet(kFleet, "fleet.json");
  ASSERT_TRUE(fleet.ok()) << fleet.error().message;
  EXPECT_EQ(fleet->id.text, "lab");
  EXPECT_EQ(fleet->profile, "ironic");
  ASSERT_EQ(fleet->hosts.size(), 4U);
  EXPECT_EQ(fleet->hosts[0].services,
            (std::vector<core::Service>{{"ironic-conductor", "conductor", ""}}));
  EXPECT_EQ(fleet->hosts[1].services,
            (std::vector<core::Service>{{"ironic-conductor", "conductor", "rack2"}}));
  EXPECT_EQ(fleet->hosts[2].services,
            (std::vector<core::Service>{{"api", "api", ""}, {"spare", "conductor", ""}}));
  EXPECT_TRUE(fleet->hosts[3].schema);
  EXPECT_FALSE(fleet->hosts[0].schema);
}

TEST(FleetFile, misspelt_key_is_named_with_its_line_and_the_nearest_known_one) {
  EXPECT_EQ(error_of(R"({
  "fleet": "lab",
  "hosts": [
    {"name": "admin", "schema": true,
     "servces": []}
  ]
})"),
            "fleet.json:5: /hosts/0/servces: key \"servces\" is not known; did you mean "
            "\"services\"?");
}

TEST(FleetFile, everything_wrong_is_told_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(
      error_of(R"({
  "fleet": 7,
  "hosts": [
    {"name": "a", "services": ["ironic-conducter"], "schema": "yes"},
    {"name": "a", "services": [{"name": "x", "role": "conductr"}]},
    {"services": ["api"], "schema": true}
  ]
})"),
      "fleet.json:2: /fleet: must be a text in quotes, and is 7\n"
      "fleet.json:4: /hosts/0/schema: must be true or false, and is \"yes\"\n"
      "fleet.json:4: /hosts/0/services/0: no role follows from the name "
      "\"ironic-conducter\"; did you mean \"ironic-conductor\"?; write {\"name\": ..., "
      "\"role\": ...} with one of \"conductor\" or \"api\"\n"
      "fleet.json:5: /hosts/1/services/0/role: role \"conductr\" is not in the profile "
      "\"ironic\"; it knows \"conductor\" or \"api\"; did you mean \"conductor\"?\n"
      "fleet.json:5: /hosts/1/name: host \"a\" is there twice, first at /hosts/0; host names "
      "are unique\n"
      "fleet.json:6: /hosts/2/name: key \"name\" is missing; add it: Unique in the fleet; the "
      "\"host\" of its agent file.");
}

TEST(FleetFile, wants_exactly_one_schema_host) {
  EXPECT_EQ(error_of(R"({"fleet": "f", "hosts": [{"name": "a", "services": ["api"]}]})"),
            "fleet.json:1: /hosts: no host has \"schema\": true; mark the one host on which schema "
            "work is to run");
  EXPECT_EQ(error_of(R"({"fleet": "f", "hosts": [{"name": "a", "schema": true},
{"name": "b", "schema": true}]})"),
            "fleet.json:2: /hosts/1/schema: host \"a\" is the schema host already; exactly one "
            "host may be");
}

TEST(FleetFile, a_key_written_twice_is_refused_with_both_lines) {
  EXPECT_EQ(error_of("{\"fleet\": \"f\",\n \"hosts\": [{\"name\": \"a\", \"schema\": true}],\n"
                     " \"fleet\": \"g\"}"),
            "fleet.json:1: /fleet: is written twice, on lines 1 and 3; take one out");
}

TEST(FleetFile, service_twice_on_a_host_and_a_host_without_service_are_refused) {
  EXPECT_EQ(error_of(R"({"fleet": "f", "hosts": [
{"name": "a", "services": ["api", "api"], "schema": true},
{"name": "b"}]})"),
            "fleet.json:2: /hosts/0/services/1: service \"api\" is there twice on this host; take "
            "one out\n"
            "fleet.json:3: /hosts/1: host \"b\" has no service and is not the schema host; give it "
            "\"services\" or take it out");
}

TEST(FleetFile, text_that_is_not_json_is_refused_where_it_breaks) {
  const std::string error = error_of("{\n  \"fleet\": \"f\",\n  \"hosts\": [}\n");
  EXPECT_EQ(error.substr(0, 36), "fleet.json:3: column 13: not JSON: s") << error;
}

TEST(FleetFile, number_that_no_machine_holds_is_refused_where_it_stands) {
  EXPECT_EQ(error_of("{\n  \"fleet\": 1e999}"),
            "fleet.json:2: column 12: the number 1e999 is too large");
}

TEST(FleetFile, other_tops_and_deep_nests_are_refused) {
  EXPECT_EQ(error_of("[]"), "fleet.json:1: /: must be an object: {...}, and is []");
  EXPECT_EQ(error_of(std::string(100, '[') + std::string(100, ']')),
            "fleet.json: nested deeper than any file of rollmill");
}

TEST(FleetFile, missing_file_says_which_and_why) {
  const auto fleet = read_fleet("/nowhere/fleet.json");
  ASSERT_FALSE(fleet.ok());
  EXPECT_EQ(fleet.error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(fleet.error().message,
            "/nowhere/fleet.json: cannot be read: No such file or directory; check the path and "
            "its permissions");
}

TEST(FleetFile, at_most_twenty_problems_are_shown) {
  std::string text = "{\"fleet\": \"f\", \"hosts\": [{\"name\": \"s\", \"schema\": true}";
  for (int i = 0; i < 30; ++i) text += ",\n{\"name\": \"h" + std::to_string(i) + "\"}";
  const std::string error = error_of(text + "]}");
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 20);
  EXPECT_TRUE(error.ends_with("fleet.json: and 10 more; mend these first, then look again"));
}

}  // namespace
}  // namespace rollmill::config
