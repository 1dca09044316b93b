#include <gtest/gtest.h>

#include "controller/world.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

struct Agents : testing::Test {
  void SetUp() override { ASSERT_TRUE(world.boot().ok()); }

  base::Result<base::Epoch> say(const ports::AgentHello& hello) {
    base::Result<base::Epoch> answer = base::Epoch{0};
    world.controller->agent_came(hello, [&](const base::Result<ports::AgentWelcome>& welcome) {
      answer = welcome.ok() ? base::Result<base::Epoch>{welcome->epoch} : welcome.error();
    });
    return answer;
  }
  std::size_t connected() { return world.controller->info()->hosts_connected; }
  std::size_t tasks_for(const std::string& host) const {
    std::size_t count = 0;
    for (const core::SendTask& task : world.link.tasks) count += task.host.text == host ? 1U : 0U;
    return count;
  }

  World world;
};

TEST_F(Agents, of_another_fleet_are_turned_away) {
  ports::AgentHello hello = world.hello("cond1");
  hello.fleet = base::FleetId{"elsewhere"};
  const auto answer = say(hello);
  ASSERT_FALSE(answer.ok());
  EXPECT_NE(answer.error().message.find("elsewhere"), std::string::npos);
  EXPECT_EQ(connected(), 0U);
}

TEST_F(Agents, of_unknown_hosts_are_turned_away) {
  ports::AgentHello hello = world.hello("cond1");
  hello.host = base::HostName{"stranger"};
  const auto answer = say(hello);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::NotFound);
  EXPECT_NE(answer.error().message.find("stranger"), std::string::npos);
}

TEST_F(Agents, that_speak_another_protocol_are_turned_away) {
  for (const std::uint32_t protocol : {0U, 2U}) {
    ports::AgentHello hello = world.hello("cond1");
    hello.protocol = protocol;
    const auto answer = say(hello);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::FailedPrecondition);
  }
  EXPECT_TRUE(say(world.hello("cond1")).ok());
}

TEST_F(Agents, that_obey_a_newer_term_are_turned_away) {
  ports::AgentHello hello = world.hello("cond1");
  hello.epoch = 2;
  const auto answer = say(hello);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::FailedPrecondition);
  EXPECT_NE(answer.error().message.find("obeys term 2; this controller's is 1"), std::string::npos)
      << answer.error().message;
  EXPECT_EQ(connected(), 0U);
  hello.epoch = 1;
  EXPECT_TRUE(say(hello).ok());
}

TEST_F(Agents, are_welcomed_before_their_tasks_are_sent) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.go("cond1");
  bool welcomed = false;
  world.link.on_send = [&] { EXPECT_TRUE(welcomed); };
  world.link.present.insert(base::HostName{"cond1"});
  world.controller->agent_came(world.hello("cond1"), [&](const auto&) { welcomed = true; });
  EXPECT_TRUE(welcomed);
  EXPECT_EQ(tasks_for("cond1"), 1U);
}

TEST_F(Agents, that_come_back_get_what_they_still_have_to_do_once) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  ASSERT_EQ(tasks_for("cond2"), 1U);
  world.go("cond2");
  EXPECT_EQ(tasks_for("cond2"), 0U);
  ASSERT_TRUE(world.come("cond2").ok());
  EXPECT_EQ(tasks_for("cond2"), 1U);
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
}

TEST_F(Agents, that_come_twice_count_once) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  ASSERT_TRUE(world.come("cond1").ok());
  EXPECT_EQ(connected(), world.fleet.hosts.size());
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
}

TEST_F(Agents, that_went_are_seen_in_the_upgrade) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.go("cond1");
  world.controller->agent_went(base::HostName{"cond1"}, "told twice");
  EXPECT_EQ(connected(), world.fleet.hosts.size() - 1);
  EXPECT_FALSE(world.view().hosts.at(0).connected);
}

TEST_F(Agents, hear_that_late_duplicates_have_arrived) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  const core::SendTask sent = world.link.tasks.front();
  world.go_on();
  const std::size_t records = world.journal.records().size();
  world.link.acks.clear();
  world.controller->agent_reported(sent.host, {sent.task.key, core::TaskSucceeded{}});
  ASSERT_EQ(world.link.acks.size(), 1U);
  EXPECT_TRUE(world.link.acks[0].key.same_task(sent.task.key));
  EXPECT_EQ(world.journal.records().size(), records) << "nothing new has happened";
}

TEST_F(Agents, hear_that_reports_of_unknown_upgrades_have_arrived) {
  world.come_all();
  const core::TaskKey key{base::UpgradeId{"u-gone"}, base::StepIndex{3}, 1, 1};
  world.controller->agent_reported(base::HostName{"cond1"}, {key, core::TaskAccepted{}});
  EXPECT_TRUE(world.link.acks.empty()) << "only an end is acknowledged";
  world.controller->agent_reported(base::HostName{"cond1"}, {key, core::TaskFailed{}});
  EXPECT_EQ(world.link.acks.size(), 1U);
}

TEST_F(Agents, cannot_speak_for_another_host) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  const core::SendTask sent = world.link.tasks.front();
  ASSERT_NE(sent.host.text, "api1");
  const core::UpgradeView before = world.view();
  world.controller->agent_reported(base::HostName{"api1"}, {sent.task.key, core::TaskSucceeded{}});
  EXPECT_EQ(world.view(), before);
}

TEST_F(Agents, are_believed_by_their_newest_reading) {
  world.come_all();
  const base::HostName host{"cond1"};
  core::HostFacts newer = world.hosts.read(host, world.clock.now() + base::Duration{5});
  newer.installed_release = "39.0";
  core::HostFacts older = world.hosts.read(host, world.clock.now() - base::Duration{5});
  world.controller->agent_facts(host, newer);
  world.controller->agent_facts(host, older);
  EXPECT_EQ(world.controller->hosts()->at(0).facts.installed_release, "39.0");
}

TEST_F(Agents, report_facts_with_their_results) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  const core::SendTask sent = world.link.tasks.front();
  core::TaskSucceeded result;
  core::HostFacts facts = world.hosts.read(sent.host, world.clock.now() + base::Duration{5});
  facts.details["seen"] = "here";
  result.host = facts;
  world.controller->agent_reported(sent.host, {sent.task.key, result});
  for (const ports::FleetHostView& host : world.controller->hosts().value()) {
    EXPECT_EQ(host.facts.details.contains("seen"), host.name == sent.host.text);
  }
}

TEST_F(Agents, that_stay_away_too_long_pause_the_upgrade) {
  world.come_all();
  ASSERT_TRUE(world.start().ok());
  world.go("cond1");
  for (int i = 0; i < 500 && world.view().state == "RUNNING"; ++i) world.go_on();
  EXPECT_EQ(world.view().state, "PAUSED");
  ASSERT_TRUE(world.view().blocked);
  EXPECT_NE(world.view().blocked->reason.find("cond1"), std::string::npos);
}

}  // namespace
}  // namespace rollmill::test
