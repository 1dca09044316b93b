#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rollmill/core/engine.h"
#include "support/fleet_twin.h"

namespace rollmill::test {

/// One agent: what it was sent, what it has answered, whether the controller hears it.
struct AgentTwin {
  bool connected = false;
  bool held = false;  ///< Takes tasks but never answers by itself.
  std::map<base::StepIndex, core::Task> open;
  std::map<std::pair<base::StepIndex, std::uint32_t>, core::TaskReport> ended;
  std::set<std::pair<base::StepIndex, std::uint32_t>> unacknowledged;
};

/// The controller's loop around the engine, in memory: event, decide, append, evolve, perform; with
/// agents and hosts at the other end. After each fact the invariants are checked, after each event
/// that what `explain` advises would be accepted. A copy is a copy of the whole world.
class EngineLoop {
 public:
  EngineLoop() = default;
  EngineLoop(const core::Plan& plan, FleetTwin fleet);

  /// The first facts, of several events, in one append; then advances until nothing moves.
  void begin(const std::vector<core::Event>& events);
  /// The upgrade "u1" of the plan is asked for and begins, in term 1.
  void begin(const core::Plan& plan, const core::Actor& actor);
  /// Decides the event, does what follows, then advances until nothing moves.
  /// Returns the refusal, if there was one.
  std::optional<base::Error> handle(const core::Event& event);
  void come(const base::HostName& host);
  void come_all();
  void go(const base::HostName& host, const std::string& reason);
  /// The agent reports its open task of this step as carried out.
  void succeed(const base::HostName& host, base::StepIndex step);
  /// Any outcome of an open task; a final one closes it.
  std::optional<base::Error> report(const base::HostName& host, base::StepIndex step,
                                    const core::TaskOutcome& outcome);
  /// Time passes; each timer rings when it is due.
  void pass(base::Duration time);
  /// One thing happens of itself: the first open task is carried out, or the next timer rings.
  /// False when nothing will: a person must act, or all is done.
  bool go_on();
  /// The controller dies and another takes over from the facts. Nobody is connected then.
  void crash();

  core::Upgrade state;
  std::vector<std::shared_ptr<const core::Fact>> facts;
  std::map<base::HostName, AgentTwin> agents;
  FleetTwin fleet;
  base::TimePoint now{};
  std::set<std::string> broken;  ///< Promises and rules that did not hold, in words.
  bool thorough = true;          ///< Check the invariants; off for large fleets.

  std::function<void(const core::Fact&)> on_fact;
  std::function<void(const core::Command&)> on_command;
  /// The facts are durable, none of the commands has been performed.
  std::function<void(const EngineLoop&)> on_append;

 private:
  std::optional<base::Error> handle_one(const core::Event& event, bool& moved);
  void advance();
  void apply(const core::Fact& fact);
  void perform(const core::Command& command);
  void receive(const base::HostName& host, const core::Task& task);
  void cancel(const base::HostName& host, const core::TaskKey& key);
  void check_rolled_back();
  void check_advice();

  std::vector<std::pair<base::HostName, core::TaskReport>> resend_;
};

/// The event that a printed command stands for: "rollmill upgrade retry u1 --step 4". Nothing for
/// commands that are no upgrade verb.
std::optional<core::Event> event_of_command(const std::string& command);

}  // namespace rollmill::test
