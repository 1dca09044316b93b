#pragma once

#include <string>

#include "agent/verbs/job.h"
#include "rollmill/base/result.h"
#include "rollmill/ports/ironic_api.h"

/// Proofs that several verbs give; each notes one check of the catalogue. THREAD: task.
namespace rollmill::agent {

/// The release that the step needs is installed, completely (release.installed).
Trouble prove_installed(Job& job, const core::ReleaseNumber& release);
/// What a service would start with now has the wanted pin, or none.
Trouble prove_pin(Job& job, const char* id);
/// The same as a probe proves it: not of an old service that nobody has touched yet.
Trouble prove_pin_in_force(Job& job);
/// Is the service's process of the wanted release, and younger than its files and configuration?
/// The configuration of an old service, which nobody has touched yet, may wait for a restart.
Look look_at_process(Job& job, const std::string& service);
/// The step looks at an old service before anything was done to it.
bool is_untouched(const Job& job);
/// Of the job's service, in the registry.
inline const std::string& hostname(const Job& job) { return job.service()->conductor_hostname; }
/// What this host's files set, in whole seconds, or `otherwise`.
base::Duration seconds_set(Job& job, const char* section, const char* key,
                           base::Duration otherwise);
/// The name of the agent's own note of when the job's service was last told to stop.
std::string stop_note(const Job& job);
/// That time; nothing when it never was.
base::Result<std::optional<base::TimePoint>> last_stop(Job& job);
/// "conductor.NAME" or "api.NAME", by the role of the job's service.
const char* by_role(const Job& job, const char* conductor_id, const char* api_id);

/// No row that release A cannot read.
Trouble prove_rows_old(Job& job, const char* id);
/// Every row in the newest version of release B.
Trouble prove_rows_newest(Job& job, const char* id);
/// The installed release's own status check ends with 0 or 1.
Trouble prove_status_check(Job& job, const char* id);
/// DRIVER_MISSING when the host has no schema driver.
Trouble need_schema(const Job& job);
Trouble need_deployment_api(const Job& job);

/// A read that some living conductor must answer, through this API; says in words what was asked.
base::Result<std::string> round_trip_to_any(ports::IronicApi& api);

}  // namespace rollmill::agent
