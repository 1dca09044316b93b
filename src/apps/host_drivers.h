#pragma once

#include <memory>

#include "config/agent_config.h"
#include "drivers/drivers.h"
#include "rollmill/agent/settings.h"

namespace rollmill::apps {

/// The drivers that an agent file chooses, and the ports made of them.
struct HostDrivers {
  drivers::SharedCommands commands;
  std::shared_ptr<ports::ReleaseDriver> release;
  std::shared_ptr<ports::ServiceDriver> service;
  std::shared_ptr<ports::ConfigDriver> config;
  std::shared_ptr<ports::Machine> machine;
  std::shared_ptr<ports::SchemaDriver> schema;
  std::shared_ptr<ports::BalancerDriver> balancer;
  std::shared_ptr<ports::IronicApi> deployment;
  std::shared_ptr<ports::IronicApi> own_api;

  agent::HostPorts ports() const;
};

HostDrivers make_host_drivers(const config::AgentConfig& config, drivers::SharedCommands commands);

}  // namespace rollmill::apps
