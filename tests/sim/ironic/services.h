#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "rollmill/ports/host.h"
#include "sim/ironic/config.h"
#include "sim/ironic/daemon.h"
#include "sim/ironic/packages.h"

namespace rollmill::sim {

/// systemd of one host, and the services under it: what a process reads at its start, how it comes
/// up, how it leaves by the quirks of its release (IRONIC.md 5 and 6, LAB.md 5 and 7).
class Services : public ports::ServiceDriver {
 public:
  Services(Site& site, MachineState& machine, Keeper& keeper, Config& config, Packages& packages);

  base::Result<Status> status(const std::string& service) override;
  base::Status stop(const std::string& service, base::Duration limit) override;
  base::Status start(const std::string& service) override;
  base::Status set_window(const std::string& service, base::Duration limit) override;
  base::Status clear_window(const std::string& service) override;

  /// Their addresses stay good.
  std::deque<Daemon>& daemons() { return daemons_; }
  const std::deque<Daemon>& daemons() const { return daemons_; }
  bool has_window() const;

  /// @name By the world
  /// @{
  /// Runs since before everything.
  void run_before(Daemon& daemon);
  void launch(Daemon& daemon, Origin origin);
  /// Ends at once, without a word to anybody.
  void die(Daemon& daemon);
  void power_off();
  /// Starts what is enabled.
  void boot();
  void break_next() { broken_ = true; }
  void die_after_start(base::Duration after, std::uint32_t times) {
    dies_after_ = after;
    deaths_ = times;
  }
  void freeze_heartbeats();
  /// Ends faults and starts what a person would start. True when there was something to do.
  void repair();
  /// A person starts anew what runs here.
  void restart();
  void halt();
  void raise_stop_limits();
  /// Starts what the agent has stopped, and puts an API back behind the balancer.
  void take_over();
  bool healthy() const;
  /// @}

 private:
  Daemon* find(const std::string& service);
  ProcessLife read_process(const Daemon& daemon, Origin origin);
  Process worker_of(const ProcessLife& process) const;
  void become_ready(Daemon& daemon);
  void plan_death(Daemon& daemon, base::Duration after, bool again);
  void begin_stop(Daemon& daemon);
  base::Duration stop_takes(Daemon& daemon);
  void finish_stop(Daemon& daemon);
  void end_process(Daemon& daemon);
  void check_rotation(const Daemon& daemon);
  void check_quiet(const Daemon& daemon);
  std::uint64_t subject(const Daemon& daemon) const;
  bool works(const Daemon& daemon) const;
  /// It has read what is in the files, apart from what only we have changed since.
  bool has_read_others(const Daemon& daemon) const;

  Site& site_;
  MachineState& machine_;
  Keeper& keeper_;
  Config& config_;
  Packages& packages_;
  Random random_;
  std::deque<Daemon> daemons_;
  bool broken_ = false;          ///< Fault: a process that begins does not work.
  base::Duration dies_after_{};  ///< Fault.
  std::uint32_t deaths_ = 0;
};

}  // namespace rollmill::sim
