#pragma once

#include <cstdint>
#include <functional>

#include "rollmill/base/time.h"
#include "rollmill/core/task.h"
#include "sim/ironic/release_table.h"

namespace rollmill::sim {

/// What changes a host or the deployment.
enum class Deed : std::uint8_t {
  Stage,      ///< Packages are fetched.
  Install,    ///< apt-get install.
  Configure,  ///< dpkg --configure -a.
  Expand,     ///< ironic-dbsync upgrade.
  Migrate,    ///< One batch of ironic-dbsync online_data_migrations.
  Stop,
  Start,
  Write,      ///< Our drop-in of the configuration, written.
  Remove,     ///< The same, taken away.
  SetWindow,  ///< Our drop-in of the unit.
  ClearWindow,
  TakeOut,  ///< Of the balancer.
  PutIn,
  // By the world alone; these are not announced.
  Registered,  ///< A conductor is in the registry.
  Answers,     ///< An API begins to answer.
  Gone,        ///< A process has ended.
  Booted,
  Foreign,  ///< A person, or a fault, changed something.
};

/// One entry of the log of a deployment.
struct Effect {
  base::TimePoint at{};  ///< True time of its beginning.
  std::uint32_t host = 0;
  Deed deed = Deed::Foreign;
  ReleaseId release = ReleaseId::R35;   ///< Wanted by it, or installed on the host.
  bool pinned = false;                  ///< Start: the process is.
  std::uint32_t service = 0;            ///< Place on the host; 0 where none is meant.
  const core::TaskKey* task = nullptr;  ///< On whose behalf; null: the world's. Stays good.
};

/// Where an effect of a driver call stands. Agents may be killed at each of them. All are called
/// on the fiber of the call: Before: nothing has happened yet; During: it goes on whoever dies
/// (only effects that take time); After: it is done, the call has not returned.
enum class Moment : std::uint8_t { Before, During, After };

using EffectHook = std::function<void(const Effect&, Moment)>;

const char* to_string(Deed deed);
const char* to_string(Moment moment);

}  // namespace rollmill::sim
