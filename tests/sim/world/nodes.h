#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "controller/controller.h"
#include "sim/ironic/host.h"
#include "sim/world/disk.h"
#include "sim/world/network.h"

/// The two programs of rollmill, life after life. What outlives them (a disk, a host) is not
/// theirs; all of one life is destroyed when it ends.
namespace rollmill::sim {

/// What a life of either program is told by the world.
struct NodeHooks {
  DiskJournal::Decide decide_append;
  DiskJournal::Stored stored;
  std::function<void()> ended;                    ///< The life is over; nothing of it is left.
  std::function<void(const std::string&)> log;    ///< A line for the trace; may be empty.
  std::function<void(const std::string&)> wrong;  ///< It did what it never may.
  std::function<void(const Gateway*)> serving;    ///< A controller has begun to work.
};

/// What a controller is started with; all outlives it.
struct ControllerSetup {
  std::string name;  ///< For the trace: "ctl1".
  const core::Fleet& fleet;
  const core::Policy& policy;
  const ports::FactCodec& codec;
};

class ControllerNode {
 public:
  ControllerNode(Scheduler& scheduler, Network& network, ControllerSetup setup,
                 std::shared_ptr<Disk> disk, NodeHooks hooks);
  ~ControllerNode();

  /// Begins a life: replays the disk and serves. There must be none.
  void boot();
  bool up() const { return life_ != nullptr && life_->program.alive(); }
  void kill();
  /// The process is stopped for so long (SIGSTOP, a paused machine) and then goes on.
  void freeze(base::Duration duration);
  /// Its clock shows so much more than the truth, from now on.
  void set_clock(base::Duration ahead) { ahead_ = ahead; }

  /// Runs a deed on its loop, as a request of a person or program would; nothing happens when the
  /// process is gone by then.
  void ask(std::function<void(controller::Controller&)> deed);
  /// Null when it is not up.
  Gateway* gateway() { return up() ? &life_->gateway : nullptr; }
  const controller::Controller* controller() const {
    return up() ? life_->controller.get() : nullptr;
  }
  const std::shared_ptr<Disk>& disk() const { return disk_; }
  const std::string& name() const { return setup_.name; }

 private:
  struct Life {
    Life(ControllerNode& node);
    Program program;
    Loop loop;
    MachineClock clock;
    DiskJournal journal;
    Gateway gateway;
    std::unique_ptr<controller::Controller> controller;
  };
  void serve();
  void life_ended();

  Scheduler& scheduler_;
  Network& network_;
  const ControllerSetup setup_;
  const std::shared_ptr<Disk> disk_;
  const NodeHooks hooks_;
  base::Duration ahead_{};
  std::unique_ptr<Life> life_;
};

/// How often an agent looks; drawn from the seed.
struct AgentPace {
  base::Duration poll{std::chrono::seconds{1}};
  base::Duration settle{std::chrono::seconds{2}};
  base::Duration facts_every{std::chrono::minutes{10}};
  base::Duration resend_every{std::chrono::seconds{5}};
};

class AgentNode {
 public:
  AgentNode(Scheduler& scheduler, Network& network, Host& host, base::FleetId fleet,
            const ports::TaskCodec& codec, AgentPace pace, NodeHooks hooks);
  ~AgentNode();

  void boot();
  bool up() const { return life_ != nullptr && life_->program.alive(); }
  /// `silently`: the machine went down with it, so that no connection is closed.
  void kill(bool silently = false);
  /// Its own work runs now: a kill from here throws.
  bool running() const { return up() && life_->program.running(); }

  const base::HostName& name() const { return name_; }
  Host& host() { return host_; }
  const Disk& disk() const { return *disk_; }
  /// Null when it is not up.
  const agent::Executor* executor() const {
    return up() && life_->agent ? &life_->agent->executor() : nullptr;
  }
  bool journal_failed() const { return life_ != nullptr && life_->journal.failed(); }

 private:
  struct Life {
    Life(AgentNode& node);
    Program program;
    Loop loop;
    MachineClock clock;
    TaskThread thread;
    DiskJournal journal;
    Uplink uplink;
    std::unique_ptr<agent::Agent> agent;
  };
  agent::AgentSettings settings() const;
  void begin();
  void life_ended();

  Scheduler& scheduler_;
  Network& network_;
  Host& host_;
  const base::HostName name_;
  const base::FleetId fleet_;
  const ports::TaskCodec& codec_;
  const AgentPace pace_;
  const std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  const NodeHooks hooks_;
  std::unique_ptr<Life> life_;
};

}  // namespace rollmill::sim
