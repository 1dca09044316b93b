#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/checks/coverage.h"
#include "sim/checks/watch.h"
#include "sim/ironic/deployment.h"
#include "sim/world/last_words.h"
#include "sim/world/network.h"
#include "sim/world/nodes.h"
#include "sim/world/scenario.h"

namespace rollmill::sim {

class Faults;
class People;

/// How a run ended.
struct Outcome {
  std::uint64_t seed = 0;
  std::vector<std::string> broken;  ///< Empty: all promises held.
  std::string end;                  ///< State of the last upgrade: "SUCCEEDED".
  std::uint32_t upgrades = 0;
  std::uint32_t succeeded = 0;
  bool rolled_back = false;  ///< A rollback was under way at some time.
  std::uint64_t events = 0;
  std::uint64_t facts = 0;
  base::Duration took{};          ///< Simulated.
  std::uint64_t fingerprint = 0;  ///< Of every fact and effect, in order.
  Coverage coverage;
};

/// One run: everything that one seed decides, from the first start of the programs to the end.
class World {
 public:
  /// `trace` gets a line for each thing worth one; empty: no trace is made.
  explicit World(const Scenario& scenario, std::function<void(const std::string&)> trace = {});
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Outcome run();

  /// @name For faults and people
  /// @{
  Scheduler& time() { return scheduler_; }
  const Scenario& scenario() const { return scenario_; }
  Network& network() { return network_; }
  Deployment& deployment() { return deployment_; }
  Watch& watch() { return watch_; }
  ControllerNode& controller() { return *controllers_.back(); }
  std::vector<std::unique_ptr<ControllerNode>>& controllers() { return controllers_; }
  /// Adds a controller on a disk; it is the one in force from here on.
  ControllerNode& add_controller(std::shared_ptr<Disk> disk);
  AgentNode& agent(std::size_t host) { return *agents_[host]; }
  People& people() { return *people_; }
  std::size_t hosts() const { return agents_.size(); }
  void wrong(const std::string& what);
  bool traced() const { return trace_ != nullptr; }
  void trace(const std::string& line);
  Coverage& coverage() { return coverage_; }
  /// @}

 private:
  void make_agents();
  void restart(std::function<void()> boot, base::Duration least);
  void boot_agent(std::size_t host);
  void effect(const Effect& effect, Moment moment);
  void fact(const core::Upgrade& upgrade, const core::Fact& fact);
  void tell_left_out(const core::Upgrade& upgrade, const core::Fact& fact);
  void mix(std::uint64_t value);
  void live();
  void step_through();
  void after_event();
  void wait_for_acks();
  const AgentNode* waits_for_ack();
  void judge_end();
  const controller::History* history();

  const Scenario scenario_;
  const std::function<void(const std::string&)> trace_;
  Scheduler scheduler_;
  LastWords last_words_{scheduler_};
  Random random_;
  FactStore fact_store_;
  TaskFactStore task_store_;
  std::unique_ptr<ports::FactCodec> real_codec_;
  std::unique_ptr<ports::TaskCodec> real_task_codec_;
  const ports::FactCodec& codec_;
  const ports::TaskCodec& task_codec_;
  Watch watch_;
  Network network_;
  Deployment deployment_;
  std::unique_ptr<Faults> faults_;
  std::unique_ptr<People> people_;
  std::vector<std::unique_ptr<ControllerNode>> controllers_;
  std::vector<std::unique_ptr<AgentNode>> agents_;
  std::vector<std::string> broken_;
  std::size_t seen_broken_ = 0;  ///< Of the deployment's list.
  std::uint64_t fingerprint_ = 0;
  Coverage coverage_;
};

}  // namespace rollmill::sim
