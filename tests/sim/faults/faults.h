#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/faults/fault.h"
#include "sim/ironic/effect.h"
#include "sim/world/disk.h"

namespace rollmill::sim {

class World;
class ControllerNode;

/// Makes the faults of a scenario happen, each when its moment comes.
class Faults {
 public:
  explicit Faults(World& world);

  /// A controller is about to append: what becomes of it. Counts, and begins what is due.
  AppendOrder append(const ControllerNode& node, const std::vector<ports::Record>& records);
  AppendOrder agent_append(std::size_t host);
  /// May kill the agent that is at it, which throws.
  void effect(std::size_t host, Moment moment);

 private:
  void begin(const Fault& fault);
  AppendOrder controller_fate();
  bool begin_program_fault(const Fault& fault);
  bool begin_host_fault(const Fault& fault);
  bool begin_network_fault(const Fault& fault);
  void reboot(std::size_t host, base::Duration takes);
  void freeze(ControllerNode& node, base::Duration lasts);
  void replace_controller(const Fault& fault);
  void lead_back(ControllerNode& old, std::uint32_t host);

  World& world_;
  std::multimap<std::uint32_t, Fault> by_append_;
  std::multimap<std::uint32_t, Fault> by_effect_;
  std::multimap<std::size_t, AppendFate> next_agent_append_;  ///< By host.
  std::uint32_t appends_ = 0;                                 ///< Since the first upgrade began.
  std::uint32_t effects_ = 0;
  std::map<std::size_t, Moment> killed_at_;  ///< Of the effect that is under way, by host.
  std::vector<Fault> fates_;                 ///< For the append that is decided now.
  std::uint32_t slow_appends_ = 0;
};

}  // namespace rollmill::sim
