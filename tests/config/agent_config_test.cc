#include "config/agent_config.h"

#include <gtest/gtest.h>

namespace rollmill::config {
namespace {

constexpr const char* kLabHost = R"({
  "preset": "ironic/debian-systemd",
  "host": "cond1", "fleet": "lab", "controller": "10.99.0.1:7443", "insecure": true,
  "services": ["ironic-conductor"],
  "api": {"vip": "http://10.99.0.1:6385"}
})";

constexpr const char* kDemoHost = R"({
  "preset": "demo",
  "host": "api1", "fleet": "demo", "controller": "127.0.0.1:7443",
  "state_dir": "agents/api1", "services": ["api"],
  "variables": {"bin": "/tree/bin", "world": "/w"},
  "api": {"url": "http://127.0.0.21:1", "vip": "http://127.0.0.20:1"}
})";

/// A conductor's file with `more` in it; without a preset.
std::string with(const std::string& more) {
  return R"({"host": "c", "fleet": "f", "controller": "127.0.0.1:1", "api": {"vip": "http://v"},
)" + more +
         "}";
}

std::string error_of(const std::string& text) {
  const auto config = parse_agent_config(text, "agent.json");
  return config.ok() ? "no error" : config.error().message;
}

TEST(AgentFile, debian_preset_leaves_little_to_write) {
  const auto config = parse_agent_config(kLabHost, "agent.json");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->host, "cond1");
  EXPECT_EQ(config->conductor_name, "cond1");
  EXPECT_EQ(config->state_dir, "/var/lib/rollmill-agent");
  EXPECT_EQ(config->services[0].role, "conductor");
  EXPECT_EQ(config->release.driver, "apt");
  EXPECT_EQ(config->release.code_package, "python3-ironic");
  EXPECT_EQ(config->release.policy_file, "/usr/sbin/policy-rc.d");
  EXPECT_EQ(config->release.lock_timeout, std::chrono::seconds{60});
  EXPECT_EQ(config->service.driver, "systemd");
  EXPECT_EQ(config->service.unit_dir, "/run/systemd/system");
  EXPECT_EQ(config->config.dropin_name, "90-rollmill.conf");
  EXPECT_EQ(config->config.group, "ironic");
  EXPECT_EQ(config->schema.dbsync.front(), "/usr/bin/ironic-dbsync");
  EXPECT_EQ(config->schema.user, "ironic");
  EXPECT_EQ(config->balancer.driver, "none");
  EXPECT_EQ(config->heartbeat_interval, std::chrono::seconds{10});
}

TEST(AgentFile, sysv_preset_knows_the_pid_files) {
  const std::string text = std::string(kLabHost).replace(15, 21, "ironic/debian-sysv");
  const auto config = parse_agent_config(text, "agent.json");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->service.driver, "sysv");
  EXPECT_EQ(config->service.init_dir, "/etc/init.d");
  EXPECT_EQ(config->service.pid_file, "/run/ironic/{service}.pid");
}

TEST(AgentFile, demo_preset_gets_its_variables) {
  const auto config = parse_agent_config(kDemoHost, "/etc/agent.json");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->release.stage, (CommandWords{"/tree/bin/release", "--world", "/w", "--host",
                                                 "api1", "stage", "{release}"}));
  EXPECT_EQ(config->service.pid_file, "/w/hosts/api1/run/{service}.pid");
  EXPECT_EQ(config->balancer.socket, "/w/balancer/haproxy.sock");
  EXPECT_EQ(config->balancer.server, "api1");
  EXPECT_EQ(config->state_dir, "/etc/agents/api1");
  EXPECT_TRUE(config->release.side_by_side);
  EXPECT_EQ(config->settle, std::chrono::milliseconds{300});
}

TEST(AgentFile, the_file_wins_over_its_preset_key_by_key) {
  const std::string text = std::string(kLabHost).replace(std::string(kLabHost).find("\"api\""), 0,
                                                         "\"schema\": {\"user\": \"stack\"},\n");
  const auto config = parse_agent_config(text, "agent.json");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->schema.user, "stack");
  EXPECT_EQ(config->schema.dbsync.front(), "/usr/bin/ironic-dbsync");
}

