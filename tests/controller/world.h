#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "controller/controller.h"
#include "support/builders.h"
#include "support/fake_clock.h"
#include "support/fleet_twin.h"
#include "support/memory_journal.h"
#include "support/recording_agent_link.h"

namespace rollmill::test {

/// Thrown by a journal to play the death of the controller: nothing after it happens.
struct Crash {};

/// A journal in memory that can end the controller just before or just after an append.
class CrashingJournal : public MemoryJournal {
 public:
  enum class Moment { BeforeAppend, AfterAppend };
  void crash_at(std::size_t append, Moment moment) {
    left_ = append;
    moment_ = moment;
  }
  base::Status append(base::Sequence expected_next,
                      const std::vector<ports::Record>& records) override;

 private:
  std::optional<std::size_t> left_;
  Moment moment_ = Moment::BeforeAppend;
};

/// A controller with a fleet at the other end: agents that take tasks, carry them out once, and say
/// so until they are heard. The controller can die and come back; the agents and hosts stay.
class World {
 public:
  explicit World(const std::string& fleet_words = "cond x2, api x2, admin schema");

  /// A controller on the journal as it is. `agents_come`: all agents connect to it, too.
  base::Status boot();
  /// The controller process is gone; nobody is connected any more.
  void die();

  base::Result<base::Epoch> come(const std::string& host);
  void come_all();
  void go(const std::string& host);
  /// What the agent says when it connects.
  ports::AgentHello hello(const std::string& host) const;

  base::Result<core::Plan> plan();
  /// Starts what is planned now, with all its gates approved.
  base::Result<core::UpgradeView> start(const std::string& request_id = "");
  ports::StartAsked start_asked(const std::string& request_id = "") const;

  /// One thing happens: an agent carries out the first task it was sent, or the alarm rings.
  /// False when nothing will happen by itself.
  bool go_on();
  /// Until nothing happens by itself any more: the upgrade has ended, or waits for a person.
  void finish();
  /// The first task in the queue is reported as begun, and then left alone.
  core::SendTask take_task();

  core::UpgradeView view(core::Detail detail = core::Detail::Steps);
  core::Actor actor() const { return {"anna", "because"}; }

  core::Fleet fleet;
  FleetTwin hosts;
  FakeClock clock;
  RecordingAgentLink link;
  CrashingJournal journal;
  std::unique_ptr<ports::FactCodec> codec;
  std::unique_ptr<controller::Controller> controller;
  core::Policy policy;
  /// How often the work of one try of one step was really done.
  std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, int> effects;

 private:
  using TaskId = std::tuple<std::string, std::uint32_t, std::uint32_t>;
  static TaskId id_of(const core::TaskKey& key);
  void take_acks();

  struct AgentMemory {
    std::map<TaskId, core::TaskReport> ended;
    std::set<TaskId> unacknowledged;
  };
  std::map<base::HostName, AgentMemory> memory_;
};

}  // namespace rollmill::test
