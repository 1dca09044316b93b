#include <gtest/gtest.h>

#include <algorithm>

#include "rpc/houses.h"

namespace rollmill::rpc {
namespace {

using Lines = std::vector<std::string>;

bool has_line(const Lines& lines, const std::string& start) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.starts_with(start); });
}

/// Waits until the n-th line that starts so is there; the lines.
Lines until(const Record<std::string>& record, const std::string& start, long times = 1) {
  return record.wait_until([&](const Lines& lines) {
    return std::count_if(lines.begin(), lines.end(),
                         [&](const std::string& line) { return line.starts_with(start); }) >= times;
  });
}

core::TaskReport sample_report() {
  return {sample_task().key, core::TaskSucceeded{true, {sample_check()}, sample_facts()}};
}

TEST(Session, hello_is_answered_with_the_epoch) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  EXPECT_EQ(agent.inbox.told.wait_for(1), Lines{"welcomed 7"});
  const auto hellos = house.control.hellos.wait_for(1);
  ASSERT_EQ(hellos.size(), 1U);
  EXPECT_EQ(hellos[0].fleet.text, "f1");
  EXPECT_EQ(hellos[0].host.text, "cond1");
  EXPECT_EQ(hellos[0].boot_id, "b1");
  EXPECT_EQ(hellos[0].agent_version, "0.1.0");
  EXPECT_EQ(hellos[0].protocol, 1U);
  EXPECT_EQ(hellos[0].facts, sample_facts());
}

TEST(Session, task_goes_down_report_comes_up_and_ack_follows) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  agent.inbox.told.wait_for(1);
  house.command([](auto& link) { link.send(core::SendTask{{"cond1"}, sample_task()}); });
  EXPECT_EQ(agent.inbox.tasks.wait_for(1), std::vector<core::Task>{sample_task()});
  agent.say([](auto& link) {
    link.send(sample_report());
    link.send(sample_facts());
  });
  EXPECT_EQ(house.control.reports.wait_for(1), std::vector<core::TaskReport>{sample_report()});
  EXPECT_EQ(house.control.facts.wait_for(1), std::vector<core::HostFacts>{sample_facts()});
  house.command([](auto& link) {
    link.send(core::AckReport{{"cond1"}, sample_task().key});
    link.send(core::CancelTask{{"cond1"}, sample_task().key});
  });
  EXPECT_EQ(agent.inbox.told.wait_for(4),
            (Lines{"welcomed 7", "task 17/2", "acked 17/2", "cancel 17/2"}));
}

TEST(Session, logs_are_asked_for_sent_and_cancelled) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  agent.inbox.told.wait_for(1);
  house.command([](auto& link) {
    EXPECT_TRUE(link.request_logs({"cond1"}, 5, sample_task().key, true));
    EXPECT_FALSE(link.request_logs({"cond2"}, 6, sample_task().key, true));
    link.cancel_logs({"cond1"}, 5);
  });
  EXPECT_EQ(agent.inbox.told.wait_for(3),
            (Lines{"welcomed 7", "logs 5 of 17/2 and more", "no logs 5"}));
  agent.say([](auto& link) { link.send_logs(5, {"apt-get update", "Hit:1\n", true}); });
  const auto chunks = house.control.chunks.wait_for(1);
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_EQ(chunks[0].first, 5U);
  EXPECT_EQ(chunks[0].second.command, "apt-get update");
  EXPECT_EQ(chunks[0].second.text, "Hit:1\n");
  EXPECT_TRUE(chunks[0].second.end);
}

TEST(Session, what_is_sent_before_the_welcome_comes_after_it) {
  ControllerHouse house;
  house.control.welcome = [&house](const ports::AgentHello& hello) {
    house.server->agent_link().send(core::SendTask{hello.host, sample_task()});
    return ports::AgentWelcome{8};
  };
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  EXPECT_EQ(agent.inbox.told.wait_for(2), (Lines{"welcomed 8", "task 17/2"}));
}

TEST(Session, turned_away_agent_hears_why_and_asks_again) {
  ControllerHouse house;
  house.control.welcome = [](const auto&) -> base::Result<ports::AgentWelcome> {
    return base::Error{base::ErrorCode::NotFound, "cond9 is not in the fleet file"};
  };
  house.open();
  AgentHouse agent("cond9", dialling(house.address()));
  const Lines told = agent.inbox.told.wait_for(2);
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told[0], "lost: the controller turned this agent away: cond9 is not in the fleet file");
  EXPECT_EQ(told[1], told[0]);
  agent.stop();
  EXPECT_FALSE(has_line(house.control.agents.all(), "went"));
  EXPECT_TRUE(has_line(house.log.all(), "agent of cond9"));
}

TEST(Session, agent_leaves_a_controller_whose_term_is_over) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()), Posting::AtOnce, 8);
  const Lines told = agent.inbox.told.wait_for(2);
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told[0], "lost: the controller's term 7 is over: this host obeys term 8");
  EXPECT_EQ(told[1], told[0]) << "it asks again: the place may have been taken";
  EXPECT_EQ(house.control.hellos.wait_for(1)[0].epoch, 8U);
}

TEST(Session, agent_that_goes_is_missed_once) {
  ControllerHouse house;
  house.open();
  {
    AgentHouse agent("cond1", dialling(house.address()));
    agent.inbox.told.wait_for(1);
  }
  const Lines agents = until(house.control.agents, "went");
  ASSERT_EQ(agents.size(), 2U);
  EXPECT_EQ(agents[0], "came cond1");
  EXPECT_TRUE(agents[1].starts_with("went cond1: ")) << agents[1];
  house.command(
      [](auto& link) { EXPECT_FALSE(link.request_logs({"cond1"}, 1, sample_task().key, false)); });
}

