#include "agent/verbs/proofs.h"

#include <algorithm>
#include <vector>

#include "agent/host_reading.h"
#include "agent/registry.h"
#include "agent/row_versions.h"

namespace rollmill::agent {
namespace {

std::string on(const Job& job) { return " on " + job.settings.host.text; }

std::string pin_text(const std::string& pin) {
  return pin.empty() ? std::string("no pin") : "the pin " + pin;
}

Look judge_process(Job& job, const std::string& service,
                   const ports::ServiceDriver::Process& process) {
  const std::string name = service + " (process " + std::to_string(process.pid) + ")" + on(job);
  const auto installed = job.host.release.installed();
  if (!installed)
    return not_yet("The installed release cannot be read: " + installed.error().message);
  const std::string wanted = core::to_string(job.wanted_release());
  if (installed->number != job.wanted_release())
    return bad(name + " cannot be of release " + wanted + ": " + installed->version +
               " is installed.");
  if (!started_after(process, installed->changed_at))
    return bad(name + " began before the files of " + wanted +
               " were installed; it runs older code. Restart it.");
  const auto config = pin_changed_at(job.host);
  if (!config) return not_yet("The configuration cannot be read: " + config.error().message);
  if (!is_untouched(job) && !started_after(process, *config))
    return bad(name + " began before its configuration was last changed at " +
               base::format_time(*config) + ". Restart it.");
  return good(name + " runs " + installed->version + " since " +
              base::format_time(process.started_at) + ".");
}

using Finds = std::vector<std::string> (*)(const Histogram&, const ObjectVersions&);

Trouble prove_rows(Job& job, const char* id, const core::ReleaseNumber& release, Finds finds,
                   const std::string& all_well, const std::string& advice = "") {
  if (Trouble missing = need_schema(job)) return missing;
  const auto newest = job.host.schema->versions_of(release);
  if (!newest) return job.unreadable("The object versions of a release", newest.error());
  const auto rows = job.host.schema->histogram();
  if (!rows) return job.unreadable("The versions of the database's rows", rows.error());
  const std::vector<std::string> found = finds(*rows, *newest);
  if (!found.empty()) return job.fail(id, join_some(found) + "." + advice);
  job.ok(id, all_well + core::to_string(release) + ".");
  return {};
}

}  // namespace

Trouble prove_installed(Job& job, const core::ReleaseNumber& release) {
  constexpr const char* kId = "release.installed";
  const auto installed = job.host.release.installed();
  if (!installed) return job.unreadable("The installed release", installed.error());
  if (installed->number != release || !installed->clean)
    return job.fail(kId, "Release " + core::to_string(release) + " is needed" + on(job) + ", but " +
                             installed->version + " is installed" +
                             (installed->clean ? "." : ", and not completely."));
  job.ok(kId, installed->version + " is installed.");
  return {};
}

Trouble prove_pin(Job& job, const char* id) {
  const auto pin = job.host.config.effective("DEFAULT", "pin_release_version");
  if (!pin) return job.unreadable("The configuration", pin.error());
  const std::string is = pin->value_or("");
  if (is != job.wanted_pin())
    return job.fail(id, "A service would start with " + pin_text(is) + on(job) + ", but " +
                            pin_text(job.wanted_pin()) + " is wanted.");
  job.ok(id, "A service starts with " + pin_text(is) + ".");
  return {};
}

Trouble prove_pin_in_force(Job& job) {
  return is_untouched(job) ? Trouble() : prove_pin(job, "start.pin-in-force");
}

Look look_at_process(Job& job, const std::string& service) {
  const auto status = job.host.services.status(service);
  if (!status)
    return not_yet("The state of " + service + on(job) +
                   " cannot be read: " + status.error().message);
  if (!status->main) return not_yet("No process of " + service + " runs" + on(job) + ".");
  return judge_process(job, service, *status->main);
}

bool is_untouched(const Job& job) { return !job.args.new_release && !job.args.pinned; }

base::Duration seconds_set(Job& job, const char* section, const char* key,
                           base::Duration otherwise) {
  const auto text = job.host.config.effective(section, key);
  if (!text || !text->has_value()) return otherwise;
  return base::parse_duration(**text + "s").value_or(otherwise);
}

std::string stop_note(const Job& job) { return "stopped-" + job.args.service; }

base::Result<std::optional<base::TimePoint>> last_stop(Job& job) {
  const auto note = job.host.machine.kept(stop_note(job));
  if (!note) return note.error();
  return note->has_value() ? base::parse_time(**note) : std::nullopt;
}

const char* by_role(const Job& job, const char* conductor_id, const char* api_id) {
  return job.serves_api() ? api_id : conductor_id;
}

Trouble prove_rows_old(Job& job, const char* id) {
  return prove_rows(job, id, std::min(job.args.from, job.args.to), rows_newer_than,
                    "Every row can be read by release ",
                    " Find what saved them without a pin; rows that nothing saves again need the "
                    "database backup.");
}

Trouble prove_rows_newest(Job& job, const char* id) {
  return prove_rows(job, id, job.args.to, rows_other_than,
                    "Every row is in the newest version of release ");
}

Trouble prove_status_check(Job& job, const char* id) {
  const auto check = job.host.schema->status_check();
  if (!check) return job.unreadable("The upgrade check", check.error());
  if (check->worst > 1)
    return job.fail(id, "ironic-status upgrade check ended with " + std::to_string(check->worst) +
                            on(job) + ": " + check->summary);
  if (check->worst == 1)
    job.warn(id, "ironic-status upgrade check warns: " + check->summary);
  else
    job.ok(id, "ironic-status upgrade check found nothing.");
  return {};
}

Trouble need_schema(const Job& job) {
  if (job.host.schema != nullptr) return {};
  return job.trouble("DRIVER_MISSING", "The agent file of " + job.settings.host.text +
                                           " has no schema driver, which " +
                                           core::to_string(job.task.verb) + " needs.");
}

Trouble need_deployment_api(const Job& job) {
  if (job.host.deployment != nullptr) return {};
  return job.trouble("DRIVER_MISSING", "The agent file of " + job.settings.host.text +
                                           " does not name the deployment's API, which " +
                                           core::to_string(job.task.verb) + " needs.");
}

base::Result<std::string> round_trip_to_any(ports::IronicApi& api) {
  const auto conductors = api.conductors();
  if (!conductors) return conductors.error();
  for (const auto& each : *conductors) {
    if (!each.alive || each.drivers.empty()) continue;
    const std::string& driver = each.drivers.front();
    if (const auto answer = api.driver_round_trip(driver); !answer)
      return answer.error().with_context("asking for the properties of driver " + driver);
    return std::string("a conductor told the properties of driver " + driver);
  }
  return base::Error{base::ErrorCode::Unavailable, "no living conductor is registered"};
}

}  // namespace rollmill::agent
