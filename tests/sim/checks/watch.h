#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/history.h"
#include "sim/checks/coverage.h"
#include "sim/world/network.h"
#include "sim/world/nodes.h"

namespace rollmill::sim {

/// Folds the journals as they become durable and holds against them what is said and done. Whoever
/// acts on something that is not durable yet, or against a promise, is found here.
class Watch : public Listener {
 public:
  /// `wrong` is called with a sentence for each broken promise.
  using Wrong = std::function<void(const std::string&)>;
  Watch(const ports::FactCodec& codec, const ports::TaskCodec& tasks, Wrong wrong)
      : codec_(codec), tasks_(tasks), wrong_(std::move(wrong)) {}

  /// @name What became durable
  /// @{
  void stored(const std::vector<ports::Record>& records);
  void stored_by_agent(const base::HostName& host, const std::vector<ports::Record>& records);
  /// @}

  /// @name What is said
  /// @{
  void task_sent(const Gateway& gateway, const core::SendTask& command) override;
  void ack_sent(const Gateway& gateway, const core::AckReport& command) override;
  void report_sent(const Uplink& uplink, const core::TaskReport& report) override;
  /// @}
  /// An agent does something for a task.
  void effect_begins(const base::HostName& host, const core::TaskKey& task);
  /// The gateway whose controller's journal this is; what others send is not judged here.
  void set_current(const Gateway* gateway) { current_ = gateway; }

  /// After each event: invariants of the newest upgrade, and now and then that the controller's own
  /// state is the fold of the journal. `history` null: no controller is up.
  void after_event(const controller::History* history, std::uint32_t closely);
  /// The same, whole: at the end and after each start of a controller.
  void check_whole(const controller::History* history);

  /// The fold of the journal for the newest upgrade; null before the first.
  const core::Upgrade* upgrade() const { return newest_; }
  /// Facts of upgrades so far.
  std::uint64_t facts() const { return facts_; }
  const Transitions& transitions() const { return transitions_; }
  /// Called with each fact of the newest upgrade, after it was applied. May be empty.
  std::function<void(const core::Upgrade&, const core::Fact&)> on_fact;

 private:
  void apply(const core::Fact& fact, const std::string& stream);
  void judge(const core::Upgrade& before, const core::FactBody& fact);
  void check_invariants();

  const ports::FactCodec& codec_;
  const ports::TaskCodec& tasks_;
  const Wrong wrong_;
  std::map<std::string, core::Upgrade> upgrades_;  ///< By stream.
  core::Upgrade* newest_ = nullptr;
  /// What an agent's journal says of one task.
  struct Known {
    core::TaskKey key;
    bool ended = false;
  };
  void note(const base::HostName& host, const core::TaskFact& fact);
  const Known* find(const base::HostName& host, const core::TaskKey& key) const;

  std::map<base::HostName, std::vector<Known>> known_;  ///< Newest last.
  std::map<base::HostName, base::Epoch> terms_;  ///< The newest in which the agent has spoken.
  const Gateway* current_ = nullptr;
  Transitions transitions_;
  std::uint64_t facts_ = 0;
  std::uint64_t checked_ = 0;
  std::uint64_t changes_ = 0;
};

/// The first part in which two states differ, by its name; empty when they are equal.
std::string difference(const core::Upgrade& one, const core::Upgrade& other);

}  // namespace rollmill::sim