TEST(AgentFile, a_section_of_another_driver_takes_nothing_from_the_preset) {
  const std::string text = std::string(kLabHost).replace(
      std::string(kLabHost).find("\"api\""), 0,
      "\"service\": {\"driver\": \"sysv\", \"pid_file\": \"/run/{service}.pid\"},\n");
  const auto config = parse_agent_config(text, "agent.json");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->service.unit_dir, "");
  EXPECT_EQ(config->service.stop_limit, base::Duration{0});
}

TEST(AgentFile, keys_of_another_driver_are_refused) {
  const std::string text = std::string(kLabHost).replace(std::string(kLabHost).find("\"api\""), 0,
                                                         "\"service\": {\"init_dir\": \"/x\"},\n");
  EXPECT_EQ(error_of(text),
            "agent.json:5: /service/init_dir: belongs to driver \"sysv\", but the driver here is "
            "\"systemd\"; take the key out or change the driver");
}

TEST(AgentFile, without_a_preset_the_sections_must_be_there) {
  EXPECT_EQ(error_of(with("\"services\": [\"conductor\"]")),
            "agent.json:1: /release: key \"release\" is missing; add it: How releases get onto "
            "this host.\n"
            "agent.json:1: /service: key \"service\" is missing; add it: How services are started "
            "and stopped.\n"
            "agent.json:1: /config: key \"config\" is missing; add it: The configuration of the "
            "services.\n"
            "agent.json:1: /schema: key \"schema\" is missing; add it: The schema tools; used on "
            "the schema host.");
}

TEST(AgentFile, unknown_presets_and_variables_get_a_suggestion) {
  EXPECT_EQ(error_of(std::string(kLabHost).replace(15, 21, "ironic/debian-sytemd")),
            "agent.json:2: /preset: \"ironic/debian-sytemd\" is not a preset; there are "
            "\"ironic/debian-systemd\", \"ironic/debian-sysv\" or \"demo\"; did you mean "
            "\"ironic/debian-systemd\"?");
  const std::string text =
      std::string(kDemoHost).replace(std::string(kDemoHost).find("\"world\""), 7, "\"wrld\"");
  const std::string error = error_of(text);
  EXPECT_NE(error.find("/release/installed/2: variable \"${world}\" is not set; did you mean "
                       "\"wrld\"?; add it to \"variables\" of this file"),
            std::string::npos)
      << error;
}

TEST(AgentFile, programs_must_be_absolute) {
  const std::string text = std::string(kLabHost).replace(
      std::string(kLabHost).find("\"api\""), 0, "\"schema\": {\"dbsync\": [\"dbsync\"]},\n");
  EXPECT_EQ(error_of(text),
            "agent.json:5: /schema/dbsync/0: \"dbsync\" is not the absolute path of a program; no "
            "shell and no PATH stand between the agent and the program");
}

TEST(AgentFile, api_addresses_follow_from_the_services) {
  const std::string text = std::string(kLabHost).replace(
      std::string(kLabHost).find("ironic-conductor"), 16, "ironic-api");
  EXPECT_EQ(error_of(text).substr(0, 58),
            "agent.json:5: /api/url: an API runs here, and it is asked ");
  const std::string other = std::string(kDemoHost).replace(std::string(kDemoHost).find("[\"api\"]"),
                                                           7, "[\"conductor\"]");
  EXPECT_EQ(error_of(other),
            "agent.json:6: /api/url: no service of the role \"api\" runs here; take \"url\" out, "
            "or add the API to \"services\"");
}

TEST(AgentFile, odd_names_of_the_drop_in_are_refused) {
  const std::string text = std::string(kLabHost).replace(
      std::string(kLabHost).find("\"api\""), 0,
      "\"config\": {\"dropin_name\": \"90-rollmill\"},\n");
  EXPECT_EQ(error_of(text),
            "agent.json:5: /config/dropin_name: the services read only *.conf; end the name so");
}

}  // namespace
}  // namespace rollmill::config
