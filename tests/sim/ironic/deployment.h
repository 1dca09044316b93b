#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/ironic/effect.h"
#include "sim/ironic/host.h"
#include "sim/ironic/layout.h"
#include "sim/random.h"
#include "sim/scheduler.h"

namespace rollmill::sim {

class Traffic;

/// Requests of clients, as they were answered.
struct TrafficCount {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::uint64_t lists = 0;
  std::uint64_t lists_failed = 0;
  base::Duration longest_gap{};  ///< Between two lists that were answered, while some were not.
  std::string last_error;        ///< Of a list.
};

/// A whole Ironic: hosts, services, database, balancer, clients. It lives in the scheduler's time
/// and draws from its own stream alone.
class Deployment {
 public:
  Deployment(Scheduler& time, const Random& seed, Layout layout);
  ~Deployment();
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;

  /// In the order of the fleet.
  std::size_t host_count() const { return hosts_.size(); }
  Host& host(std::size_t place) { return *hosts_[place]; }
  Host* find(const std::string& name);

  /// Called with each effect of a driver call; may throw (a killed agent unwinds through it).
  void on_effect(EffectHook hook);
  /// Everything that changed, oldest first.
  const std::vector<Effect>& effects() const;

  /// @name What really is
  /// @{
  /// Somebody who may has approved the unpin of the upgrade on its way; false: another begins.
  void approved(bool is = true);
  /// A person has taken the host out of the upgrade, or it belongs to it again: what is down there
  /// is not down by our hand, and not there for its group's least number either.
  void left_out(std::size_t place, bool is);
  /// A person has said that the services of the host need no proof.
  void vouched_for(std::size_t place);
  /// Sentences, each beginning with the number of a promise or with "policy"; grows, never
  /// shrinks. Cheap.
  const std::vector<std::string>& broken_promises() const;
  /// The same for a time when no upgrade is on its way.
  std::vector<std::string> broken_at_rest() const;
  /// Every service works and nothing waits for a person.
  bool healthy() const;
  /// Of every service, but for those of hosts that are off.
  bool all_on(const core::ReleaseNumber& release, bool pinned) const;
  /// An API whose requests were taken away and not given back, on a host that is on.
  bool any_drained() const;
  /// Whether pinned or not; hosts that are set in `except` are not looked at.
  bool all_on_release(const core::ReleaseNumber& release,
                      const std::vector<bool>& except = {}) const;
  const TrafficCount& traffic() const;
  /// One list through the balancer now, as a prober asks; counted apart from the traffic.
  bool answers_list() const;
  std::string describe() const;
  /// @}

  /// @name Faults of the deployment
  /// @{
  void silence_balancer(base::Duration takes);
  /// For the tools of an operator; services have their own connections.
  void silence_database(base::Duration takes);
  /// Every request takes so long from now on.
  void slow_api(base::Duration delay);
  /// [healthcheck]enabled: 35.0 answers every path with "OK".
  void enable_healthcheck(bool enabled);
  /// @}

  /// For tests of the model.
  Site& site() { return *site_; }

 private:
  bool is_off(const Daemon& daemon) const;

  std::unique_ptr<Site> site_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::unique_ptr<Traffic> traffic_;
};

}  // namespace rollmill::sim
