// Bodies below were sent by Ironic 35.0 and 39.0, some shortened.
#include <gtest/gtest.h>

#include "drivers/api/api_json.h"

namespace rollmill::drivers {
namespace {

const std::string kRoot =
    R"({"name": "OpenStack Ironic API", "description": "Ironic is an OpenStack project.",)"
    R"( "default_version": {"id": "v1", "links": [{"href": "http://10.99.0.1:6385/v1/", "rel":)"
    R"( "self"}], "status": "CURRENT", "min_version": "1.1", "version": "1.111"}, "versions": []})";

TEST(ReadRoot, versions_of_ironic_itself) {
  const auto versions = read_root(kRoot);
  ASSERT_TRUE(versions.ok()) << versions.error().message;
  EXPECT_EQ(versions->minimum, "1.1");
  EXPECT_EQ(versions->maximum, "1.111");
}

TEST(ReadRoot, swallowed_api_and_garbage_are_data_loss) {
  for (const char* body : {"OK", "", "{}", "[]", "null", "{\"default_version\": \"1.1\"}",
                           "{\"default_version\": {\"version\": 1.1}}", "<html></html>",
                           "{\"default_version\": {\"version\": \"1.1\"}}", "\xff\xfe"}) {
    const auto versions = read_root(body);
    ASSERT_FALSE(versions.ok()) << body;
    EXPECT_EQ(versions.error().code, base::ErrorCode::DataLoss);
  }
}

TEST(ReadConductors, all_fields_of_the_detailed_list) {
  const auto page = read_conductors(
      R"({"conductors": [{"created_at": "2026-11-22T15:52:08+00:00", "updated_at":)"
      R"( "2026-11-22T15:52:58+00:00", "hostname": "cond2", "conductor_group": "", "drivers":)"
      R"( ["fake-hardware"], "links": [], "alive": true}, {"updated_at": null, "hostname":)"
      R"( "cond1", "conductor_group": "rack1", "drivers": [], "alive": false}]})");
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->items.size(), 2U);
  const auto& first = page->items[0];
  EXPECT_EQ(first.hostname, "cond2");
  EXPECT_TRUE(first.alive);
  EXPECT_EQ(base::format_time(first.updated_at), "2026-11-22T15:52:58.000Z");
  EXPECT_EQ(first.drivers, std::vector<std::string>{"fake-hardware"});
  EXPECT_EQ(page->items[1].group, "rack1");
  EXPECT_EQ(page->items[1].updated_at, base::TimePoint());
  EXPECT_FALSE(page->more);
}

TEST(ReadConductors, alive_must_be_told) {
  EXPECT_FALSE(read_conductors(R"({"conductors": [{"hostname": "cond1"}]})").ok());
  EXPECT_FALSE(read_conductors(R"({"conductors": [{"hostname": "x", "alive": "yes"}]})").ok());
  EXPECT_FALSE(read_conductors(R"({"conductors": {}})").ok());
  EXPECT_FALSE(read_conductors(R"({"conductors": [1]})").ok());
  EXPECT_FALSE(read_conductors("OK").ok());
}

TEST(ReadNodes, nulls_are_empty_and_the_marker_is_the_last_one) {
  const auto page = read_nodes(
      R"({"nodes": [{"uuid": "5778dc85", "name": "n01", "provision_state": "deploying",)"
      R"( "target_power_state": null, "reservation": "cond1", "conductor": "cond1", "driver":)"
      R"( "fake-hardware", "inspect_interface": "no-inspect", "conductor_group": "rack1",)"
      R"( "last_error": null,)"
      R"( "provision_updated_at": "2026-11-22T15:53:58+00:00", "maintenance": true},)"
      R"( {"uuid": "6889", "name": null, "provision_state": null, "reservation": null}],)"
      R"( "next": "http://10.99.0.1:6385/v1/nodes?limit=2&marker=6889"})");
  ASSERT_TRUE(page.ok()) << page.error().message;
  const auto& node = page->items[0];
  EXPECT_EQ(node.name, "n01");
  EXPECT_EQ(node.provision_state, "deploying");
  EXPECT_EQ(node.target_power_state, "");
  EXPECT_EQ(node.reservation, "cond1");
  EXPECT_EQ(node.conductor, "cond1");
  EXPECT_EQ(node.conductor_group, "rack1");
  EXPECT_EQ(node.inspect_interface, "no-inspect");
  EXPECT_EQ(base::format_time(node.provision_updated_at), "2026-11-22T15:53:58.000Z");
  EXPECT_TRUE(node.maintenance);
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->last, "6889");
}

TEST(ReadNodes, node_without_its_state_is_not_quiet_but_an_error) {
  EXPECT_FALSE(read_nodes(R"({"nodes": [{"uuid": "x", "provision_state": "active"}]})").ok());
  EXPECT_FALSE(read_nodes(R"({"nodes": [{"uuid": "x", "reservation": null}]})").ok());
  EXPECT_FALSE(read_nodes(R"({"nodes": [{"provision_state": "a", "reservation": null}]})").ok());
}

TEST(CheckValidation, each_interface_has_a_result) {
  EXPECT_TRUE(check_validation(R"({"boot": {"result": true}, "bios": {"result": null}})").ok());
  EXPECT_FALSE(check_validation(R"({"boot": true})").ok());
  EXPECT_FALSE(check_validation("{}").ok());
  EXPECT_FALSE(check_validation("OK").ok());
}

TEST(CheckV1, only_the_v1_document_passes) {
  EXPECT_TRUE(check_v1(R"({"id": "v1", "links": []})").ok());
  EXPECT_FALSE(check_v1(R"({"id": "v2"})").ok());
  EXPECT_FALSE(check_v1("OK").ok());
}

TEST(ReadFault, json_in_json_and_plain_text) {
  EXPECT_EQ(read_fault(R"({"error_message": "{\"code\": 406, \"title\": \"Not Acceptable\",)"
                       R"( \"description\": \"Version 1.112 was requested\"}"})"),
            "Version 1.112 was requested");
  EXPECT_EQ(read_fault(R"({"error_message": "{\"faultcode\": \"Server\", \"faultstring\":)"
                       R"( \"Version 1.41 of Node is not supported\", \"debuginfo\": null}"})"),
            "Version 1.41 of Node is not supported");
  EXPECT_EQ(read_fault(R"({"error_message": {"faultstring": "busy"}})"), "busy");
  EXPECT_EQ(read_fault(R"({"error_message": "plain"})"), "plain");
  EXPECT_EQ(read_fault("502 Bad Gateway\n"), "502 Bad Gateway");
}

}  // namespace
}  // namespace rollmill::drivers
