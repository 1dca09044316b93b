#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/verbs/job.h"
#include "rollmill/core/task.h"
#include "support/fake_host.h"

/// One verb on one host, told as a story: set the host up, run the verb, look at what came out and
/// at what was done to the host.
namespace rollmill::test {

/// The twin of the place where tasks wait: a rest lets the world's time pass.
class FakeWaiting : public ports::Waiting {
 public:
  FakeWaiting(FakeWorld& world, base::Duration limit)
      : world_(world), limit_(world.now() + limit) {}

  base::TimePoint now() const override { return world_.now(); }
  bool pause(base::Duration duration) override;
  void waits(const std::string& code, const std::string& reason) override;
  void say(const std::string& line) override { lines.push_back(line); }

  std::optional<base::TimePoint> cancel_at;
  std::vector<std::string> waited;  ///< "CODE: reason", each once in a row.
  std::vector<std::string> lines;

 private:
  FakeWorld& world_;
  const base::TimePoint limit_;
};

/// What came of a verb.
struct Told {
  core::TaskOutcome outcome;
  std::vector<std::string> waited;

  bool ok() const { return std::holds_alternative<core::TaskSucceeded>(outcome); }
  bool changed() const;
  bool retryable() const;
  std::string code() const;     ///< Of the failure; empty when it succeeded.
  std::string message() const;  ///< Of the failure; empty when it succeeded.
  const core::HostFacts& facts() const;
  /// "ok", "warning", "failed" of the last result with this id; "absent" when there is none.
  std::string verdict(const std::string& id) const;
  std::string summary(const std::string& id) const;
  /// Some result with this id has this summary.
  bool said(const std::string& id, const std::string& summary) const;

 private:
  const std::vector<core::CheckResult>& checks() const;
  const core::CheckResult* find(const std::string& id) const;
};

class Story {
 public:
  Story();
  Told run(core::Verb verb);
  /// A new life of the agent finds the task cancelled; commands of its own `begun` before.
  Told give_up(core::Verb verb, bool begun);

  FakeHost host;
  core::TaskArgs args;  ///< From 35.0 to 39.0.
  base::Duration limit{std::chrono::minutes{5}};
  std::optional<base::Duration> cancel_after;

  const std::vector<std::string>& effects() const { return host.world.effects; }

 private:
  Told tell(core::Verb verb, const std::function<core::TaskOutcome(agent::Job&)>& deed);
};

/// A conductor of 35.0; the args name it.
struct ConductorStory : Story {
  ConductorStory();
  /// Installed 39.0, pinned, stopped: as the turn's start finds it.
  void make_ready_to_start();
  /// As after a good start of 39.0, pinned.
  void make_started();
};
/// An API of 35.0 behind the balancer; the args name it.
struct ApiStory : Story {
  ApiStory();
  void make_started();
};
/// The schema host, with 39.0 installed for everything after preflight.
struct SchemaStory : Story {
  SchemaStory();
};

}  // namespace rollmill::test
