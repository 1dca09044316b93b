#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/fleet_reading.h"
#include "rollmill/core/plan.h"

namespace rollmill::core {

/// Gives the plan its id: the hash of everything that it was made from and will do; volatile
/// readings are left out.
void name_plan(Plan& plan);
/// A list of flags may be shorter than what it is about: the rest is false.
inline bool is_set(const std::vector<bool>& flags, std::size_t index) {
  return index < flags.size() && flags[index];
}
/// What shows that a service is so already. An upgrade that was given up may have left its API out
/// of the balancer, so it ends there.
std::vector<Verb> proof_of(const RoleInfo& role);
/// One sentence a problem, as the error that there is no plan.
base::Error no_plan(const std::vector<std::string>& problems);

/// @name Legs: append what `plan` still needs in one direction, from readings of every host. What
/// comes back is what is in the way, a sentence each; then nothing was appended.
/// @{
std::vector<std::string> append_forward(const Profile& profile, Plan& plan,
                                        const LegRequest& request);
std::vector<std::string> append_back(const Profile& profile, Plan& plan, const LegRequest& request);
/// @}
/// By service index: what such a way back takes down, also where something is in its way yet.
std::vector<bool> going_down_on_way_back(const Profile& profile, const LegRequest& request);

/// Puts phases, waves, turns and steps together, flat, in order; goes on behind what the plan has.
/// Used by planners only.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan& plan);

  /// Nothing is added for these hosts, by host index.
  void leave_out(std::vector<bool> hosts) { left_out_ = std::move(hosts); }
  /// Phases that follow belong to a new leg; without it, to the plan's last one.
  void begin_leg(Direction direction);

  void begin_phase(PhaseKind kind, std::string undo, bool reversible = true);
  void set_gate(GateSpec gate);
  void begin_wave(std::string label, base::Duration soak = {});
  /// A turn of the whole host.
  void add_host_turn(base::HostIndex host, const std::vector<TaskArgs>& args,
                     const std::vector<Verb>& verbs);
  /// A turn of one service; `args` are completed with its name, role and domain.
  void add_service_turn(base::ServiceIndex service, bool takes_down, const std::vector<Verb>& verbs,
                        TaskArgs args);

  /// One wave: the verbs on every host, or on every host with services.
  void add_everywhere(const std::string& label, const std::vector<Verb>& verbs,
                      const TaskArgs& common, bool services_only = false);
  /// One wave: the verbs on the schema host.
  void add_schema_turn(const std::vector<Verb>& verbs, const TaskArgs& common);
  /// Canary, then waves that double up to the largest that the policy allows.
  void add_waves(const std::vector<base::ServiceIndex>& services,
                 const std::function<void(base::ServiceIndex)>& add_turn);
  /// One wave of services that are away already; none when there are none. What stays away the
  /// longest goes first.
  void add_first_wave(std::vector<base::ServiceIndex> services,
                      const std::function<Absence(base::ServiceIndex)>& absence,
                      const std::function<void(base::ServiceIndex)>& add_turn);

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
  Direction direction_ = Direction::Forward;
  std::uint32_t leg_ = 0;
  std::vector<bool> left_out_;
  std::vector<Place> places_;  ///< By service index.
  std::map<std::string, std::vector<base::ServiceIndex>> by_role_;
};

}  // namespace rollmill::core
