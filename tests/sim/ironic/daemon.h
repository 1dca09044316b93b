#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"
#include "sim/ironic/release_table.h"
#include "sim/scheduler.h"

namespace rollmill::sim {

enum class Role : std::uint8_t { Conductor, Api, Other };

/// By whose hand a process began.
enum class Origin : std::uint8_t {
  Before,  ///< It ran when the world began.
  Agent,   ///< A driver call.
  World,   ///< A boot, a person, or the service manager by itself.
};

inline constexpr base::TimePoint kNever = base::TimePoint::max();

/// One life of a service's main process, with what it read at its start. Times are true ones, not
/// those of the host's clock.
struct ProcessLife {
  std::int64_t pid = 0;
  base::TimePoint started_at{};
  ReleaseId release = ReleaseId::R35;
  ReleaseId writes = ReleaseId::R35;  ///< The pin, or its own release.
  bool pinned = false;
  bool works =
      true;  ///< False: it never registers or answers (a worker that dies again and again).
  Origin origin = Origin::Before;
  bool disturbed = false;  ///< Somebody else had changed the configuration it read.
  base::Duration grace{};
  base::Duration ring_reset{};
  base::Duration heartbeat_interval{};
  base::Duration heartbeat_timeout{};
  base::TimePoint ready_at{};  ///< Registers, or answers, from then on.
};

/// One service of one host: its unit and its process.
struct Daemon {
  std::size_t host = 0;
  std::size_t place = 0;  ///< Among the conductors, or the APIs, of the deployment.
  core::Service service;
  Role role = Role::Other;
  std::string hostname;        ///< In the conductor registry.
  std::size_t group = 0;       ///< Role and domain, for the budget.
  std::size_t node_group = 0;  ///< Conductors: nodes of the same conductor_group.

  base::Duration clock_offset{};  ///< Of its host.

  std::optional<ProcessLife> process;
  bool stopping = false;
  base::TimePoint gone_at{};       ///< Of a stop under way.
  base::TimePoint silent_since{};  ///< APIs: when it stopped to answer.
  Scheduler::Id next_event = 0;    ///< Registration, or the end of a stop, or a planned death.
  std::uint32_t restarts = 0;      ///< By the service manager.
  bool failed = false;             ///< The unit's state after a death.
  bool wanted = true;              ///< Stopped by nobody's wish: a person would start it.
  base::Duration stop_limit{};     ///< TimeoutStopSec of the package's unit.
  base::Duration window{};         ///< Our drop-in of the unit; 0: none.

  /// @name Balancer, of APIs
  /// @{
  bool drained = false;
  base::TimePoint quiet_at{};  ///< When the last request in flight has ended, after a drain.
  /// @}
};

}  // namespace rollmill::sim
