#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/release.h"

namespace rollmill::core {

/// One daemon on one host.
struct Service {
  std::string name;    ///< Unit or init script: "ironic-conductor".
  std::string role;    ///< A role of the profile: "conductor".
  std::string domain;  ///< Failure domain; for conductors the conductor_group. May be empty.
  bool operator==(const Service&) const = default;
};

/// One machine of the fleet; its agent speaks for it under this name.
struct Host {
  base::HostName name;
  std::vector<Service> services;
  bool schema = false;  ///< Schema work (expand, contract, surveys) runs here: exactly one host.
  bool operator==(const Host&) const = default;
};

/// The inventory, as written in the fleet file. Order of hosts is the order of work.
struct Fleet {
  base::FleetId id;
  std::string profile = "ironic";
  std::vector<Host> hosts;
  bool operator==(const Fleet&) const = default;
};

/// What one service really is, read on its host by the agent; never remembered.
struct ServiceFacts {
  std::string service;
  bool running = false;
  /// Release of the running process ("35.0"): installed when it started. Empty: cannot be told.
  std::string release;
  /// Effective pin in the configuration it would start with now; empty: unpinned.
  std::string pin;
  /// The pin was written (or removed) after the process started, so it is not in force yet.
  bool config_newer_than_process = false;
  base::TimePoint started_at{};  ///< Of the main process; epoch when not running.
  bool operator==(const ServiceFacts&) const = default;
};

/// What one host really is. `details` holds named readings that single checks judge.
struct HostFacts {
  base::TimePoint read_at{};
  std::string installed_release;  ///< "35.0", full version in details["release.version"].
  std::vector<ServiceFacts> services;
  std::map<std::string, std::string> details;
  bool operator==(const HostFacts&) const = default;
};

/// The readings of all hosts that have reported; a host without an agent is absent.
using FleetFacts = std::map<base::HostName, HostFacts>;

}  // namespace rollmill::core
