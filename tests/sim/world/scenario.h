#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rollmill/core/policy.h"
#include "sim/faults/fault.h"
#include "sim/ironic/layout.h"
#include "sim/world/nodes.h"

namespace rollmill::sim {

/// What the people of a run are like.
struct Habits {
  bool approve_ahead = false;    ///< All gates, when the upgrade is started.
  base::Duration looks_every{};  ///< How often somebody looks at an upgrade.
  std::uint32_t starts = 1;      ///< How often they start anew what was given up or rolled back.
  bool approves_late = false;    ///< Only when the upgrade has given up waiting for it.
  bool leaves_out = false;       ///< On the way back: puts in quarantine what fails or is away.
  bool skips = false;            ///< What only proves that a sound host is sound.
  bool trusts = false;           ///< Starts anew without putting the hosts right before.
};

/// All that one seed decides before anything happens.
struct Scenario {
  std::uint64_t seed = 0;
  Layout layout;
  core::Policy policy;
  AgentPace pace;
  Habits habits;
  bool real_codec = false;         ///< Facts go through their stored text.
  std::uint32_t look_closely = 1;  ///< Whole checks at every so many changes.
  std::vector<Fault> faults;
};

/// How scenarios are drawn.
struct Draw {
  std::vector<FaultKind> kinds;    ///< That may happen; empty: none.
  bool same_fleet = false;         ///< Always the fleet of twelve hosts: for measuring.
  std::uint32_t codec_every = 64;  ///< So many seeds go without the real codec, then one with it.
};

Scenario draw_scenario(std::uint64_t seed, const Draw& draw);

/// One line: hosts by role and group.
std::string describe(const Layout& layout);

}  // namespace rollmill::sim
