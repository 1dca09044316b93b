#include "config/controller_config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace rollmill::config {
namespace {

/// A folder with a fleet file in it, gone at the end.
class ControllerFile : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ / "fleet.json") << "{}";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string error_of(const std::string& text) const {
    const auto config = parse_controller_config(text, "ctl.json");
    return config.ok() ? "no error" : config.error().message;
  }
  std::string file(const char* name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      ("rollmill-config-" +
       std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(ControllerFile, two_keys_are_enough) {
  const auto config = parse_controller_config(R"({"journal": "data/c.db", "fleet": "fleet.json"})",
                                              file("controller.json"));
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->listen, "127.0.0.1:7443");
  EXPECT_EQ(config->status_listen, "127.0.0.1:7480");
  EXPECT_FALSE(config->tls.has_value());
  EXPECT_EQ(config->journal, file("data/c.db"));
  EXPECT_EQ(config->fleet, file("fleet.json"));
  EXPECT_TRUE(config->prober.urls.empty());
  EXPECT_EQ(config->policy, core::Policy{});
  EXPECT_EQ(config->log, LogConfig{});
}

TEST_F(ControllerFile, reads_every_section) {
  const auto config = parse_controller_config(R"({
    "listen": "10.0.0.1:7443", "status_listen": "", "insecure": true,
    "journal": "/var/c.db", "fleet": "fleet.json",
    "prober": {"urls": ["http://10.0.0.1:6385", "http://api"], "interval": "250ms",
               "timeout": "3s", "microversion": "1.60", "token_file": "fleet.json"},
    "policy": {"canary": 0}, "log": {"level": "debug", "file": "c.log"}
  })",
                                              file("controller.json"));
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->status_listen, "");
  EXPECT_TRUE(config->insecure);
  EXPECT_EQ(config->journal, "/var/c.db");
  EXPECT_EQ(config->prober, (ProberConfig{{"http://10.0.0.1:6385", "http://api"},
                                          std::chrono::milliseconds{250},
                                          std::chrono::seconds{3},
                                          "1.60",
                                          file("fleet.json")}));
  EXPECT_EQ(config->policy.canary, 0U);
  EXPECT_EQ(config->log, (LogConfig{"debug", file("c.log")}));
}

TEST_F(ControllerFile, plain_text_beyond_loopback_needs_the_word_insecure) {
  EXPECT_EQ(error_of("{\"journal\": \"c.db\", \"fleet\": \"" + file("fleet.json") + "\",\n" +
                     "\"listen\": \"0.0.0.0:7443\"}"),
            "ctl.json:2: /listen: 0.0.0.0:7443 is not a loopback address and there is no \"tls\"; "
            "add \"tls\": {\"ca\", \"cert\", \"key\"}, or \"insecure\": true to send everything in "
            "plain text");
}

TEST_F(ControllerFile, tls_and_insecure_contradict_each_other) {
  const std::string fleet = file("fleet.json");
  EXPECT_EQ(error_of("{\"journal\": \"c.db\", \"fleet\": \"" + fleet + "\", \"tls\": {\"ca\": \"" +
                     fleet + "\", \"cert\": \"" + fleet + "\", \"key\": \"" + fleet + "\"},\n" +
                     "\"insecure\": true}"),
            "ctl.json:2: /insecure: \"tls\" is given and \"insecure\" is true; take one of them "
            "out");
}

TEST_F(ControllerFile, missing_files_and_keys_are_named) {
  EXPECT_EQ(error_of("{\n\"fleet\": \"/nowhere/f.json\",\n\"tls\": {\"ca\": \"/nowhere/ca\"}}"),
            "ctl.json:1: /journal: key \"journal\" is missing; add it: The SQLite file that holds "
            "all facts; made when missing.\n"
            "ctl.json:2: /fleet: \"/nowhere/f.json\" does not exist; make it or correct the path\n"
            "ctl.json:3: /tls/ca: \"/nowhere/ca\" does not exist; make it or correct the path\n"
            "ctl.json:3: /tls/cert: key \"cert\" is missing; add it: PEM file of our own "
            "certificate.\n"
            "ctl.json:3: /tls/key: key \"key\" is missing; add it: PEM file of its private key.");
}

TEST_F(ControllerFile, addresses_and_urls_are_checked) {
  const std::string rest = "\"journal\": \"c.db\", \"fleet\": \"" + file("fleet.json") + "\"}";
  EXPECT_EQ(error_of("{\"listen\": \"7443\", " + rest),
            "ctl.json:1: /listen: \"7443\" is not an address; write host:port, such as "
            "\"10.0.0.1:7443\"");
  EXPECT_EQ(error_of("{\"status_listen\": \"127.0.0.1:7443\", " + rest),
            "ctl.json:1: /status_listen: is the same address as \"listen\"; give it a port of its "
            "own");
  EXPECT_EQ(error_of("{\"prober\": {\"urls\": [\"https://api\"]}, " + rest),
            "ctl.json:1: /prober/urls/0: \"https://api\": https is not supported here; give the "
            "plain http:// address that stands behind the TLS terminator");
  EXPECT_EQ(error_of("{\"prober\": {\"urls\": [\"http://api/v1\"]}, " + rest),
            "ctl.json:1: /prober/urls/0: \"http://api/v1\" is not a URL of an API; write "
            "http://host:port without a path");
  EXPECT_EQ(error_of("{\"prober\": {\"interval\": \"1ms\"}, " + rest),
            "ctl.json:1: /prober/interval: the prober would be a load of its own; at least "
            "\"50ms\"");
}

TEST_F(ControllerFile, the_policy_is_checked_where_it_stands) {
  EXPECT_EQ(error_of("{\"journal\": \"c.db\", \"fleet\": \"" + file("fleet.json") + "\",\n" +
                     "\"policy\": {\n\"max_wave\": 1,\n\"canary\": 2}}"),
            "ctl.json:4: /policy/canary: the canary (2) is larger than the largest wave, max_wave "
            "(1); lower it, or set max_wave to 0");
}

}  // namespace
}  // namespace rollmill::config
