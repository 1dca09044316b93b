#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/core/policy.h"
#include "rollmill/core/task.h"
#include "sim/ironic/daemon.h"
#include "sim/ironic/effect.h"
#include "sim/scheduler.h"

namespace rollmill::sim {

/// The promises of docs/promises.md as the hosts themselves see them: judged by what happens, not
/// by what anybody believes. Each sentence begins with the number of the promise, or with "policy".
class Promises {
 public:
  /// `first` is what runs everywhere at the beginning.
  Promises(Scheduler& time, ReleaseId first) : time_(time), first_(first) {}

  /// Tells of a group of services that one budget holds for; gives its place.
  std::size_t add_group(const std::string& role, const std::string& domain, core::Budget budget);
  /// One more service of the group.
  void add_service(const Daemon& daemon);
  void add_host(std::string name);

  /// The unpin of the upgrade that is on its way is approved, or not (any more).
  void approved(bool is) { approved_ = is; }

  /// @name What happens
  /// @{
  /// By our hand it does its work no more; a second time is the same as the first.
  void goes_down(const Daemon& daemon);
  void comes_up(const Daemon& daemon);
  /// A process is about to begin, or to read a new pin.
  void starts(const Daemon& daemon, const ProcessLife& process);
  /// A batch of the contract begins with the code of this release.
  void contracts(std::size_t host, ReleaseId code);
  /// A host's agent works for this task from now on.
  void binds(std::size_t host, const core::TaskKey& key);
  /// Effects on other things than Migrate's batches, which a task may have many of.
  void begins(const Effect& effect, std::uint64_t subject, bool at_work);
  /// A person has the host in hand: nothing that is down there is down by ours; or not any more.
  void left_out(std::size_t host, bool is);
  /// A person answers for the services of the host: what is down there is so by their word.
  void vouched_for(std::size_t host);
  bool is_left_out(std::size_t host) const { return hosts_[host].left_out; }
  bool is_vouched_for(std::size_t host) const;
  /// The world has changed something on this host: an effect may be needed again.
  void disturbed(std::size_t host);
  /// A list that a client asked for was not answered, and no fault explains it.
  void list_failed(const std::string& why);
  /// @}

  const std::vector<std::string>& broken() const { return broken_; }
  /// Has happened; every other sentence of the file is made by this.
  void broke(const std::string& what);

 private:
  struct Group {
    std::string name;
    core::Budget budget;
    std::uint32_t services = 0;
    std::uint32_t down = 0;
    std::uint32_t left_out = 0;
  };
  /// What one host has seen.
  struct Seen {
    std::string name;
    base::Epoch highest = 0;
    bool left_out = false;
    std::vector<const core::TaskKey*> tasks;                ///< Newest last; a few.
    std::vector<std::pair<Effect, std::uint64_t>> effects;  ///< Of the newest task.
  };
  std::string label(const Daemon& daemon) const;

  Scheduler& time_;
  const ReleaseId first_;
  std::vector<Group> groups_;
  std::vector<const Daemon*> daemons_;
  std::vector<bool> down_;  ///< By daemon, as `daemons_`.
  std::set<const Daemon*> vouched_;  ///< For good: nobody proves them later.
  std::vector<Seen> hosts_;
  bool approved_ = false;
  std::vector<std::string> broken_;
};

}  // namespace rollmill::sim
