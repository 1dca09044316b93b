#pragma once

#include <optional>
#include <string>

#include "rollmill/agent/settings.h"
#include "rollmill/base/result.h"
#include "rollmill/core/fleet.h"
#include "rollmill/ports/host.h"

namespace rollmill::agent {

/// How much of a host is read.
enum class Reading {
  Own,         ///< The host alone: cheap, done every few seconds.
  Deployment,  ///< Also what its API, the registry and the balancer say.
};

/// What the host is now. Never fails: what cannot be read is absent, with the reason in
/// details["unread.KEY"]. The caller sets `read_at`, last of all. THREAD: task.
core::HostFacts read_host(const AgentSettings& settings, const HostPorts& host, Reading reading);

/// The process began after the change. Start times of processes are exact to some ten milliseconds
/// only; a little is allowed for, far less than a service takes to read its files.
bool started_after(const ports::ServiceDriver::Process& process, base::TimePoint changed_at);

/// What that allows for. Nearer than this to a change, nobody can tell which of the two came first.
inline constexpr base::Duration kStartGrain{100};
/// The process began after the change, beyond doubt.
bool clearly_after(const ports::ServiceDriver::Process& process, base::TimePoint changed_at);

/// `[DEFAULT]hash_ring_reset_interval`: for so many seconds an API goes on asking a conductor that
/// has left, and for so many a stopping conductor goes on answering. Default: conf/default.py.
inline constexpr const char* kRingResetKey = "hash_ring_reset_interval";
inline constexpr const char* kRingResetDefault = "15";

/// When what decides the pin was last changed. A change of ours to the window's other settings does
/// not count: `changing_window` is called before it and `changed_window` after it, also by a
/// repeat after a crash in between.
base::Result<base::TimePoint> pin_changed_at(const HostPorts& host);
base::Status changing_window(const HostPorts& host);
base::Status changed_window(const HostPorts& host);

/// Facts without the time of reading, for comparison.
bool same_reading(core::HostFacts one, core::HostFacts other);

}  // namespace rollmill::agent
