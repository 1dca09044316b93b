#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/release.h"

namespace rollmill::core {

/// How a conductor of a release leaves (IRONIC.md 5 "Stop, by release", LAB.md 7).
enum class StopManner {
  ReleasesLocksAtOnce,     ///< 21.4 - 23.0: SIGTERM clears its reservations, then ends in seconds.
  AlwaysFullGraceTimeout,  ///< 23.1 - 31.x: SIGTERM ends only at graceful_shutdown_timeout (60 s).
  EndsWhenIdle,            ///< 32.0 and later: SIGTERM ends in seconds when nothing is in flight.
};

/// What is peculiar to one release; data, so that a new release is a row and a test.
struct ReleaseQuirks {
  StopManner stop_manner = StopManner::EndsWhenIdle;
  /// The longest an idle conductor takes to end after SIGTERM, defaults of that release.
  base::Duration idle_stop{};
  /// SIGUSR2 drains and ends by itself. False before 32.0: absent (21.4) or never ends (23.1-31).
  bool drain_signal_ends = false;
  /// `alive` of GET /v1/conductors is false at once after a clean stop (25.0 and later).
  bool alive_knows_offline = true;
  /// `[healthcheck]enabled` answers 200 on every path (35.0 as packaged; LP 2151134).
  bool healthcheck_swallows_api = false;
  /// stop() skips the hash ring wait when only one other conductor is online (all so far).
  bool ring_wait_skipped_with_two = true;
  /// A failing worker is respawned for ever under a living master (32.0 and later).
  bool master_hides_dead_worker = false;
  bool operator==(const ReleaseQuirks&) const = default;
};

/// One release a profile knows.
struct ReleaseInfo {
  ReleaseNumber number;
  std::string series;            ///< "2026.1"
  bool slurp = false;            ///< A hop from one SLURP release to the next one is supported.
  std::string max_microversion;  ///< Of the API, unpinned: "1.111".
  std::string schema_head;       ///< Alembic revision after expand; empty when not recorded.
  /// Hardware types that earlier releases have and this one does not; a conductor that enables one
  /// does not start (IRONIC.md 3 "Which jumps").
  std::vector<std::string> removed_hardware_types;
  std::string heavy_expand;  ///< Why expanding TO this release can block live tables, or empty.
  ReleaseQuirks quirks;
  bool operator==(const ReleaseInfo&) const = default;
};

/// Roles in the order in which they are upgraded; the profile is data for one project.
struct RoleInfo {
  std::string role;          ///< "conductor"
  std::string phase;         ///< Name of the phase that upgrades it: "conductors"
  bool serves_api = false;   ///< Stands behind the load balancer; drained and enlisted there.
  bool drains_work = false;  ///< Holds work that a stop kills; must be quiet first.
  bool operator==(const RoleInfo&) const = default;
};

/// How one project is upgraded: pure data, so that another project is another value.
struct Profile {
  std::string name;                   ///< "ironic"
  std::vector<RoleInfo> roles;        ///< In upgrade order.
  std::vector<ReleaseInfo> releases;  ///< Ascending.
  bool operator==(const Profile&) const = default;
};

/// The Ironic profile. Sources: IRONIC.md 3, 5, 6 and LAB.md 4, 6, 7.
const Profile& ironic_profile();

/// Nothing (nullptr) when the profile does not know it; good as long as the profile is.
const ReleaseInfo* find_release(const Profile& profile, const ReleaseNumber& number);
const RoleInfo* find_role(const Profile& profile, const std::string& role);
/// Does the role answer clients, behind a load balancer? Not one that the profile does not know.
bool serves_api(const Profile& profile, const std::string& role);

/// Is the hop one that the project documents: the next series, or SLURP to the next SLURP?
/// The error says which hops from `from` are; NotFound: `to` is no release but a series.
base::Status check_hop(const Profile& profile, const ReleaseNumber& from, const ReleaseNumber& to);

}  // namespace rollmill::core
