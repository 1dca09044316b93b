#include "rollmill/core/profile.h"

#include <algorithm>

namespace rollmill::core {
namespace {

using std::chrono::seconds;

/// 21.4: SIGTERM drops the locks at once; no drain signal; `alive` ignores the online flag.
ReleaseQuirks quirks_21() {
  ReleaseQuirks quirks;
  quirks.stop_manner = StopManner::ReleasesLocksAtOnce;
  quirks.idle_stop = seconds{17};
  quirks.alive_knows_offline = false;
  return quirks;
}

/// 24.1 to 29.0: every SIGTERM takes the whole graceful_shutdown_timeout; SIGUSR2 never ends.
ReleaseQuirks quirks_24_to_29(bool alive_knows_offline) {
  ReleaseQuirks quirks;
  quirks.stop_manner = StopManner::AlwaysFullGraceTimeout;
  quirks.idle_stop = seconds{62};
  quirks.alive_knows_offline = alive_knows_offline;
  return quirks;
}

/// 32.0 and later: threads and a master process that respawns its worker.
ReleaseQuirks quirks_threaded(bool healthcheck_swallows_api) {
  ReleaseQuirks quirks;
  quirks.stop_manner = StopManner::EndsWhenIdle;
  quirks.idle_stop = seconds{17};
  quirks.drain_signal_ends = true;
  quirks.healthcheck_swallows_api = healthcheck_swallows_api;
  quirks.master_hides_dead_worker = true;
  return quirks;
}

const char* const kUtf8Rewrite =
    "migration c1fd28861bb9 rewrites 20 tables to utf8mb4 with locking ALTERs; on big tables the "
    "running services block meanwhile";

Profile make_ironic_profile() {
  Profile profile;
  profile.name = "ironic";
  profile.roles = {
      {.role = "conductor", .phase = "conductors", .serves_api = false, .drains_work = true},
      {.role = "api", .phase = "api", .serves_api = true, .drains_work = false},
  };
  // number, series, SLURP, highest microversion, schema head, removed hardware
  // types, heavy expand, quirks.
  // Microversions and heads: IRONIC.md 3 and 1; an empty one was not recorded and is not judged.
  profile.releases = {
      {{21, 4}, "2023.1", true, "1.82", "4dbec778866e", {}, "", quirks_21()},
      {{24, 1}, "2024.1", true, "", "", {}, "", quirks_24_to_29(false)},
      {{26, 1}, "2024.2", false, "", "", {}, "", quirks_24_to_29(true)},
      {{29, 0},
       "2025.1",
       true,
       "1.96",
       "21c48150dea9",
       {"ibmc", "xclarity"},
       "",
       quirks_24_to_29(true)},
      {{32, 0}, "2025.2", false, "", "", {}, "", quirks_threaded(false)},
      {{35, 0}, "2026.1", true, "1.111", "2a3b4c5d6e7f", {}, kUtf8Rewrite, quirks_threaded(true)},
      {{39, 0},
       "2026.2",
       false,
       "1.115",
       "9fb44677ef15",
       {"ilo", "ilo5", "irmc", "snmp"},
       "",
       quirks_threaded(false)},
  };
  return profile;
}

using Releases = std::vector<ReleaseInfo>;

Releases::const_iterator locate(const Profile& profile, const ReleaseNumber& number) {
  return std::find_if(profile.releases.begin(), profile.releases.end(),
                      [&](const ReleaseInfo& info) { return info.number == number; });
}

/// The releases that a hop from `from` may lead to: the next series and, between SLURPs, the next.
std::vector<ReleaseNumber> supported_targets(const Profile& profile,
                                             Releases::const_iterator from) {
  std::vector<ReleaseNumber> targets;
  const auto next = std::next(from);
  if (next == profile.releases.end()) return targets;
  targets.push_back(next->number);
  if (!from->slurp) return targets;
  const auto slurp = std::find_if(next, profile.releases.end(),
                                  [](const ReleaseInfo& info) { return info.slurp; });
  if (slurp != profile.releases.end() && slurp != next) targets.push_back(slurp->number);
  return targets;
}

base::Error unknown_release(const Profile& profile, const ReleaseNumber& number) {
  std::string known;
  for (const ReleaseInfo& info : profile.releases) {
    if (info.series == to_string(number)) {
      return {base::ErrorCode::NotFound,
              info.series + " is a series; write its release, " + to_string(info.number)};
    }
    known += (known.empty() ? "" : ", ") + to_string(info.number);
  }
  return {base::ErrorCode::InvalidArgument, "release " + to_string(number) +
                                                " is not in the profile \"" + profile.name +
                                                "\"; it knows " + known};
}

}  // namespace

const Profile& ironic_profile() {
  static const Profile profile = make_ironic_profile();
  return profile;
}

const ReleaseInfo* find_release(const Profile& profile, const ReleaseNumber& number) {
  const auto found = locate(profile, number);
  return found == profile.releases.end() ? nullptr : &*found;
}

const RoleInfo* find_role(const Profile& profile, const std::string& role) {
  const auto found = std::find_if(profile.roles.begin(), profile.roles.end(),
                                  [&](const RoleInfo& info) { return info.role == role; });
  return found == profile.roles.end() ? nullptr : &*found;
}

bool serves_api(const Profile& profile, const std::string& role) {
  const RoleInfo* info = find_role(profile, role);
  return info != nullptr && info->serves_api;
}

base::Status check_hop(const Profile& profile, const ReleaseNumber& from, const ReleaseNumber& to) {
  const auto start = locate(profile, from);
  if (start == profile.releases.end()) return unknown_release(profile, from);
  if (locate(profile, to) == profile.releases.end()) return unknown_release(profile, to);
  std::string targets;
  for (const ReleaseNumber& target : supported_targets(profile, start)) {
    if (target == to) return base::success();
    targets += (targets.empty() ? "" : " or ") + to_string(target);
  }
  return base::Error{base::ErrorCode::FailedPrecondition,
                     "the hop " + to_string(from) + " -> " + to_string(to) +
                         " is not one that the project supports; from " + to_string(from) +
                         (targets.empty() ? " no hop is known" : " it supports " + targets)};
}

}  // namespace rollmill::core
