#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rollmill/agent/settings.h"
#include "rollmill/ports/task_output.h"
#include "sim/ironic/effect.h"
#include "sim/ironic/layout.h"

namespace rollmill::sim {

struct Site;
struct HostParts;
struct Daemon;

/// One machine of a deployment with its drivers. It outlives its agent, as real ones do: what an
/// agent began goes on when the agent dies, and the next agent finds it.
class Host {
 public:
  Host(Site& site, std::size_t place);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::string& name() const;
  std::size_t place() const;
  /// The host's own clock, which may be wrong.
  base::TimePoint now() const;
  /// Another one after each boot.
  std::string boot_id() const;

  /// @name For its agent
  /// @{
  agent::HostPorts ports();
  /// Names and services; the caller may set the times.
  agent::AgentSettings settings() const;
  /// Bound by the agent's loop: keeps the results of the commands of a task.
  ports::TaskOutput& output();
  /// The agent's process has ended: what it did is bound to no task any more.
  void agent_died();
  /// @}

  /// @name Faults. Each is one thing that happens now; what the world makes of it follows.
  /// @{
  /// Power off and on: processes and commands end at once, enabled services start after `takes`.
  void reboot(base::Duration takes);
  /// True while it is off: its agent cannot run, either.
  bool is_off() const;
  /// The next starts give a process that lives but never registers or answers; a person ends it.
  void break_service();
  /// The next `times` starts of its services die after so long; the manager starts them again.
  void die_after_start(base::Duration after, std::uint32_t times);
  /// The next `times` installations fail and change nothing.
  void fail_install(std::uint32_t times);
  /// dpkg is cut off now (if it runs), or in the middle of the next installation.
  void interrupt_install();
  /// A file of the operator that is read after ours sets this pin; empty: takes it away again.
  void set_operator_pin(const std::string& pin);
  /// Somebody edits our drop-in: takes the pin out, or only touches it. False when there is none.
  bool edit_drop_in(bool take_pin_out);
  void freeze_heartbeat();
  /// A node in the hands of its conductor works for so long. False when it has none to spare.
  bool keep_busy(base::Duration takes);
  void fill_disk();
  void shift_clock(base::Duration offset);
  /// The next `dbsync upgrade` of this host is cut off in the middle.
  void cut_migration();
  /// @}

  /// What a sensible person would do at the machine: frees the disk, finishes dpkg, undoes edits,
  /// sets the clock, starts what has died; at the schema host also mends half a migration and
  /// brings failed nodes back.
  void repair();
  /// The same when no upgrade is on its way: starts what the agent has stopped, too, and puts an
  /// API back behind the balancer.
  void set_right();
  /// A person starts the services anew that run here, or stops them, as a message may ask for.
  void restart_services();
  void stop_services();
  /// A person runs the data migrations of the old release, or puts the database backup back.
  void migrate_data();
  void restore_backup();
  /// A person gives the services as long for their stop as any release may take.
  void raise_stop_limits();
  /// Nothing is left for a person to do here: services run and work, packages whole, no edits.
  bool healthy() const;
  /// Our drop-in of the configuration or of a unit is there.
  bool has_drop_in() const;
  /// Services whose process runs, for a trace: "ironic-conductor 39.0 pinned".
  std::string describe() const;

 private:
  /// Nobody starts a service whose files are just being replaced.
  bool is_installing() const;
  friend class Deployment;
  std::unique_ptr<HostParts> parts_;
};

}  // namespace rollmill::sim
