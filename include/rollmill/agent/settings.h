#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/profile.h"
#include "rollmill/ports/host.h"
#include "rollmill/ports/ironic_api.h"

namespace rollmill::agent {

/// One service of this host, as the agent's file names it.
struct ServiceSettings {
  core::Service service;
  /// Name in the conductor registry (`[DEFAULT]host`); conductors only.
  std::string conductor_hostname;
};

/// What the agent's file says, apart from the drivers.
struct AgentSettings {
  base::FleetId fleet;
  base::HostName host;
  std::string agent_version;
  std::string boot_id;
  std::vector<ServiceSettings> services;
  /// Of this deployment's conductors, where their own files do not say it.
  base::Duration heartbeat_interval{std::chrono::seconds{10}};
  std::uint64_t min_free_mb = 1024;              ///< Room that a new release needs.
  base::Duration poll{std::chrono::seconds{1}};  ///< Between two looks at something awaited.
  /// A started service, or an API put back, must hold this long before it is believed.
  base::Duration settle{std::chrono::seconds{2}};
  base::Duration facts_every{std::chrono::seconds{10}};  ///< Idle reading of the host.
  base::Duration resend_every{std::chrono::seconds{5}};  ///< Reports that were not acknowledged.
};

/// What the verbs work with: the host's drivers, as the composition root chose them. All outlive
/// the agent. A null pointer: this host has none; verbs that need it fail with DRIVER_MISSING.
struct HostPorts {
  ports::ReleaseDriver& release;
  ports::ServiceDriver& services;
  ports::ConfigDriver& config;
  ports::Machine& machine;
  const core::Profile& profile;
  ports::SchemaDriver* schema = nullptr;      ///< Schema host; useful on conductors, too.
  ports::BalancerDriver* balancer = nullptr;  ///< API hosts.
  ports::IronicApi* deployment = nullptr;     ///< The API as clients reach it.
  ports::IronicApi* own_api = nullptr;        ///< The API of this very host, asked directly.
};

}  // namespace rollmill::agent