TEST(Session, newer_stream_of_a_host_takes_the_place_of_the_older) {
  ControllerHouse house;
  house.open();
  AgentClientOptions patient = dialling(house.address());
  patient.backoff_min = patient.backoff_max = std::chrono::hours{1};
  AgentHouse older("cond1", patient);
  older.inbox.told.wait_for(1);
  AgentHouse newer("cond1", patient);
  EXPECT_EQ(newer.inbox.told.wait_for(1), Lines{"welcomed 7"});
  const Lines told = older.inbox.told.wait_for(2);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[1].find("a newer stream of host cond1 has taken its place"), std::string::npos)
      << told[1];
  house.command([](auto& link) { link.send(core::SendTask{{"cond1"}, sample_task()}); });
  EXPECT_EQ(newer.inbox.tasks.wait_for(1).size(), 1U);
  EXPECT_EQ(older.inbox.tasks.all().size(), 0U);
  EXPECT_EQ(house.control.agents.all(), (Lines{"came cond1", "came cond1"}));
}

TEST(Session, refused_newcomer_leaves_the_older_stream_alone) {
  ControllerHouse house;
  house.control.welcome = [n = 0](const auto&) mutable -> base::Result<ports::AgentWelcome> {
    if (n++ == 0) return ports::AgentWelcome{7};
    return base::Error{base::ErrorCode::FailedPrecondition, "another fleet"};
  };
  house.open();
  AgentHouse older("cond1", dialling(house.address()));
  older.inbox.told.wait_for(1);
  AgentHouse newer("cond1", dialling(house.address()));
  newer.inbox.told.wait_for(1);
  newer.stop();
  house.command([](auto& link) { link.send(core::SendTask{{"cond1"}, sample_task()}); });
  EXPECT_EQ(older.inbox.told.wait_for(2), (Lines{"welcomed 7", "task 17/2"}));
  EXPECT_FALSE(has_line(house.control.agents.all(), "went"));
}

TEST(Session, agent_comes_back_after_a_restart_of_the_controller) {
  auto first = std::make_unique<ControllerHouse>();
  first->open();
  const std::string address = first->address();
  AgentHouse agent("cond1", dialling(address));
  agent.inbox.told.wait_for(1);
  first.reset();
  const Lines lost = until(agent.inbox.told, "lost: cannot reach the controller at " + address);
  EXPECT_EQ(lost[1], "lost: the controller ended the stream: the controller is stopping");

  ServerOptions options;
  options.address = address;
  ControllerHouse second(options);
  second.control.welcome = [](const auto&) { return ports::AgentWelcome{8}; };
  second.open();
  EXPECT_TRUE(has_line(until(agent.inbox.told, "welcomed 8"), "welcomed 8"));
  agent.say([](auto& link) { link.send(sample_report()); });
  EXPECT_EQ(second.control.reports.wait_for(1).size(), 1U);
}

TEST(Session, going_of_all_agents_at_shutdown_is_not_told) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  agent.inbox.told.wait_for(1);
  house.server->shutdown();
  house.server->shutdown();
  until(agent.inbox.told, "lost");
  EXPECT_EQ(house.control.agents.all(), Lines{"came cond1"});
}

TEST(Session, what_is_said_while_nobody_listens_is_dropped) {
  ControllerHouse house;
  AgentHouse agent("cond1", dialling("127.0.0.1:1"));
  agent.say([](auto& link) { link.send(sample_report()); });
  EXPECT_TRUE(has_line(agent.inbox.told.wait_for(1), "lost: cannot reach the controller at "));
  house.command([](auto& link) { link.send(core::SendTask{{"cond1"}, sample_task()}); });
}

/// With the last channel of a program gRPC ends its threads: it must not be let go of on one.
TEST(Session, link_that_never_comes_up_can_try_for_long) {
  AgentClientOptions options = dialling("127.0.0.1:1");
  options.backoff_min = options.backoff_max = std::chrono::milliseconds{1};
  AgentHouse agent("cond1", options);
  EXPECT_GE(agent.inbox.told.wait_for(300).size(), 300U);
}

/// The same when the loop is quicker than the thread that posts: the loop lets go first.
TEST(Session, stream_is_never_let_go_of_last_by_the_thread_that_posts) {
  AgentClientOptions options = dialling("127.0.0.1:1");
  options.backoff_min = options.backoff_max = std::chrono::milliseconds{1};
  AgentHouse agent("cond1", options, Posting::LoopIsQuicker);
  EXPECT_GE(agent.inbox.told.wait_for(10).size(), 10U);
}

TEST(Session, a_hundred_messages_each_way_arrive_in_order) {
  ControllerHouse house;
  house.open();
  AgentHouse agent("cond1", dialling(house.address()));
  agent.inbox.told.wait_for(1);
  Lines expected;
  for (std::uint32_t i = 1; i <= 100; ++i) expected.push_back("17/" + std::to_string(i));
  house.command([](auto& link) {
    for (std::uint32_t i = 1; i <= 100; ++i) {
      core::Task task = sample_task();
      task.key.attempt = i;
      link.send(core::SendTask{{"cond1"}, task});
    }
  });
  agent.say([](auto& link) {
    for (std::uint32_t i = 1; i <= 100; ++i) {
      core::TaskReport report = sample_report();
      report.key.attempt = i;
      link.send(report);
    }
  });
  const Lines told = agent.inbox.told.wait_for(101);
  const Lines heard = house.control.agents.wait_for(101);
  ASSERT_EQ(told.size(), 101U);
  ASSERT_EQ(heard.size(), 101U);
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_EQ(told[i + 1], "task " + expected[i]);
    EXPECT_EQ(heard[i + 1], "report cond1 " + expected[i]);
  }
}

}  // namespace
}  // namespace rollmill::rpc
