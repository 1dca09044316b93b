#include <string>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

void look_at_release(Job& job) {
  const auto installed = job.host.release.installed();
  if (!installed) return job.note("preflight.release-readable", installed.error().message);
  job.ok("preflight.release-readable", installed->version + " is installed.");
  if (installed->clean && installed->left_over.empty())
    job.ok("preflight.package-clean", "Nothing is half installed.");
  else if (installed->clean)
    job.warn("preflight.package-clean",
             installed->left_over + " was left on " + job.settings.host.text +
                 " by an installation of ours that was cut off: no package may start a service "
                 "until it is gone. The next install, or the verify phase, takes it away.");
  else
    job.note("preflight.package-clean", "An interrupted installation waits to be finished on " +
                                            job.settings.host.text +
                                            "; finish it with dpkg --configure -a.");
}

void look_at_config(Job& job) {
  const auto drop_in = job.host.config.read();
  if (!drop_in) return job.note("preflight.drop-in-clean", drop_in.error().message);
  if (drop_in->foreign_edit)
    job.note("preflight.drop-in-clean", "Our drop-in on " + job.settings.host.text +
                                            " was edited by somebody; undo that or remove it.");
  else
    job.ok("preflight.drop-in-clean",
           drop_in->present ? "It is as we wrote it." : "There is none.");
  const auto pin = job.host.config.effective("DEFAULT", "pin_release_version");
  if (!pin) return job.note("preflight.no-pin", pin.error().message);
  if (!*pin) return job.ok("preflight.no-pin", "No pin is set.");
  bool ours = false;
  for (const ports::Setting& each : drop_in->settings)
    ours = ours || each == ports::Setting{"DEFAULT", "pin_release_version", **pin};
  if (ours && **pin == core::to_string(job.args.from))
    job.warn("preflight.no-pin",
             "Our pin " + **pin + " is there, of this upgrade or an earlier one.");
  else
    job.note("preflight.no-pin", "pin_release_version = " + **pin + " is in force on " +
                                     job.settings.host.text + "; remove it first.");
}

void look_at_json_rpc(Job& job) {
  const auto port = job.host.config.effective("json_rpc", "port");
  if (!port) return job.note("preflight.json-rpc-port", port.error().message);
  if (port->value_or("8089") == "8089")
    job.ok("preflight.json-rpc-port", "Port 8089.");
  else
    job.note("preflight.json-rpc-port",
             "[json_rpc]port = " + **port + " on " + job.settings.host.text +
                 ": the conductor registers as host:port while its reservations carry the host "
                 "alone, and locks of a dead conductor stay for ever. Use port 8089.");
}

void look_at_room(Job& job) {
  const auto room = job.host.machine.free_megabytes();
  if (!room) return job.note("preflight.disk-space", room.error().message);
  const std::string text = std::to_string(*room) + " MiB are free, " +
                           std::to_string(job.settings.min_free_mb) + " are needed";
  if (*room < job.settings.min_free_mb)
    job.note("preflight.disk-space", text + " on " + job.settings.host.text + ".");
  else
    job.ok("preflight.disk-space", text + ".");
}

void look_at_stop_time(Job& job, const ports::ServiceDriver::Status& status,
                       const std::string& name) {
  const base::Duration needed = job.quirks(job.args.from).idle_stop;
  if (status.stop_limit != base::Duration{0} && status.stop_limit < needed)
    job.warn("preflight.stop-timeout",
             "The service manager kills " + name + " after " +
                 base::format_duration(status.stop_limit) + ", but a stop of this release takes " +
                 base::format_duration(needed) + "; the window raises that before the first stop.");
  else
    job.ok("preflight.stop-timeout", name + " has the time to stop.");
}

void look_at_service(Job& job, const ServiceSettings& each) {
  const std::string& name = each.service.name;
  const auto status = job.host.services.status(name);
  if (!status) return job.note("preflight.services-run", name + ": " + status.error().message);
  const core::RoleInfo* role = core::find_role(job.host.profile, each.service.role);
  if (role != nullptr && role->drains_work) look_at_stop_time(job, *status, name);
  if (!status->main || !status->active)
    return job.note("preflight.services-run", name + " does not run on " + job.settings.host.text +
                                                  "; start it, or take it out of the fleet file.");
  job.ok("preflight.services-run", name + " runs.");
  const auto config = job.host.config.changed_at();
  if (config && status->main->started_at < *config)
    job.warn("preflight.config-in-force",
             name + " was started before its configuration was last changed.");
  else if (config)
    job.ok("preflight.config-in-force", name + " has read its configuration as it is.");
  else
    job.note("preflight.config-in-force", config.error().message);
}

void look_at_registry(Job& job) {
  if (job.host.deployment == nullptr) return;
  const auto conductors = job.host.deployment->conductors();
  if (!conductors) return job.note("preflight.registry-readable", conductors.error().message);
  job.ok("preflight.registry-readable",
         std::to_string(conductors->size()) + " conductors are registered.");
  for (const ServiceSettings& each : job.settings.services) {
    if (each.conductor_hostname.empty()) continue;
    const auto own = find_conductor(*conductors, each.conductor_hostname);
    if (own && own->alive)
      job.ok("preflight.conductor-alive", own->hostname + " is alive.");
    else
      job.note("preflight.conductor-alive", "The conductor of " + job.settings.host.text +
                                                " is not registered alive as \"" +
                                                each.conductor_hostname + "\"; the registry has " +
                                                print_conductors(*conductors) + ".");
  }
}

void look_at_api(Job& job) {
  if (job.host.own_api == nullptr) return;
  const auto versions = job.host.own_api->versions();
  if (!versions && versions.error().code == base::ErrorCode::DataLoss) {
    job.ok("api.answers", "Something answers.");
    return job.note("api.answers-json", versions.error().message);
  }
  if (!versions) return job.note("api.answers", versions.error().message);
  job.ok("api.answers", "It answers.");
  job.ok("api.answers-json", "Up to microversion " + versions->maximum + ".");
}

void look_at_balancer(Job& job) {
  if (job.host.balancer == nullptr) return;
  for (const ServiceSettings& each : job.settings.services) {
    if (!core::serves_api(job.host.profile, each.service.role)) continue;
    const auto state = job.host.balancer->state(each.service.name);
    if (!state)
      job.note("api.balancer-sees-it", state.error().message);
    else if (state->serving)
      job.ok("api.balancer-sees-it", "The balancer says " + state->text + ".");
    else
      job.warn("api.balancer-sees-it", "The balancer sends no request to " + each.service.name +
                                           " of " + job.settings.host.text + " (" + state->text +
                                           ").");
  }
}

}  // namespace

Trouble inspect(Job& job) {
  look_at_release(job);
  look_at_config(job);
  look_at_json_rpc(job);
  look_at_room(job);
  for (const ServiceSettings& each : job.settings.services) look_at_service(job, each);
  look_at_registry(job);
  look_at_api(job);
  look_at_balancer(job);
  if (job.args.schema) return inspect_schema(job);
  return {};
}

}  // namespace rollmill::agent
