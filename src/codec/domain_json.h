#pragma once

#include <string>

#include "codec/json/writer.h"
#include "rollmill/base/result.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"

/// JSON of domain values, in the same form as in the journal. Reading: missing fields get their
/// default, unknown ones are ignored; InvalidArgument with a JSON pointer for what cannot be read.
/// Pure. THREAD: any.
namespace rollmill::codec {

std::string to_json(const core::Plan& plan, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::Policy& policy, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::Fleet& fleet, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::HostFacts& facts, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::FleetFacts& facts, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::Task& task, JsonStyle style = JsonStyle::Compact);
std::string to_json(const core::TaskReport& report, JsonStyle style = JsonStyle::Compact);

base::Result<core::Plan> plan_from_json(const std::string& text);
base::Result<core::Policy> policy_from_json(const std::string& text);
base::Result<core::Fleet> fleet_from_json(const std::string& text);
base::Result<core::HostFacts> host_facts_from_json(const std::string& text);
base::Result<core::FleetFacts> fleet_facts_from_json(const std::string& text);
base::Result<core::Task> task_from_json(const std::string& text);
base::Result<core::TaskReport> task_report_from_json(const std::string& text);

}  // namespace rollmill::codec
