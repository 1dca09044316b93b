#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/policy.h"
#include "rollmill/core/task.h"

namespace rollmill::test {

/// One daemon as it would really be.
struct ServiceTwin {
  core::Service service;
  bool running = true;
  core::ReleaseNumber release;             ///< Of the process; kept when it stops.
  std::optional<core::ReleaseNumber> pin;  ///< That the process was started with.
  bool serving = true;                     ///< The balancer sends it requests (APIs).
  bool healthy = true;                     ///< The balancer's own check passes (APIs).
  bool heard = true;                       ///< Its heartbeat reaches the registry (conductors).
};

/// One host as it would really be.
struct HostTwin {
  std::vector<ServiceTwin> services;
  core::ReleaseNumber installed;
  std::optional<core::ReleaseNumber> pin;  ///< In the configuration now.
  bool drop_in = false;                    ///< Our file is there.
  bool edited = false;                     ///< Somebody has changed our file.
  bool side_by_side = false;
  std::string conductor_name;  ///< In the registry; empty: runs no conductor.
  base::Duration clock_ahead{};
  std::vector<core::CheckResult> findings;  ///< Reported by the next inspections.
  std::vector<HostTwin> before;             ///< What it was before somebody put it elsewhere.
};

/// A fleet in memory that does what its agents are asked for and keeps its own count of what must
/// never happen. It knows nothing of the engine, so that it can catch it.
class FleetTwin {
 public:
  FleetTwin() = default;
  /// Healthy and of one release everywhere.
  FleetTwin(const core::Fleet& fleet, core::ReleaseNumber from);

  HostTwin& host(const std::string& name);
  /// Whatever is wrong by the scenario's doing is put right; pins that differ become `pin`.
  void heal(core::ReleaseNumber pin, bool start_services);
  /// What `inspect` would report of one host, or of all.
  core::HostFacts read(const base::HostName& name, base::TimePoint now) const;
  core::FleetFacts read_all(base::TimePoint now) const;
  /// Carries the task out as a healthy agent does; a repeat changes nothing.
  core::TaskSucceeded perform(const base::HostName& name, const core::Task& task,
                              base::TimePoint now);

  /// Budgets that `perform` watches.
  core::Policy policy;
  /// The only host that reads the registry; empty: all do. For large fleets.
  std::string one_registry_reader;
  std::set<std::string> quarantined;  ///< Away by a person's word, not by our hand.
  /// Rows of the conductor registry that no host of the fleet owns.
  std::vector<std::string> strangers;
  /// Every promise that was broken, in words.
  std::vector<std::string> broken;

 private:
  bool change(HostTwin& host, const std::string& name, const core::Task& task);
  bool install(HostTwin& host, const std::string& name, const core::Task& task);
  bool stop(ServiceTwin& service, const std::string& name);
  bool start(HostTwin& host, ServiceTwin& service, const std::string& name, const core::Task& task);
  bool migrate();
  void watch_budget(const ServiceTwin& stopped);
  void watch_order(const ServiceTwin& started, const core::ReleaseNumber& old_release,
                   const core::ReleaseNumber& runs);
  bool any_running(bool (*which)(const ServiceTwin&, const core::ReleaseNumber&),
                   const core::ReleaseNumber& to) const;
  std::string registry() const;

  std::map<std::string, HostTwin> hosts_;
};

}  // namespace rollmill::test
