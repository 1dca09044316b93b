#pragma once

#include <deque>
#include <vector>

#include "sim/ironic/effect.h"
#include "sim/ironic/ironic.h"
#include "sim/ironic/layout.h"
#include "sim/ironic/promises.h"

namespace rollmill::sim {

/// What the hosts of one deployment share.
struct Site {
  Site(Scheduler& scheduler, const Random& seed, Layout the_layout);

  Scheduler& time;
  Random random;
  const Layout layout;
  Ironic ironic;
  Promises promises;
  std::vector<Daemon*> daemons;  ///< All services; owned by their hosts.
  std::vector<Effect> effects;
  EffectHook hook;
  std::deque<core::TaskKey> keys;  ///< Of the tasks, in the order in which they came.
  std::int64_t next_pid = 1000;

  /// @name Faults in force
  /// @{
  base::Duration api_delay{};          ///< Every request takes so long.
  base::TimePoint balancer_back_at{};  ///< It answers nobody before.
  base::TimePoint database_back_at{};  ///< It answers no tool before.
  /// @}

  /// Announces an effect that is about to begin, and notes it.
  void begin(Effect effect, std::uint64_t subject, bool at_work);
  /// Announces where the newest effect of a host stands.
  void announce(const Effect& effect, Moment moment) {
    if (hook) hook(effect, moment);
  }
  /// Notes what the world does by itself.
  void note(std::size_t host, Deed deed, ReleaseId release);
  /// Rests in a fiber until then, whoever wakes it; outside of fibers it does nothing.
  void rest_until(base::TimePoint at);
};

}  // namespace rollmill::sim
