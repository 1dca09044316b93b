#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/common.h"
#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"

namespace rollmill::config {

/// Words of a command line, absolute program first; `{release}`, `{service}` and `{seconds}` are
/// put in by the driver. Empty: the driver has a way of its own.
using CommandWords = std::vector<std::string>;

/// Fields that belong to another driver than the chosen one are empty or zero.
struct ReleaseConfig {
  std::string driver;                 ///< apt, script
  std::vector<std::string> packages;  ///< apt: those installed here get the exact version.
  std::string code_package;           ///< apt: its version is the release; holds the pins' table.
  base::Duration lock_timeout{};      ///< apt: wait for dpkg's lock.
  std::string policy_file;            ///< apt: forbids starts while dpkg runs.
  CommandWords installed;             ///< script: last line is the release.
  CommandWords staged;                ///< script: a line `RELEASE DIGEST` each.
  CommandWords stage;                 ///< script: {release}
  CommandWords install;               ///< script: {release}
  CommandWords pins;                  ///< script: {release}; last line a JSON list.
  std::string changed_file;           ///< script: its mtime is when the release last changed.
  bool side_by_side = false;          ///< script
  std::uint32_t min_free_mb = 0;      ///< Disk space that staging needs, MiB.
  bool operator==(const ReleaseConfig&) const = default;
};

struct ServiceConfig {
  std::string driver;           ///< systemd, sysv, script
  std::string unit_dir;         ///< systemd: where drop-ins go.
  std::string init_dir;         ///< sysv
  std::string pid_file;         ///< sysv, script: {service}
  CommandWords start;           ///< script: {service}
  CommandWords stop;            ///< script: {service} {seconds}
  base::Duration stop_limit{};  ///< sysv, script: after it the manager kills; 0: never.
  bool operator==(const ServiceConfig&) const = default;
};

/// The oslo configuration of the services and our drop-in beside it.
struct OsloConfig {
  std::string driver;  ///< oslo
  std::string file;    ///< The operator's; never written.
  std::string dropin_dir;
  std::string dropin_name;
  std::string group;  ///< May read the drop-in; empty: the agent's.
  bool operator==(const OsloConfig&) const = default;
};

struct SchemaConfig {
  std::string driver;      ///< dbsync, none
  CommandWords dbsync;     ///< Words before the sub-command.
  CommandWords status;     ///< Words before "upgrade check".
  CommandWords histogram;  ///< Prints table -> version -> rows as JSON; empty: own script.
  CommandWords head;       ///< Prints the head revision; empty: own script.
  CommandWords versions;   ///< {release}: table -> version as JSON; empty: own script.
  CommandWords database;   ///< Prints the server's version, or "none"; empty: own script.
  std::string python;      ///< Runs the own scripts.
  std::string user;        ///< Runs all of them as; empty: as the agent.
  bool operator==(const SchemaConfig&) const = default;
};

struct BalancerConfig {
  std::string driver;       ///< haproxy, file, script, none
  std::string socket;       ///< haproxy: path, or host:port.
  std::string backend;      ///< haproxy
  std::string server;       ///< haproxy: this host's server in the backend.
  std::string file;         ///< file: the healthcheck's disable_by_file.
  base::Duration settle{};  ///< file: until the balancer has seen it.
  CommandWords state;       ///< script: {service}; "UP 3": state and connections.
  CommandWords take_out;    ///< script: {service}
  CommandWords put_in;      ///< script: {service}
  bool operator==(const BalancerConfig&) const = default;
};

struct ApiConfig {
  std::string url;           ///< This host's own API; empty: none runs here.
  std::string vip;           ///< The API as clients reach it.
  std::string token_file;    ///< Holds the X-Auth-Token; empty: none is sent.
  base::Duration timeout{};  ///< Of one request.
  bool operator==(const ApiConfig&) const = default;
};

/// What `rollmill-agent` is told by its file and its preset.
struct AgentConfig {
  std::string host;
  std::string fleet;
  std::string controller;   ///< "10.0.0.1:7443"
  std::string server_name;  ///< In the controller's certificate; empty: as `controller` says.
  std::optional<TlsConfig> tls;
  bool insecure = false;
  std::string state_dir;
  std::string preset;
  std::string conductor_name;           ///< In Ironic's conductor registry.
  base::Duration heartbeat_interval{};  ///< Of this deployment's conductors.
  base::Duration poll{};                ///< Between two looks at something awaited.
  base::Duration settle{};  ///< What was started must hold so long before it is believed.
  std::vector<core::Service> services;
  ReleaseConfig release;
  ServiceConfig service;
  OsloConfig config;
  SchemaConfig schema;
  BalancerConfig balancer;
  ApiConfig api;
  LogConfig log;
  bool operator==(const AgentConfig&) const = default;
};

/// Reads the agent file over its preset; all that is wrong at once. THREAD: any.
base::Result<AgentConfig> read_agent_config(const std::string& file);
base::Result<AgentConfig> parse_agent_config(const std::string& text, const std::string& file);

}  // namespace rollmill::config
