#pragma once

#include <memory>

#include "config/agent_config.h"
#include "drivers/drivers.h"
#include "drivers/process/task_commands.h"
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

/// `commands` run what the drivers run and take the lines they have to say of the task at hand.
HostDrivers make_host_drivers(const config::AgentConfig& config,
                              const std::shared_ptr<drivers::TaskCommands>& commands);

}  // namespace rollmill::apps
