#include <gtest/gtest.h>

#include "drivers/api/http_get.h"
#include "drivers/drivers.h"
#include "drivers/fake_http.h"
#include "drivers/scratch.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using Reply = FakeHttp::Reply;

std::string root(const std::string& maximum) {
  return R"({"default_version": {"id": "v1", "min_version": "1.1", "version": ")" + maximum +
         "\"}}";
}
std::string node(const std::string& uuid) {
  return R"({"uuid": ")" + uuid + R"(", "provision_state": "active", "reservation": null})";
}

std::shared_ptr<ports::IronicApi> api_at(const std::string& url,
                                         base::Duration limit = std::chrono::seconds(10)) {
  ApiOptions options;
  options.url = url;
  options.time_limit = limit;
  return make_ironic_api(options);
}

TEST(ParseAddress, forms_of_addresses) {
  EXPECT_EQ(*parse_address("http://10.0.0.21:6385"), (HttpAddress{false, "10.0.0.21", "6385", ""}));
  EXPECT_EQ(*parse_address("https://api.example/baremetal/"),
            (HttpAddress{true, "api.example", "443", "/baremetal"}));
  EXPECT_EQ(*parse_address("http://[::1]:6385"), (HttpAddress{false, "::1", "6385", ""}));
  EXPECT_EQ(*parse_address("http://[::1]"), (HttpAddress{false, "::1", "80", ""}));
  for (const char* bad : {"", "10.0.0.1:6385", "ftp://x", "http://", "http://:1", "http://x:y",
                          "http://x:", "http://user@x"}) {
    EXPECT_FALSE(parse_address(bad).ok()) << bad;
  }
}

TEST(IronicApi, versions_come_from_the_root) {
  FakeHttp server([](const std::string&, const std::string&) { return Reply{200, root("1.111")}; });
  const auto versions = api_at(server.url())->versions();
  ASSERT_TRUE(versions.ok()) << versions.error().message;
  EXPECT_EQ(versions->maximum, "1.111");
}

TEST(IronicApi, swallowed_api_is_never_well) {
  FakeHttp server([](const std::string&, const std::string&) { return Reply{200, "OK"}; });
  const auto api = api_at(server.url());
  EXPECT_EQ(api->versions().error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->conductors().error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->nodes().error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->list_once().error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->round_trip("x").error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->driver_round_trip("x").error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(api->status_at("1.83").error().code, base::ErrorCode::DataLoss);
}

TEST(IronicApi, all_pages_are_read_from_this_instance) {
  FakeHttp server([](const std::string& target, const std::string& head) {
    if (target == "/") return Reply{200, root("1.111")};
    EXPECT_NE(head.find("X-OpenStack-Ironic-API-Version: 1.83\r\n"), std::string::npos);
    const bool second = target.find("&marker=b") != std::string::npos;
    const std::string next = R"(, "next": "http://public.invalid:1/v1/nodes?marker=b")";
    return Reply{200, "{\"nodes\": [" + (second ? node("c") : node("a") + "," + node("b")) + "]" +
                          (second ? "" : next) + "}"};
  });
  const auto nodes = api_at(server.url())->nodes();
  ASSERT_TRUE(nodes.ok()) << nodes.error().message;
  ASSERT_EQ(nodes->size(), 3U);
  EXPECT_EQ(nodes->at(2).uuid, "c");
  const std::string list = "/v1/nodes?detail=true&include_children=true";
  EXPECT_EQ(server.targets(), (std::vector<std::string>{"/", list, list + "&marker=b"}));
}

TEST(IronicApi, children_are_not_asked_for_below_their_microversion) {
  FakeHttp server([](const std::string& target, const std::string& head) {
    if (target == "/") return Reply{200, root("1.82")};
    EXPECT_NE(head.find("X-OpenStack-Ironic-API-Version: 1.49\r\n"), std::string::npos);
    return Reply{200, R"({"nodes": []})"};
  });
  EXPECT_TRUE(api_at(server.url())->nodes().ok());
  EXPECT_EQ(server.targets().back(), "/v1/nodes?detail=true");
}

TEST(IronicApi, list_that_does_not_end_is_an_error) {
  FakeHttp server([](const std::string& target, const std::string&) {
    if (target == "/") return Reply{200, root("1.111")};
    return Reply{200, "{\"nodes\": [" + node("a") + R"(], "next": "http://x/v1/nodes"})"};
  });
  EXPECT_EQ(api_at(server.url())->nodes().error().code, base::ErrorCode::DataLoss);
}

TEST(IronicApi, errors_carry_what_ironic_says) {
  int status = 500;
  FakeHttp server([&](const std::string&, const std::string&) {
    return Reply{status, R"({"error_message": "{\"faultstring\": \"Unable to establish )"
                         R"(connection to http://cond2:8089\"}"})"};
  });
  const auto api = api_at(server.url());
  const auto failed = api->round_trip("5778");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(failed.error().message, server.url() +
                                        "/v1/nodes/5778/validate: 500: Unable to "
                                        "establish connection to http://cond2:8089");
  status = 404;
  EXPECT_EQ(api->round_trip("x").error().code, base::ErrorCode::NotFound);
  status = 401;
  EXPECT_EQ(api->list_once().error().code, base::ErrorCode::PermissionDenied);
}

TEST(IronicApi, status_at_tells_the_cap) {
  FakeHttp server([](const std::string& target, const std::string& head) {
    EXPECT_EQ(target, "/v1");
    const bool above = head.find("Ironic-API-Version: 1.112\r\n") != std::string::npos;
    return above ? Reply{406, "{}"} : Reply{200, R"({"id": "v1"})"};
  });
  const auto api = api_at(server.url());
  EXPECT_EQ(*api->status_at("1.111"), 200);
  EXPECT_EQ(*api->status_at("1.112"), 406);
}

TEST(IronicApi, nobody_there_and_silence_are_unavailable_in_time) {
  std::string gone;
  {
    FakeHttp server([](const std::string&, const std::string&) { return Reply{}; });
    gone = server.url();
  }
  EXPECT_EQ(api_at(gone)->versions().error().code, base::ErrorCode::Unavailable);
  FakeHttp mute([](const std::string&, const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    return Reply{0, ""};
  });
  const auto late = api_at(mute.url(), std::chrono::milliseconds(100))->versions();
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, base::ErrorCode::Unavailable);
  EXPECT_NE(late.error().message.find("no answer in time"), std::string::npos);
}

TEST(IronicApi, token_file_becomes_a_header_each_time) {
  const Scratch scratch;
  std::string seen;
  FakeHttp server([&](const std::string&, const std::string& head) {
    seen = head;
    return Reply{200, root("1.111")};
  });
  ApiOptions options;
  options.url = server.url();
  options.token_file = scratch / "token";
  const auto api = make_ironic_api(options);
  EXPECT_EQ(api->versions().error().code, base::ErrorCode::NotFound);
  ASSERT_TRUE(write_file(options.token_file, "secret\n").ok());
  ASSERT_TRUE(api->versions().ok());
  EXPECT_NE(seen.find("X-Auth-Token: secret\r\n"), std::string::npos);
  ASSERT_TRUE(write_file(options.token_file, "Authorization: Basic abc\n").ok());
  ASSERT_TRUE(api->versions().ok());
  EXPECT_NE(seen.find("Authorization: Basic abc\r\n"), std::string::npos);
  ASSERT_TRUE(write_file(options.token_file, "a\nInjected: b\n").ok());
  EXPECT_FALSE(api->versions().ok());
}

}  // namespace
}  // namespace rollmill::drivers
