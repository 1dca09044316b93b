#include "agent/story.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "agent/verbs/verbs.h"

namespace rollmill::test {

bool FakeWaiting::pause(base::Duration duration) {
  const base::TimePoint until = std::min(limit_, world_.now() + duration);
  if (cancel_at && *cancel_at <= until) {
    world_.pass(std::max(base::Duration{0}, *cancel_at - world_.now()));
    return false;
  }
  world_.pass(until - world_.now());
  return world_.now() < limit_;
}

void FakeWaiting::waits(const std::string& code, const std::string& reason) {
  if (code.empty()) return;
  const std::string text = code + ": " + reason;
  if (waited.empty() || waited.back() != text) waited.push_back(text);
}

bool Told::changed() const { return ok() && std::get<core::TaskSucceeded>(outcome).changed; }

bool Told::retryable() const { return !ok() && std::get<core::TaskFailed>(outcome).retryable; }

std::string Told::code() const {
  return ok() ? std::string() : std::get<core::TaskFailed>(outcome).code;
}

std::string Told::message() const {
  return ok() ? std::string() : std::get<core::TaskFailed>(outcome).message;
}

const core::HostFacts& Told::facts() const {
  return ok() ? *std::get<core::TaskSucceeded>(outcome).host
              : *std::get<core::TaskFailed>(outcome).host;
}

const std::vector<core::CheckResult>& Told::checks() const {
  return ok() ? std::get<core::TaskSucceeded>(outcome).checks
              : std::get<core::TaskFailed>(outcome).checks;
}

const core::CheckResult* Told::find(const std::string& id) const {
  const auto found = std::find_if(checks().rbegin(), checks().rend(),
                                  [&](const core::CheckResult& each) { return each.id == id; });
  return found == checks().rend() ? nullptr : &*found;
}

std::string Told::verdict(const std::string& id) const {
  const core::CheckResult* check = find(id);
  return check == nullptr ? "absent" : core::to_string(check->verdict);
}

std::string Told::summary(const std::string& id) const {
  const core::CheckResult* check = find(id);
  return check == nullptr ? "absent" : check->summary;
}

bool Told::said(const std::string& id, const std::string& summary) const {
  return std::any_of(checks().begin(), checks().end(), [&](const core::CheckResult& each) {
    return each.id == id && each.summary == summary;
  });
}

Story::Story() {
  args.from = {35, 0};
  args.to = {39, 0};
}

Told Story::run(core::Verb verb) { return tell(verb, agent::run_task); }

Told Story::give_up(core::Verb verb, bool begun) {
  return tell(verb, [&](agent::Job& job) { return agent::give_up_task(job, begun); });
}

Told Story::tell(core::Verb verb, const std::function<core::TaskOutcome(agent::Job&)>& deed) {
  core::Task task;
  task.key = {base::UpgradeId{"u-1"}, base::StepIndex{7}, 1, 1};
  task.verb = verb;
  task.args = args;
  task.time_limit = limit;
  FakeWaiting waiting(host.world, limit);
  if (cancel_after) waiting.cancel_at = host.world.now() + *cancel_after;
  const agent::HostPorts ports = host.ports();
  agent::Job job(host.settings, ports, task, waiting, host.world.now());
  core::TaskOutcome outcome = deed(job);
  return {std::move(outcome), waiting.waited};
}

ConductorStory::ConductorStory() {
  host.be_conductor();
  args.service = FakeHost::kConductor;
  args.role = "conductor";
}

void ConductorStory::make_ready_to_start() {
  host.services.daemons[FakeHost::kConductor].main.reset();
  FakeApi::fall_silent(host.ironic, "cond1");
  host.release.number = {39, 0};
  host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
  host.release.changed_at = host.config.changed = host.world.now();
  host.world.pass(std::chrono::seconds{1});
  args.new_release = args.pinned = true;
}

void ConductorStory::make_started() {
  make_ready_to_start();
  EXPECT_TRUE(host.services.start(FakeHost::kConductor).ok());
  host.world.effects.clear();
}

ApiStory::ApiStory() {
  host.be_api();
  args.service = FakeHost::kApi;
  args.role = "api";
}

void ApiStory::make_started() {
  host.services.daemons[FakeHost::kApi].main.reset();
  host.release.number = {39, 0};
  host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
  host.release.changed_at = host.config.changed = host.world.now();
  host.world.pass(std::chrono::seconds{1});
  args.new_release = args.pinned = true;
  host.balancer.now = {false, 0, "DRAIN"};
  EXPECT_TRUE(host.services.start(FakeHost::kApi).ok());
  host.world.effects.clear();
}

SchemaStory::SchemaStory() {
  host.be_schema();
  args.schema = true;
  host.release.number = {39, 0};
}

}  // namespace rollmill::test
