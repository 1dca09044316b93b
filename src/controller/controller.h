#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/history.h"
#include "controller/log_desk.h"
#include "controller/subscribers.h"
#include "rollmill/core/engine.h"
#include "rollmill/core/profile.h"
#include "rollmill/ports/agent_link.h"
#include "rollmill/ports/clock.h"
#include "rollmill/ports/control.h"

namespace rollmill::controller {

/// What the controller stands on; all outlive it.
struct ControllerPorts {
  ports::Journal& journal;
  const ports::FactCodec& codec;
  ports::AgentLink& link;
  ports::Clock& clock;
};

/// The controller's loop: event, decide, append durably, evolve, perform the commands, wake who
/// watches; then advance until nothing moves, and set the alarm. Plain and single-threaded; the way
/// in from other threads is PostedControl. A journal that cannot be written stops the process.
/// Methods do what those of the same name in ports::Control promise. THREAD: loop.
class Controller {
 public:
  /// Protocols of agents that are understood.
  static constexpr std::uint32_t kOldestProtocol = 1;
  static constexpr std::uint32_t kNewestProtocol = 1;

  /// `policy` holds for upgrades that do not bring their own.
  Controller(ControllerPorts ports, const core::Profile& profile, core::Fleet fleet,
             core::Policy policy, std::string version);

  /// Folds the journal, takes the next epoch and goes on with the unfinished upgrade. Once, before
  /// anything else. The error says why this controller must not start.
  base::Status recover();

  /// @name Upgrades (upgrades.cc)
  /// @{
  base::Result<core::Plan> plan(const ports::PlanAsked& asked);
  base::Result<core::UpgradeView> start(const ports::StartAsked& asked);
  base::Result<core::UpgradeView> request(const base::UpgradeId& id, const core::Event& event);
  void prober_counted(const core::ProberCounted& counted);
  /// @}

  /// @name Agents (agents.cc)
  /// @{
  /// `reply` comes before the tasks are sent, so that the link knows the agent by then. A newer
  /// stream of a host replaces the older one, whose end must not be told.
  void agent_came(const ports::AgentHello& hello, const ports::Reply<ports::AgentWelcome>& reply);
  void agent_reported(const base::HostName& host, const core::TaskReport& report);
  void agent_facts(const base::HostName& host, const core::HostFacts& facts);
  void agent_went(const base::HostName& host, const std::string& reason);
  void agent_logs(const base::HostName& host, std::uint64_t request, ports::LogChunk chunk);
  /// @}

  /// @name Questions (queries.cc)
  /// @{
  base::Result<core::UpgradeView> get(const base::UpgradeId& id, core::Detail detail);
  base::Result<std::vector<core::UpgradeView>> list();  ///< Newest first.
  base::Result<std::vector<ports::FleetHostView>> hosts() const;
  base::Result<ports::ControllerInfo> info() const;
  base::Result<std::vector<core::EventView>> events(const base::UpgradeId& id, base::Sequence after,
                                                    std::uint32_t limit);
  void subscribe(std::weak_ptr<Subscription> subscription);
  void logs(const base::UpgradeId& id, base::StepIndex step, bool follow, LogDesk::Sink sink);
  /// The upgrades as this controller has them, for tests that compare them with the journal.
  const History& history() const { return history_; }
  /// @}

 private:
  struct Agent {
    bool connected = false;
    base::TimePoint since{};
    std::string version;
    std::string boot_id;
    base::Shared<core::HostFacts> facts{core::HostFacts{}};
  };

  // The loop (controller.cc)
  base::Status handle(Run& run, const core::Event& event);
  /// True when there were facts.
  bool carry_out(Run& run, const core::Decision& decision);
  void advance(Run& run);
  void set_alarm(base::TimePoint not_before);
  void ring();

  // upgrades.cc
  base::Result<core::Plan> make_plan(const core::ReleaseNumber& to,
                                     const std::optional<core::Policy>& policy) const;
  /// The way back, to look at.
  base::Result<core::Plan> plan_back(const ports::PlanAsked& asked);
  core::FleetFacts connected_facts() const;
  std::optional<core::ReleaseNumber> went_from(const core::ReleaseNumber& to) const;
  base::Error drifted(const std::string& shown_id, const core::Plan& now) const;
  base::Status check_start(const ports::StartAsked& asked);
  base::Status check_leftovers();
  void give_up_leftovers(const base::HostName& host);
  base::UpgradeId new_id(const core::Plan& plan);

  // agents.cc
  base::Status check_hello(const ports::AgentHello& hello);
  bool is_known(const base::HostName& host);
  void take_facts(const base::HostName& host, const base::Shared<core::HostFacts>& facts);

  /// An empty id means the newest upgrade.
  base::Result<Run*> find_run(const base::UpgradeId& id);

  // Constant after construction.
  const ControllerPorts ports_;
  const core::Profile& profile_;
  const core::Fleet fleet_;
  const core::Policy policy_;
  const std::string version_;

  History history_;
  LogDesk logs_;
  Subscribers subscribers_;
  std::map<base::HostName, Agent> agents_;
  base::Epoch epoch_ = 0;
  bool ready_ = false;
};

}  // namespace rollmill::controller
