#include "config/controller_config.h"

#include <nlohmann/json.hpp>

#include "config/connection.h"
#include "config/document.h"
#include "config/policy_file.h"
#include "config/table.h"
#include "config/validate.h"
#include "config/values.h"

namespace rollmill::config {
namespace {

using nlohmann::json;

const Table& prober_table() {
  static const Table table{
      "The built-in prober of the API",
      {{.name = "urls",
        .kind = Kind::Urls,
        .doc = "Where the API answers, as clients reach it; none: no prober.",
        .fallback = "[]"},
       {.name = "interval",
        .kind = Kind::Time,
        .doc = "From one round of requests to the next.",
        .fallback = "\"1s\""},
       {.name = "timeout",
        .kind = Kind::Time,
        .doc = "A request without an answer for so long has failed.",
        .fallback = "\"5s\""},
       {.name = "microversion",
        .kind = Kind::Text,
        .doc = "Of the versioned call.",
        .fallback = "\"1.49\""},
       {.name = "token_file",
        .kind = Kind::ExistingPath,
        .doc = "File with the X-Auth-Token, read anew for each round; empty: none is sent.",
        .fallback = "\"\""}}};
  return table;
}

ProberConfig read_prober(const json& value, Problems& problems) {
  ProberConfig prober{words(value, "urls"), duration(value, "interval"), duration(value, "timeout"),
                      text(value, "microversion"), text(value, "token_file")};
  if (prober.interval < std::chrono::milliseconds{50}) {
    problems.add("/prober/interval", "the prober would be a load of its own; at least \"50ms\"");
  }
  if (prober.timeout < std::chrono::milliseconds{100}) {
    problems.add("/prober/timeout", "no API answers so fast every time; at least \"100ms\"");
  }
  return prober;
}

base::Result<ControllerConfig> read_document(Document& document) {
  Problems& problems = document.problems();
  json& value = document.value();
  validate(value, controller_table(), document.folder(), problems);
  ControllerConfig config;
  config.listen = text(value, "listen");
  config.status_listen = text(value, "status_listen");
  config.tls = read_tls(value);
  config.insecure = boolean(value, "insecure");
  config.journal = text(value, "journal");
  config.fleet = text(value, "fleet");
  config.prober = read_prober(value.at("prober"), problems);
  config.policy = read_policy(value.at("policy"), "/policy", problems);
  config.log = read_log(value);
  check_secured(value, "listen", problems);
  if (config.listen == config.status_listen && !config.listen.ends_with(":0")) {
    problems.add("/status_listen", "is the same address as \"listen\"; give it a port of its own");
  }
  if (!problems.empty()) return document.error();
  return config;
}

}  // namespace

const Table& controller_table() {
  static const Table table{
      "The controller file",
      {{.name = "listen",
        .kind = Kind::Address,
        .doc = "Where agents and the CLI connect (gRPC).",
        .fallback = "\"127.0.0.1:7443\""},
       {.name = "status_listen",
        .kind = Kind::Address,
        .doc = "Where the read-only status endpoint answers (HTTP); empty: nowhere.",
        .fallback = "\"127.0.0.1:7480\""},
       {.name = "tls",
        .kind = Kind::Object,
        .doc = "Mutual TLS of \"listen\".",
        .table = &tls_table()},
       {.name = "insecure",
        .kind = Kind::Boolean,
        .doc = "Accept plain text from beyond loopback.",
        .fallback = "false"},
       {.name = "journal",
        .kind = Kind::Path,
        .doc = "The SQLite file that holds all facts; made when missing.",
        .required = true},
       {.name = "fleet", .kind = Kind::ExistingPath, .doc = "The fleet file.", .required = true},
       {.name = "prober",
        .kind = Kind::Object,
        .doc = "Calls the API all through an upgrade and counts what fails.",
        .fallback = "{}",
        .table = &prober_table()},
       {.name = "policy",
        .kind = Kind::Object,
        .doc = "How careful an upgrade is that does not bring a policy of its own.",
        .fallback = "{}",
        .table = &policy_table()},
       {.name = "log",
        .kind = Kind::Object,
        .doc = "The controller's log.",
        .fallback = "{}",
        .table = &log_table()}}};
  return table;
}

base::Result<ControllerConfig> read_controller_config(const std::string& file) {
  auto document = Document::read(file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

base::Result<ControllerConfig> parse_controller_config(const std::string& text,
                                                       const std::string& file) {
  auto document = Document::parse(text, file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

}  // namespace rollmill::config
