#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/core/event.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/views.h"

namespace rollmill::ports {

/// What an agent says when its stream opens.
struct AgentHello {
  base::FleetId fleet;
  base::HostName host;
  std::string boot_id;
  std::string agent_version;
  std::uint32_t protocol = 0;
  core::HostFacts facts;
  base::Epoch epoch = 0;  ///< Highest that it has obeyed; 0: none yet.
};
/// The answer: the epoch to obey, or why the agent is turned away.
struct AgentWelcome {
  base::Epoch epoch = 0;
};

/// Which way a plan is to show.
enum class Way {
  Forward,
  BackFromGate,  ///< As if every service were of the new release and pinned.
  BackFromNow,   ///< From what the hosts are.
};
/// Ask what would be done. Changes nothing.
struct PlanAsked {
  core::ReleaseNumber to;  ///< 0.0 on a way back: that of the upgrade under way.
  std::optional<core::Policy> policy;  ///< Nothing: the controller's own, or the upgrade's.
  Way way = Way::Forward;
};
/// Ask for an upgrade. A repeat with the same `request_id` gives the same upgrade.
struct StartAsked {
  core::ReleaseNumber to;
  std::optional<core::Policy> policy;  ///< Nothing: the controller's own.
  std::string plan_id;  ///< What was shown; empty: run what is planned now.
  std::string request_id;
  core::Actor actor;
  std::vector<std::string> approve;  ///< Gates approved in advance, with the same actor.
};
/// The hosts of the fleet as they are now, with or without an upgrade.
struct FleetHostView {
  std::string name;
  bool schema = false;
  std::vector<core::Service> services;
  bool connected = false;
  base::TimePoint since{};
  std::string agent_version;
  core::HostFacts facts;
};
/// A part of one command's kept output on a host.
struct LogChunk {
  std::string command;  ///< "apt-get install ..." as run.
  std::string text;
  bool end = false;
};

/// What the controller says of itself.
struct ControllerInfo {
  std::string version;
  std::string fleet;
  base::Epoch epoch = 0;
  bool ready = false;       ///< Journal replayed and loop alive.
  base::Sequence last_sequence = 0;
  std::uint32_t hosts = 0;
  std::uint32_t hosts_connected = 0;
};

/// Called exactly once, on the loop thread; must only hand off.
template <typename T>
using Reply = std::function<void(base::Result<T>)>;

/// The way into the controller, for the gRPC and HTTP adapters. Every call posts to the loop and
/// returns at once; `reply` is called on the loop thread exactly once. THREAD: any.
class Control {
 public:
  virtual ~Control() = default;

  /// @name Doors for people and programs
  /// @{
  virtual void plan(PlanAsked asked, Reply<core::Plan> reply) = 0;
  virtual void start(StartAsked asked, Reply<core::UpgradeView> reply) = 0;
  /// Pause, Resume, Abort, Turn, Approve, Retry or Skip of one upgrade.
  virtual void request(base::UpgradeId upgrade, core::Event event,
                       Reply<core::UpgradeView> reply) = 0;
  /// An empty id means the newest upgrade.
  virtual void get(base::UpgradeId upgrade, core::Detail detail,
                   Reply<core::UpgradeView> reply) = 0;
  virtual void list(Reply<std::vector<core::UpgradeView>> reply) = 0;
  virtual void hosts(Reply<std::vector<FleetHostView>> reply) = 0;
  virtual void info(Reply<ControllerInfo> reply) = 0;
  /// Events of one upgrade after a sequence, at most `limit` (1 to 1000).
  virtual void events(base::UpgradeId upgrade, base::Sequence after, std::uint32_t limit,
                      Reply<std::vector<core::EventView>> reply) = 0;
  /// Calls `wake` on the loop thread after each durable change, until the ticket is destroyed.
  /// `wake` must only hand off.
  virtual std::shared_ptr<void> subscribe(std::function<void()> wake) = 0;
  /// Output of a step's commands, oldest first. The last chunk has `end`; `follow` waits for more
  /// while the step runs. `sink` is called on the loop thread.
  virtual void logs(base::UpgradeId upgrade, base::StepIndex step, bool follow,
                    std::function<bool(base::Result<LogChunk>)> sink) = 0;
  /// @}

  /// @name Door for agents (the gateway)
  /// @{
  virtual void agent_came(AgentHello hello, Reply<AgentWelcome> reply) = 0;
  virtual void agent_reported(base::HostName host, core::TaskReport report) = 0;
  virtual void agent_facts(base::HostName host, core::HostFacts facts) = 0;
  virtual void agent_went(base::HostName host, std::string reason) = 0;
  virtual void agent_logs(base::HostName host, std::uint64_t request, LogChunk chunk) = 0;
  /// @}

  /// What the built-in prober counted since its last call.
  virtual void prober_counted(core::ProberCounted counted) = 0;
};

}  // namespace rollmill::ports
