#pragma once

#include <string>
#include <vector>

#include "rollmill/core/plan.h"

namespace rollmill::core {

/// Where one service stands on the way from A to B, from what was read on its host.
enum class Standing { Old, NewPinned, NewUnpinned };

/// Why a service that is to be brought back first is away, what stays so the longest first. One
/// that was only being restarted when it was read may serve again when its turn takes it down.
enum class Absence {
  TakenOut,  ///< Somebody took it out of the balancer.
  Stopped,   ///< It does not run.
  Passing,   ///< It runs: not healthy yet, not heard yet, or nobody has proven it.
};

/// What was read of one service.
struct ServiceReading {
  Standing standing = Standing::Old;
  bool runs = false;
  Absence absence = Absence::Passing;
  bool away = false;             ///< It does not run, or gets no requests.
  bool would_be_new = false;     ///< A start now would run B.
  bool would_be_pinned = false;  ///< A start now would find a pin.
};

/// What the readings of a whole fleet mean for a plan.
struct FleetReading {
  ReleaseNumber from;
  std::vector<ServiceReading> services;  ///< By service index.
  std::vector<std::string> problems;     ///< Every reason why there can be no plan.
  std::vector<std::string> notes;        ///< What the reader of the plan should know.
  bool any_old = false;
  bool any_pinned = false;
  bool any_unpinned = false;  ///< A service of B runs unpinned, or the journal tells that one did.
};

FleetReading read_fleet(const PlanRequest& request);

/// Behind the name of a service of B whose files have changed since it started: what is not known
/// of its pin, and what to do. A restart without a pin passes the point of no return, so it is
/// advised only where a file has one. `drop_in` is the detail "config.drop_in".
std::string tell_unclear_pin(const ServiceFacts& seen, const std::string& drop_in);

/// The reading of a service that runs; null when it does not, or the host has none of it.
const ServiceFacts* find_running(const HostFacts& facts, const std::string& service);
/// Does the service not run, or get no requests? Where the balancer does not tell, an API that is
/// `charged` may be out of it.
bool is_away(const Profile& profile, const Service& service, const HostFacts& facts, bool charged);
Absence absence_of(const Profile& profile, const Service& service, const HostFacts& facts);
/// A named reading; empty when the host has none of it.
std::string detail(const HostFacts& facts, const std::string& key);

/// "cond1 (ironic-conductor)": how sentences name a service.
std::string name_service(const Host& host, const Service& service);

}  // namespace rollmill::core
