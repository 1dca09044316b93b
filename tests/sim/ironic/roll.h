#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rollmill/core/task.h"
#include "sim/ironic/deployment.h"
#include "sim/ironic/site.h"
#include "sim/scheduler.h"

namespace rollmill::test {

/// `conductors` (in two groups from four on), `apis`, and a schema host, of 35.0 unless said
/// otherwise.
sim::Layout layout(std::size_t conductors, std::size_t apis);

/// A deployment and the agent's real verbs on it, step by step, without a controller.
class Roll {
 public:
  explicit Roll(sim::Layout layout, std::uint64_t seed = 1);

  sim::Scheduler time;
  sim::Deployment site;
  core::ReleaseNumber to{39, 0};
  base::Epoch epoch = 1;
  base::Duration limit{std::chrono::minutes{30}};
  core::TaskArgs args;  ///< Of the next task, apart from what a turn sets.

  sim::Host& host(const std::string& name) { return *site.find(name); }
  sim::Daemon& daemon(const std::string& host_name);

  /// Runs one task to its end: "ok", or the code of its failure. Stops at "stuck" after a day.
  std::string run(const std::string& host, core::Verb verb);
  /// The message, or the checks, of the last task.
  const std::string& message() const { return message_; }
  /// Lets time pass.
  void pass(base::Duration duration);
  /// Begins a task and lets it run for so long; its agent then dies.
  void run_and_kill(const std::string& host, core::Verb verb, base::Duration after);
  /// The next `run` is the same task again, as after a restart of the agent.
  void repeat() { --step_; }

  /// @name Whole phases; each gives the first failure as "HOST VERB CODE", or nothing
  /// @{
  std::string before();  ///< Inspect, stage, expand, pin.
  std::string turn(const std::string& host);
  std::string unpin_turn(const std::string& host);
  std::string after();  ///< Contract, survey, restore.
  std::string upgrade();
  /// @}
  std::vector<std::string> hosts_with(const std::string& role) const;

 private:
  using Runs = std::vector<std::pair<std::string, core::Verb>>;
  std::string each(const Runs& runs);
  core::Task next_task(core::Verb verb);
  void begin(sim::Program& agent, sim::Host& host, const core::Task& task);

  std::uint32_t step_ = 0;
  bool done_ = false;
  core::TaskOutcome outcome_;
  std::string message_;
};

/// An effect of the log: "cond1 start", for the whole deployment or one host.
std::vector<std::string> deeds(const sim::Deployment& site, const std::string& host = "");

}  // namespace rollmill::test
