#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "rollmill/core/fact.h"
#include "rollmill/core/upgrade.h"

namespace rollmill::sim {

/// Which rows of the engine's transition tables a run has taken, and other things worth a count.
/// Of many runs they are added up. Order is stable: same runs, same table.
struct Coverage {
  /// "step/Dispatched/Accept" -> how often.
  std::map<std::string, std::uint64_t> counts;

  void add(const std::string& what, std::uint64_t times = 1) { counts[what] += times; }
  void add(const Coverage& other) {
    for (const auto& [what, times] : other.counts) counts[what] += times;
  }
};

/// Counts transitions without a name for each: cheap enough for every fact.
class Transitions {
 public:
  /// `before` is the state that the fact is applied to.
  void note(const core::Upgrade& before, const core::FactBody& fact);
  void add_to(Coverage& coverage) const;

 private:
  static constexpr std::size_t kMost = 16;
  using Table = std::array<std::array<std::uint32_t, kMost>, kMost>;
  template <typename Rows, typename Runs, typename Cause>
  void leave(Table& table, const Rows& rows, const Runs& runs, Cause cause);
  void reset(const core::Upgrade& before, base::PhaseIndex phase);
  void count(Table& table, std::size_t state, std::size_t cause) { ++table.at(state).at(cause); }

  Table upgrade_{};
  Table phase_{};
  Table wave_{};
  Table turn_{};
  Table step_{};
};

/// Every row of the tables, taken or not, in the same form: what could have been covered.
Coverage all_transitions();

}  // namespace rollmill::sim
