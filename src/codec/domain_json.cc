#include "codec/domain_json.h"

#include "codec/fields/task_fields.h"

namespace rollmill::codec {

using base::Result;

std::string to_json(const core::Plan& plan, JsonStyle style) { return write_json(plan, style); }
std::string to_json(const core::Policy& policy, JsonStyle style) {
  return write_json(policy, style);
}
std::string to_json(const core::Fleet& fleet, JsonStyle style) { return write_json(fleet, style); }
std::string to_json(const core::HostFacts& facts, JsonStyle style) {
  return write_json(facts, style);
}
std::string to_json(const core::FleetFacts& facts, JsonStyle style) {
  return write_json(facts, style);
}
std::string to_json(const core::Task& task, JsonStyle style) { return write_json(task, style); }
std::string to_json(const core::TaskReport& report, JsonStyle style) {
  return write_json(report, style);
}

Result<core::Plan> plan_from_json(const std::string& text) {
  return value_from_json<core::Plan>(text);
}
Result<core::Policy> policy_from_json(const std::string& text) {
  return value_from_json<core::Policy>(text);
}
Result<core::Fleet> fleet_from_json(const std::string& text) {
  return value_from_json<core::Fleet>(text);
}
Result<core::HostFacts> host_facts_from_json(const std::string& text) {
  return value_from_json<core::HostFacts>(text);
}
Result<core::FleetFacts> fleet_facts_from_json(const std::string& text) {
  return value_from_json<core::FleetFacts>(text);
}
Result<core::Task> task_from_json(const std::string& text) {
  return value_from_json<core::Task>(text);
}
Result<core::TaskReport> task_report_from_json(const std::string& text) {
  return value_from_json<core::TaskReport>(text);
}

}  // namespace rollmill::codec
