#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/ports/control.h"
#include "rpc/loop.h"

namespace rollmill::rpc {

/// A controller that answers from what the test put in, on a loop of its own, and keeps what it
/// was told.
class FakeControl final : public ports::Control {
 public:
  explicit FakeControl(Loop& loop) : loop_(loop) {}

  /// @name What it answers. Set before the server starts, or on the loop.
  /// @{
  std::function<base::Result<ports::AgentWelcome>(const ports::AgentHello&)> welcome =
      [](const ports::AgentHello&) { return ports::AgentWelcome{7}; };
  base::Result<core::Plan> planned = base::Error{base::ErrorCode::Internal, "no plan"};
  std::vector<core::UpgradeView> upgrades;  ///< Oldest first.
  std::vector<core::EventView> history;
  std::vector<ports::FleetHostView> fleet;
  ports::ControllerInfo about;
  base::Result<std::vector<ports::LogChunk>> output = std::vector<ports::LogChunk>{};
  bool silent = false;  ///< Drops every reply, as a loop that has stopped does.
  /// @}

  /// @name What it was told.
  /// @{
  Record<std::string> agents;  ///< "came cond1", "went cond1: why", "report cond1 3/1"
  Record<ports::AgentHello> hellos;
  Record<core::TaskReport> reports;
  Record<core::HostFacts> facts;
  Record<std::pair<std::uint64_t, ports::LogChunk>> chunks;
  Record<ports::PlanAsked> plans;
  Record<ports::StartAsked> starts;
  Record<std::pair<std::string, core::Event>> deeds;
  Record<base::Sequence> event_reads;  ///< `after` of each.
  /// @}

  /// Makes an event durable and wakes the watchers, on the loop.
  void happen(core::EventView event);

  void plan(ports::PlanAsked asked, ports::Reply<core::Plan> reply) override;
  void start(ports::StartAsked asked, ports::Reply<core::UpgradeView> reply) override;
  void request(base::UpgradeId upgrade, core::Event event,
               ports::Reply<core::UpgradeView> reply) override;
  void get(base::UpgradeId upgrade, core::Detail detail,
           ports::Reply<core::UpgradeView> reply) override;
  void list(ports::Reply<std::vector<core::UpgradeView>> reply) override;
  void hosts(ports::Reply<std::vector<ports::FleetHostView>> reply) override;
  void info(ports::Reply<ports::ControllerInfo> reply) override;
  void events(base::UpgradeId upgrade, base::Sequence after, std::uint32_t limit,
              ports::Reply<std::vector<core::EventView>> reply) override;
  std::shared_ptr<void> subscribe(std::function<void()> wake) override;
  void logs(base::UpgradeId upgrade, base::StepIndex step, bool follow,
            std::function<bool(base::Result<ports::LogChunk>)> sink) override;
  void agent_came(ports::AgentHello hello, ports::Reply<ports::AgentWelcome> reply) override;
  void agent_reported(base::HostName host, core::TaskReport report) override;
  void agent_facts(base::HostName host, core::HostFacts facts) override;
  void agent_went(base::HostName host, std::string reason) override;
  void agent_logs(base::HostName host, std::uint64_t request, ports::LogChunk chunk) override;
  void prober_counted(core::ProberCounted) override {}

 private:
  base::Result<core::UpgradeView> find(const base::UpgradeId& id) const;
  template <typename T, typename Make>
  void answer(ports::Reply<T> reply, Make make) {
    loop_.post([this, reply = std::move(reply), make = std::move(make)] {
      if (!silent) reply(make());
    });
  }

  Loop& loop_;
  std::vector<std::weak_ptr<std::function<void()>>> watchers_;  ///< Loop only.
};

}  // namespace rollmill::rpc
