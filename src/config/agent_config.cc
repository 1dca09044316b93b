#include "config/agent_config.h"

#include <nlohmann/json.hpp>

#include "config/connection.h"
#include "config/document.h"
#include "config/presets.h"
#include "config/services.h"
#include "config/table.h"
#include "config/validate.h"
#include "config/values.h"
#include "rollmill/core/profile.h"

namespace rollmill::config {
namespace {

using nlohmann::json;

ReleaseConfig read_release(const json& value) {
  ReleaseConfig release;
  release.driver = text(value, "driver");
  release.packages = words_or_empty(value, "packages");
  release.code_package = text_or_empty(value, "code_package");
  release.lock_timeout = duration_or_zero(value, "lock_timeout");
  release.policy_file = text_or_empty(value, "policy_file");
  release.installed = words_or_empty(value, "installed");
  release.staged = words_or_empty(value, "staged");
  release.stage = words_or_empty(value, "stage");
  release.install = words_or_empty(value, "install");
  release.pins = words_or_empty(value, "pins");
  release.changed_file = text_or_empty(value, "changed_file");
  release.side_by_side = value.contains("side_by_side") && boolean(value, "side_by_side");
  release.min_free_mb = count(value, "min_free_mb");
  return release;
}

ServiceConfig read_service(const json& value) {
  ServiceConfig service;
  service.driver = text(value, "driver");
  service.unit_dir = text_or_empty(value, "unit_dir");
  service.init_dir = text_or_empty(value, "init_dir");
  service.pid_file = text_or_empty(value, "pid_file");
  service.start = words_or_empty(value, "start");
  service.stop = words_or_empty(value, "stop");
  service.stop_limit = duration_or_zero(value, "stop_limit");
  return service;
}

OsloConfig read_oslo(const json& value) {
  OsloConfig oslo;
  oslo.driver = text(value, "driver");
  oslo.file = text(value, "file");
  oslo.dropin_dir = text(value, "dropin_dir");
  oslo.dropin_name = text(value, "dropin_name");
  oslo.group = text(value, "group");
  return oslo;
}

SchemaConfig read_schema(const json& value) {
  SchemaConfig schema;
  schema.driver = text(value, "driver");
  schema.dbsync = words_or_empty(value, "dbsync");
  schema.status = words_or_empty(value, "status");
  schema.histogram = words_or_empty(value, "histogram");
  schema.head = words_or_empty(value, "head");
  schema.versions = words_or_empty(value, "versions");
  schema.database = words_or_empty(value, "database");
  schema.python = text_or_empty(value, "python");
  schema.user = text_or_empty(value, "user");
  return schema;
}

BalancerConfig read_balancer(const json& value, const std::string& host) {
  BalancerConfig balancer;
  balancer.driver = text(value, "driver");
  balancer.socket = text_or_empty(value, "socket");
  balancer.backend = text_or_empty(value, "backend");
  balancer.server = text_or_empty(value, "server");
  if (balancer.driver == "haproxy" && balancer.server.empty()) balancer.server = host;
  balancer.file = text_or_empty(value, "file");
  balancer.settle = duration_or_zero(value, "settle");
  balancer.state = words_or_empty(value, "state");
  balancer.take_out = words_or_empty(value, "take_out");
  balancer.put_in = words_or_empty(value, "put_in");
  return balancer;
}

ApiConfig read_api(const json& value) {
  return {text(value, "url"), text(value, "vip"), text(value, "token_file"),
          duration(value, "timeout")};
}

AgentConfig read_whole(const json& value, Problems& problems) {
  AgentConfig config;
  config.host = text(value, "host");
  config.fleet = text(value, "fleet");
  config.controller = text(value, "controller");
  config.server_name = text(value, "server_name");
  config.tls = read_tls(value);
  config.insecure = boolean(value, "insecure");
  config.state_dir = text(value, "state_dir");
  config.preset = text(value, "preset");
  config.conductor_name = text(value, "conductor_name");
  if (config.conductor_name.empty()) config.conductor_name = config.host;
  config.heartbeat_interval = duration(value, "heartbeat_interval");
  config.poll = duration(value, "poll");
  config.settle = duration(value, "settle");
  config.services =
      read_services(value.at("services"), core::ironic_profile(), "/services", problems);
  config.release = read_release(value.at("release"));
  config.service = read_service(value.at("service"));
  config.config = read_oslo(value.at("config"));
  config.schema = read_schema(value.at("schema"));
  config.balancer = read_balancer(value.at("balancer"), config.host);
  config.api = read_api(value.at("api"));
  config.log = read_log(value);
  return config;
}

void check_whole(const AgentConfig& config, Problems& problems) {
  bool serves_api = false;
  for (const core::Service& service : config.services) serves_api |= service.role == "api";
  if (serves_api && config.api.url.empty()) {
    problems.add("/api/url",
                 "an API runs here, and it is asked directly before it goes back "
                 "behind the balancer; add its own address: \"url\": "
                 "\"http://HOST:6385\"");
  }
  if (!serves_api && !config.api.url.empty()) {
    problems.add("/api/url",
                 "no service of the role \"api\" runs here; take \"url\" out, or add "
                 "the API to \"services\"");
  }
  if (config.api.vip.empty()) {
    problems.add("/api/vip",
                 "the API as clients reach it is missing; conductors are proven "
                 "through it: \"vip\": \"http://HOST:6385\"");
  }
  if (config.poll < std::chrono::milliseconds{10}) {
    problems.add("/poll", "looking so often is a load of its own; at least \"10ms\"");
  }
  if (!config.config.dropin_name.ends_with(".conf")) {
    problems.add("/config/dropin_name", "the services read only *.conf; end the name so");
  }
}

base::Result<AgentConfig> read_document(Document& document) {
  Problems& problems = document.problems();
  lay_over_preset(document.value(), problems);
  if (problems.has("/preset")) return document.error();  // all else would follow from that
  validate(document.value(), agent_table(), document.folder(), problems);
  const AgentConfig config = read_whole(document.value(), problems);
  check_secured(document.value(), "controller", problems);
  check_whole(config, problems);
  if (!problems.empty()) return document.error();
  return config;
}

}  // namespace

base::Result<AgentConfig> read_agent_config(const std::string& file) {
  auto document = Document::read(file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

base::Result<AgentConfig> parse_agent_config(const std::string& text, const std::string& file) {
  auto document = Document::parse(text, file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

}  // namespace rollmill::config
