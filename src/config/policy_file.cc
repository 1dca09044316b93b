#include "config/policy_file.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "config/document.h"
#include "config/scalars.h"
#include "config/table.h"
#include "config/validate.h"
#include "config/values.h"
#include "rollmill/base/nearest.h"
#include "rollmill/core/checks.h"
#include "rollmill/core/profile.h"

namespace rollmill::config {
namespace {

using nlohmann::json;

core::Deadlines read_deadlines(const json& value) {
  core::Deadlines deadlines;
  deadlines.inspect = duration(value, "inspect");
  deadlines.stage = duration(value, "stage");
  deadlines.install = duration(value, "install");
  deadlines.schema = duration(value, "schema");
  deadlines.migrate = duration(value, "migrate");
  deadlines.configure = duration(value, "configure");
  deadlines.quiet = duration(value, "quiet");
  deadlines.stop = duration(value, "stop");
  deadlines.start = duration(value, "start");
  deadlines.probe = duration(value, "probe");
  deadlines.agent_lost = duration(value, "agent_lost");
  deadlines.approval = duration(value, "approval");
  return deadlines;
}

void read_budgets(core::Policy& policy, const json& value, const std::string& pointer,
                  Problems& problems) {
  std::vector<std::string> roles;
  for (const core::RoleInfo& role : core::ironic_profile().roles) roles.push_back(role.role);
  for (const auto& [role, entry] : value.items()) {
    policy.budgets[role] = {count(entry, "max_unavailable"), count(entry, "min_available")};
    if (core::find_role(core::ironic_profile(), role) != nullptr) continue;
    problems.add(join_pointer(pointer, role), "\"" + role + "\" is not a role; known are " +
                                                  join_words(roles) +
                                                  base::did_you_mean(role, roles));
  }
}

void read_waivers(core::Policy& policy, const json& value, const std::string& pointer,
                  Problems& problems) {
  std::vector<std::string> ids;
  for (const core::CheckInfo& check : core::check_catalogue()) ids.emplace_back(check.id);
  for (const auto& [id, reason] : value.items()) {
    policy.waived_checks[id] = reason.get<std::string>();
    const std::string place = join_pointer(pointer, id);
    if (core::find_check(id) == nullptr) {
      problems.add(place, "\"" + id + "\" is not a check" + base::did_you_mean(id, ids) +
                              "; docs/operating.md lists all checks");
    } else if (policy.waived_checks[id].empty()) {
      problems.add(place, "a check is waived without a reason; write why it may fail");
    }
  }
}

void check_deadlines(const json& value, const std::string& pointer, Problems& problems) {
  for (const auto& [name, each] : value.items()) {
    // A name that nobody knows is told already, and may hold anything.
    const auto length = base::parse_duration(each.is_string() ? each.get<std::string>() : "");
    if (!length || *length >= std::chrono::seconds{1}) continue;
    problems.add(join_pointer(pointer, name),
                 "a deadline under 1s lets no step succeed; give it more time");
  }
}

void check_contradictions(const core::Policy& policy, const std::string& pointer,
                          Problems& problems) {
  if (policy.max_wave != 0 && policy.canary > policy.max_wave) {
    problems.add(join_pointer(pointer, "canary"),
                 "the canary (" + std::to_string(policy.canary) +
                     ") is larger than the largest wave, max_wave (" +
                     std::to_string(policy.max_wave) + "); lower it, or set max_wave to 0");
  }
  if (policy.failures_tolerated_domain > policy.failures_tolerated) {
    problems.add(join_pointer(pointer, "failures_tolerated_domain"),
                 "more failures are tolerated in one domain (" +
                     std::to_string(policy.failures_tolerated_domain) +
                     ") than in the whole upgrade, failures_tolerated (" +
                     std::to_string(policy.failures_tolerated) + ")");
  }
  if (policy.soak >= policy.deadlines.approval) {
    problems.add(join_pointer(pointer, "soak"),
                 "the soak after a wave (" + base::format_duration(policy.soak) +
                     ") is not shorter than deadlines.approval (" +
                     base::format_duration(policy.deadlines.approval) +
                     "): approvals given in advance would expire while it lasts");
  }
  if (policy.retry_delay >= policy.deadlines.agent_lost) {
    problems.add(join_pointer(pointer, "retry_delay"),
                 "a retry waits longer (" + base::format_duration(policy.retry_delay) +
                     ") than an agent may be away, deadlines.agent_lost (" +
                     base::format_duration(policy.deadlines.agent_lost) + ")");
  }
}

base::Result<core::Policy> read_document(Document& document) {
  validate(document.value(), policy_table(), document.folder(), document.problems());
  const core::Policy policy = read_policy(document.value(), "", document.problems());
  if (!document.problems().empty()) return document.error();
  return policy;
}

}  // namespace

core::Policy read_policy(const json& value, const std::string& pointer, Problems& problems) {
  core::Policy policy;
  read_budgets(policy, value.at("budgets"), join_pointer(pointer, "budgets"), problems);
  policy.canary = count(value, "canary");
  policy.max_wave = count(value, "max_wave");
  policy.soak = duration(value, "soak");
  policy.max_attempts = count(value, "max_attempts");
  policy.retry_delay = duration(value, "retry_delay");
  policy.failures_tolerated = count(value, "failures_tolerated");
  policy.failures_tolerated_domain = count(value, "failures_tolerated_domain");
  policy.busy = text(value, "busy") == "go-on" ? core::BusyPolicy::GoOn : core::BusyPolicy::Fail;
  policy.on_failure = text(value, "on_failure") == "rollback" ? core::OnFailure::Rollback
                                                              : core::OnFailure::Pause;
  policy.deadlines = read_deadlines(value.at("deadlines"));
  check_deadlines(value.at("deadlines"), join_pointer(pointer, "deadlines"), problems);
  policy.window_drain = duration(value, "window_drain");
  policy.window_heartbeat = duration(value, "window_heartbeat");
  policy.migrate_batch = count(value, "migrate_batch");
  policy.migrate_pause = duration(value, "migrate_pause");
  policy.allow_unsupported_hop = boolean(value, "allow_unsupported_hop");
  read_waivers(policy, value.at("waived_checks"), join_pointer(pointer, "waived_checks"), problems);
  policy.backup_reference = text(value, "backup_reference");
  policy.max_clock_skew = duration(value, "max_clock_skew");
  check_contradictions(policy, pointer, problems);
  return policy;
}

base::Result<core::Policy> read_policy_file(const std::string& file) {
  auto document = Document::read(file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

base::Result<core::Policy> parse_policy(const std::string& text, const std::string& file) {
  auto document = Document::parse(text, file);
  if (!document.ok()) return document.error();
  return read_document(*document);
}

}  // namespace rollmill::config
