#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "rollmill/ports/host.h"
#include "rollmill/ports/task_output.h"
#include "sim/ironic/site.h"

namespace rollmill::sim {

/// A program that an agent has run, as far as the model tells programs apart.
struct Invocation {
  Deed deed = Deed::Install;
  ReleaseId release = ReleaseId::R35;
  std::uint32_t argument = 0;
  bool operator==(const Invocation&) const = default;
};

/// What of a host outlives its agent's commands: within one task the n-th run of a program is one
/// effect; a repeat joins it or gets its kept result (ports::Commands, docs/adr/0003).
class Keeper : public ports::TaskOutput {
 public:
  Keeper(Site& site, std::size_t host) : site_(site), host_(host) {}

  base::Status bind(const std::optional<core::TaskKey>& key) override;
  base::Result<bool> settle(const core::TaskKey& key) override;
  void say(const std::string& line) override { (void)line; }
  base::Result<std::optional<ports::OutputPart>> read(const core::TaskKey& key,
                                                      ports::OutputPosition& position) override;

  using Apply = std::function<ports::CommandResult()>;
  /// Runs a program for the bound task and rests until it has ended. `apply` happens in the world
  /// when the time is over, whoever waits.
  ports::CommandResult run(const Invocation& program, base::Duration takes, Apply apply);
  /// Power off, or a kill of what runs: programs that run never end. True when one did run.
  bool cut();
  /// The one that runs now, if any.
  const Invocation* running() const;

  /// Null between tasks.
  const core::TaskKey* task() const { return bound_; }
  void unbind() { bound_ = nullptr; }
  /// An effect that takes no program: announces and notes it. `subject` tells two of a kind apart.
  Effect begin(Deed deed, ReleaseId release, std::uint64_t subject);

 private:
  enum class State { Running, Ended, Interrupted };
  struct Run {
    const core::TaskKey* task = nullptr;
    Invocation program;
    State state = State::Running;
    bool used = false;  ///< By this life of the task.
    base::TimePoint ends_at{};
    std::uint32_t number = 0;
    ports::CommandResult result;
  };
  Run* find(const Invocation& program);
  Run* numbered(std::uint32_t number);
  void end(std::uint32_t number, const Apply& apply);
  base::TimePoint next_end() const;  ///< Of what runs; later than now.

  Site& site_;
  const std::size_t host_;
  const core::TaskKey* bound_ = nullptr;
  std::vector<Run> runs_;  ///< Of the last tasks, oldest first.
  std::uint32_t next_ = 1;
};

}  // namespace rollmill::sim
