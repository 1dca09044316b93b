#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "agent/story.h"
#include "rollmill/ports/journal.h"
#include "support/memory_journal.h"

/// The agent's loop without threads: twins of worker, clock, pacer, link and output over one world.
namespace rollmill::test {

/// Loop and task thread in turns: the task's job runs when the loop is idle, and the loop goes on
/// whenever the task rests.
class LoopTwin : public ports::Worker, public ports::Clock, public agent::Pacer {
 public:
  explicit LoopTwin(FakeWorld& world) : world_(world) {}
  void start(std::function<void()> job) override { job_ = std::move(job); }
  void post_to_loop(std::function<void()> work) override { posted_.push_back(std::move(work)); }

  base::TimePoint now() const override { return world_.now(); }
  void set_alarm(base::TimePoint at, std::function<void()> ring) override;
  void cancel_alarm() override { ring_ = nullptr; }
  void rest(base::Duration duration) override;
  void wake() override { woken_ = true; }

  /// Runs everything that is to be run now.
  void settle();
  /// Lets time pass with the loop idle, alarm by alarm.
  void pass(base::Duration duration);

 private:
  void run_posted();

  FakeWorld& world_;
  std::deque<std::function<void()>> posted_;
  std::function<void()> job_;
  base::TimePoint alarm_{};
  std::function<void()> ring_;
  bool woken_ = false;
};

/// Remembers what was sent; "NODES_BUSY", "accepted", "succeeded", "failed CODE", "refused CODE".
class FakeLink : public ports::ControllerLink {
 public:
  void send(const core::TaskReport& report) override;
  void send(const core::HostFacts& facts) override { facts_sent.push_back(facts); }
  void send_logs(std::uint64_t request, const ports::LogChunk& chunk) override;

  std::vector<core::TaskReport> reports;
  std::vector<std::string> said;
  std::vector<core::HostFacts> facts_sent;
  std::map<std::uint64_t, std::string> logs;  ///< Text by request, "<end>" at its end.
  std::function<void(const core::TaskReport&)> on_report;
};

class FakeOutput : public ports::TaskOutput {
 public:
  base::Status bind(const std::optional<core::TaskKey>& key) override;
  base::Result<bool> settle(const core::TaskKey&) override { return begun; }
  void say(const std::string& line) override;
  base::Result<std::optional<ports::OutputPart>> read(const core::TaskKey& key,
                                                      ports::OutputPosition& position) override;
  std::map<std::uint32_t, std::vector<std::string>> lines;  ///< By step.
  bool broken = false;
  bool begun = false;  ///< A command of any task had begun.

 private:
  std::optional<core::TaskKey> bound_;
};

/// The journal that dies: throws Crash at one append, before or after it is durable.
class CrashingJournal : public ports::Journal {
 public:
  explicit CrashingJournal(ports::Journal& inner) : inner_(inner) {}
  base::Status append(base::Sequence expected_next,
                      const std::vector<ports::Record>& records) override;
  base::Sequence next() const override { return inner_.next(); }
  base::Status read(base::Sequence after, const std::string& stream,
                    const std::function<bool(const ports::Record&)>& visit) const override {
    return inner_.read(after, stream, visit);
  }
  std::optional<std::size_t> crash_at;
  bool crash_when_durable = false;

 private:
  ports::Journal& inner_;
};

/// One life of an agent's process on a host and a journal that outlive it.
class AgentLife {
 public:
  AgentLife(FakeHost& host, ports::Journal& journal);

  core::Task task(std::uint32_t step, core::Verb verb, std::uint32_t attempt = 1) const;
  std::vector<std::string> kinds(const ports::Journal& journal) const;

  base::Epoch epoch = 5;
  core::TaskArgs args;
  LoopTwin loop;
  FakeLink link;
  FakeOutput output;
  std::vector<std::string> log;
  std::unique_ptr<agent::Agent> agent;

 private:
  std::unique_ptr<ports::TaskCodec> codec_;
};

}  // namespace rollmill::test
