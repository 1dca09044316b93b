#pragma once

#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"

/// One value of every kind with no field at its default, so that a field that is forgotten on the
/// way over the wire shows.
namespace rollmill::rpc {

core::TaskArgs sample_args();
core::Task sample_task();
core::HostFacts sample_facts();
core::CheckResult sample_check();
core::Policy sample_policy();
core::Plan sample_plan();
core::UpgradeView sample_view();
core::EventView sample_event(base::Sequence sequence);
ports::AgentHello sample_hello(const std::string& host, base::Epoch obeyed = 0);
ports::FleetHostView sample_fleet_host(const std::string& name);
ports::ControllerInfo sample_info();

}  // namespace rollmill::rpc
