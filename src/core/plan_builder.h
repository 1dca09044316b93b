#pragma once

#include <string>
#include <vector>

#include "rollmill/core/plan.h"

namespace rollmill::core {

/// Puts phases, waves, turns and steps together, flat, in order. Used by make_plan only.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan& plan);

  void begin_phase(PhaseKind kind, std::string undo, bool reversible = true);
  void set_gate(GateSpec gate);
  void begin_wave(std::string label, base::Duration soak = {});
  /// A turn of the whole host.
  void add_host_turn(base::HostIndex host, const std::vector<TaskArgs>& args,
                     const std::vector<Verb>& verbs);
  /// A turn of one service; `args` are completed with its name, role and domain.
  void add_service_turn(base::ServiceIndex service, bool takes_down,
                        const std::vector<Verb>& verbs, TaskArgs args);

  const Service& service(base::ServiceIndex index) const;
  base::HostIndex host_of(base::ServiceIndex index) const;
  const std::vector<base::ServiceIndex>& services_of(const std::string& role) const;
  /// Arguments that every step has: the two releases.
  TaskArgs common() const;

 private:
  void add_step(Verb verb, base::HostIndex host, const TaskArgs& args);

  struct Place {
    base::HostIndex host;
    std::size_t position = 0;  ///< In the host's list.
  };
  Plan& plan_;
  std::vector<Place> places_;  ///< By service index.
  std::map<std::string, std::vector<base::ServiceIndex>> by_role_;
};

}  // namespace rollmill::core
