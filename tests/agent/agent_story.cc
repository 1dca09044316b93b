#include "agent/agent_story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "codec/task_codec.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::test {

void LoopTwin::set_alarm(base::TimePoint at, std::function<void()> ring) {
  alarm_ = at;
  ring_ = std::move(ring);
}

void LoopTwin::rest(base::Duration duration) {
  run_posted();
  if (!std::exchange(woken_, false)) world_.pass(duration);
  run_posted();
}

void LoopTwin::run_posted() {
  while (!posted_.empty()) {
    const auto work = std::move(posted_.front());
    posted_.pop_front();
    work();
  }
}

void LoopTwin::settle() {
  run_posted();
  while (job_) {
    const auto job = std::exchange(job_, nullptr);
    job();
    run_posted();
  }
}

void LoopTwin::pass(base::Duration duration) {
  settle();
  const base::TimePoint until = world_.now() + duration;
  while (ring_ && alarm_ <= until) {
    world_.pass(std::max(base::Duration{0}, alarm_ - world_.now()));
    std::exchange(ring_, nullptr)();
    settle();
  }
  world_.pass(until - world_.now());
}

void FakeLink::send(const core::TaskReport& report) {
  reports.push_back(report);
  said.push_back(
      std::visit(base::Overloaded{
                     [](const core::TaskAccepted&) { return std::string("accepted"); },
                     [](const core::TaskWaiting& waiting) {
                       return waiting.code.empty() ? std::string("goes on") : waiting.code;
                     },
                     [](const core::TaskSucceeded&) { return std::string("succeeded"); },
                     [](const core::TaskFailed& failed) { return "failed " + failed.code; },
                     [](const core::TaskRefused& refused) { return "refused " + refused.code; },
                 },
                 report.outcome));
  if (on_report) on_report(report);
}

void FakeLink::send_logs(std::uint64_t request, const ports::LogChunk& chunk) {
  logs[request] += chunk.text + (chunk.end ? "<end>" : "");
}

base::Status FakeOutput::bind(const std::optional<core::TaskKey>& key) {
  if (broken) return base::Error{base::ErrorCode::Unavailable, "the disk is full"};
  bound_ = key;
  return base::success();
}

void FakeOutput::say(const std::string& line) {
  if (bound_) lines[bound_->step.value].push_back(line);
}

base::Result<std::optional<ports::OutputPart>> FakeOutput::read(const core::TaskKey& key,
                                                                ports::OutputPosition& position) {
  const auto& kept = lines[key.step.value];
  if (position.command >= kept.size()) return std::optional<ports::OutputPart>();
  return std::optional<ports::OutputPart>({"agent", kept[position.command++] + "\n"});
}

base::Status CrashingJournal::append(base::Sequence expected_next,
                                     const std::vector<ports::Record>& records) {
  const bool crash = crash_at && *crash_at == 0;
  if (crash_at) --*crash_at;
  if (crash && !crash_when_durable) throw Crash{};
  const base::Status appended = inner_.append(expected_next, records);
  if (crash) throw Crash{};
  return appended;
}

AgentLife::AgentLife(FakeHost& host, ports::Journal& journal)
    : loop(host.world), codec_(codec::make_task_codec()) {
  args.from = {35, 0};
  args.to = {39, 0};
  if (!host.settings.services.empty()) {
    args.service = host.settings.services[0].service.name;
    args.role = host.settings.services[0].service.role;
  }
  agent = std::make_unique<agent::Agent>(
      host.settings, host.ports(),
      agent::AgentPorts{journal, *codec_, loop, link, loop, output, loop,
                        [this](const std::string& line) { log.push_back(line); }});
}

core::Task AgentLife::task(std::uint32_t step, core::Verb verb, std::uint32_t attempt) const {
  core::Task made;
  made.key = {base::UpgradeId{"u-1"}, base::StepIndex{step}, attempt, epoch};
  made.verb = verb;
  made.args = args;
  made.time_limit = std::chrono::minutes{5};
  return made;
}

std::vector<std::string> AgentLife::kinds(const ports::Journal& journal) const {
  std::vector<std::string> kinds;
  EXPECT_TRUE(journal
                  .read(0, "tasks",
                        [&](const ports::Record& record) {
                          kinds.push_back(record.kind);
                          return true;
                        })
                  .ok());
  return kinds;
}

}  // namespace rollmill::test
