#include <gtest/gtest.h>

#include <variant>

#include "codec/task_codec.h"
#include "rollmill/agent/executor.h"
#include "skew/golden_journals.h"
#include "support/builders.h"

namespace rollmill::test {
namespace {

constexpr const char* kStream = "tasks";

core::Task task(std::uint32_t step, core::Verb verb) {
  core::Task made;
  made.key = {base::UpgradeId{"u-1"}, base::StepIndex{step}, 1, 4};
  made.verb = verb;
  made.args.from = {35, 0};
  made.args.to = {39, 0};
  made.args.service = "ironic-conductor";
  made.time_limit = std::chrono::minutes{5};
  return made;
}

/// One task acknowledged, one ended and not yet, one begun.
std::vector<core::TaskFact> facts_of_a_busy_agent() {
  const core::TaskSucceeded done{true, {{"conductor.quiet", core::Verdict::Ok, "quiet"}}, {}};
  const core::Task first = task(1, core::Verb::Drain);
  const core::Task second = task(2, core::Verb::Stop);
  return {core::EpochRaised{4},
          core::TaskTaken{first},
          core::TaskEnded{{first.key, done}},
          core::TaskAcked{first.key},
          core::TaskTaken{second},
          core::TaskEnded{{second.key, done}},
          core::TaskTaken{task(3, core::Verb::Install)}};
}

void write_new_version() {
  const auto codec = codec::make_task_codec();
  std::vector<ports::Record> records;
  for (const core::TaskFact& fact : facts_of_a_busy_agent()) {
    ports::EncodedTaskFact encoded = codec->encode(fact);
    records.push_back({0, start_time(), kStream, encoded.kind, encoded.body});
  }
  write_golden("agent", records);
}

TEST(GoldenAgentJournal, of_every_version_is_there) {
  if (version_to_write()) write_new_version();
  EXPECT_FALSE(golden_versions("agent").empty());
}

TEST(GoldenAgentJournal, lets_the_agent_go_on_with_what_it_had_begun_and_report_what_it_had_done) {
  const auto versions = golden_versions("agent");
  ASSERT_FALSE(versions.empty());
  const auto codec = codec::make_task_codec();
  for (const std::string& version : versions) {
    SCOPED_TRACE(version);
    agent::Executor executor;
    for (const ports::Record& record : golden_facts(version, "agent")) {
      const auto fact = codec->decode(record);
      ASSERT_TRUE(fact.ok()) << fact.error().message;
      agent::evolve(executor, *fact);
    }
    EXPECT_EQ(executor.epoch, 4U);
    const auto again = agent::decide(executor, agent::TaskCame{task(3, core::Verb::Install)});
    ASSERT_EQ(again.commands.size(), 2U) << "accepted, and it goes on";
    EXPECT_EQ(std::get<agent::StartTask>(again.commands[1]).task, task(3, core::Verb::Install));
    const auto welcomed = agent::decide(executor, agent::Welcomed{5});
    ASSERT_EQ(welcomed.commands.size(), 2U) << "accepted, and the report nobody acknowledged";
    const auto& report = std::get<agent::SendReport>(welcomed.commands[1]).report;
    EXPECT_EQ(report.key.step, base::StepIndex{2});
    EXPECT_TRUE(std::holds_alternative<core::TaskSucceeded>(report.outcome));
  }
}

}  // namespace
}  // namespace rollmill::test
