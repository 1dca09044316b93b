#include <gtest/gtest.h>

#include "controller/world.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

struct Queries : testing::Test {
  void SetUp() override {
    ASSERT_TRUE(world.boot().ok());
    world.come_all();
  }
  std::string start_and_abort() {
    const std::string id = world.start()->id;
    EXPECT_TRUE(world.controller->request({id}, core::AbortRequested{world.actor()}).ok());
    world.finish();  // What was sent comes to its end.
    return id;
  }
  std::vector<core::EventView> events(base::Sequence after, std::uint32_t limit) {
    return world.controller->events({}, after, limit).value();
  }
  World world;
};

TEST_F(Queries, list_the_newest_upgrade_first) {
  const std::string first = start_and_abort();
  const std::string second = start_and_abort();
  EXPECT_NE(first, second);
  const auto views = world.controller->list().value();
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].id, second);
  EXPECT_EQ(views[1].id, first);
}

TEST_F(Queries, find_old_upgrades_as_they_were) {
  const std::string first = start_and_abort();
  const auto view = world.controller->get({first}, core::Detail::Steps).value();
  const auto listed = world.controller->list()->back();
  const auto seen = world.controller->events({first}, 0, 1000).value();
  for (std::size_t i = 0; i < controller::History::kLoadedRuns + 2; ++i) start_and_abort();
  for (const bool restarted : {false, true}) {
    if (restarted) {
      world.die();
      ASSERT_TRUE(world.boot().ok());
    }
    EXPECT_EQ(world.controller->get({first}, core::Detail::Steps).value(), view);
    EXPECT_EQ(world.controller->list()->back(), listed);
    EXPECT_EQ(world.controller->events({first}, 0, 1000).value(), seen);
    EXPECT_EQ(world.controller->events({first}, seen[2].sequence, 1).value().at(0), seen[3]);
    const auto refused =
        world.controller->request({first}, core::RetryRequested{{}, world.actor()});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  }
}

TEST_F(Queries, page_through_events) {
  ASSERT_TRUE(world.start().ok());
  world.finish();
  const auto all = events(0, 1000);
  ASSERT_GT(all.size(), 20U);
  std::vector<core::EventView> paged;
  for (base::Sequence after = 0;;) {
    const auto page = events(after, 7);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 7U);
    paged.insert(paged.end(), page.begin(), page.end());
    after = page.back().sequence;
  }
  EXPECT_EQ(events(0, 0).size(), 1U) << "a limit is at least one";
  paged.resize(all.size());
  EXPECT_EQ(paged, all);
}

TEST_F(Queries, show_the_fleet_without_an_upgrade) {
  world.go("api2");
  const auto hosts = world.controller->hosts().value();
  ASSERT_EQ(hosts.size(), world.fleet.hosts.size());
  for (const ports::FleetHostView& host : hosts) {
    EXPECT_EQ(host.connected, host.name != "api2");
    EXPECT_EQ(host.schema, host.name == "admin");
    EXPECT_EQ(host.facts.installed_release, "35.0");
  }
}

TEST_F(Queries, tell_about_the_controller) {
  const auto info = world.controller->info().value();
  EXPECT_EQ(info.version, "0.1.0");
  EXPECT_EQ(info.fleet, "test");
  EXPECT_EQ(info.epoch, 1U);
  EXPECT_TRUE(info.ready);
  EXPECT_EQ(info.last_sequence, world.journal.records().size());
  EXPECT_EQ(info.hosts, world.fleet.hosts.size());
  EXPECT_EQ(info.hosts_connected, world.fleet.hosts.size());
}

TEST_F(Queries, wake_watchers_after_each_change_until_they_leave) {
  int woken = 0;
  auto ticket = std::make_shared<controller::Subscription>();
  ticket->wake = [&] { ++woken; };
  world.controller->subscribe(ticket);
  ASSERT_TRUE(world.start().ok());
  EXPECT_EQ(woken, 1);
  world.go_on();
  EXPECT_GE(woken, 2);
  const int before = woken;
  ticket.reset();
  world.go_on();
  EXPECT_EQ(woken, before);
}

struct Logs : Queries {
  void SetUp() override {
    Queries::SetUp();
    ASSERT_TRUE(world.start().ok());
    task = world.link.tasks.front();
  }
  void ask(base::StepIndex step, bool more = true) {
    world.controller->logs({}, step, true, [this, more](base::Result<ports::LogChunk> chunk) {
      heard.push_back(chunk.ok() ? chunk->text : "error: " + chunk.error().message);
      if (!chunk.ok()) code = chunk.error().code;
      return more;
    });
  }
  void answer(const std::string& text, bool end = false) {
    world.controller->agent_logs(task.host, world.link.logs_asked.back().request,
                                 {"apt-get install", text, end});
  }

  core::SendTask task;
  std::vector<std::string> heard;
  std::optional<base::ErrorCode> code;  ///< Of the last error.
};

TEST_F(Logs, come_from_the_host_of_the_step) {
  ask(task.task.key.step);
  ASSERT_EQ(world.link.logs_asked.size(), 1U);
  EXPECT_EQ(world.link.logs_asked[0].host, task.host);
  EXPECT_TRUE(world.link.logs_asked[0].key.same_task(task.task.key));
  EXPECT_TRUE(world.link.logs_asked[0].follow);
  answer("one");
  answer("two", true);
  answer("after the end");
  EXPECT_EQ(heard, (std::vector<std::string>{"one", "two"}));
}

TEST_F(Logs, stop_when_nobody_listens) {
  ask(task.task.key.step, false);
  answer("one");
  answer("two");
  EXPECT_EQ(heard, std::vector<std::string>{"one"});
  EXPECT_FALSE(world.link.logs_cancelled.empty());
}

TEST_F(Logs, end_when_the_agent_goes) {
  ask(task.task.key.step);
  answer("one");
  world.go(task.host.text);
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_NE(heard[1].find("error: the agent of " + task.host.text), std::string::npos);
  ask(task.task.key.step);
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[2], heard[1]);
  EXPECT_EQ(code, base::ErrorCode::FailedPrecondition) << "the controller itself has answered";
}

TEST_F(Logs, of_another_host_are_not_taken) {
  ask(task.task.key.step);
  world.controller->agent_logs(base::HostName{"api2"}, world.link.logs_asked[0].request,
                               {"x", "forged", false});
  EXPECT_TRUE(heard.empty());
}

TEST_F(Logs, of_steps_that_were_never_sent_are_refused) {
  const auto steps = world.view().steps;
  ask(base::StepIndex{static_cast<std::uint32_t>(steps.size() - 1)});
  ask(base::StepIndex{static_cast<std::uint32_t>(steps.size())});
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_NE(heard[0].find("has not been sent yet"), std::string::npos) << heard[0];
  EXPECT_NE(heard[1].find("there is no step"), std::string::npos) << heard[1];
}

TEST_F(Logs, have_a_limited_number_of_readers) {
  for (std::size_t i = 0; i <= controller::LogDesk::kMostRequests; ++i) ask(task.task.key.step);
  EXPECT_EQ(world.link.logs_asked.size(), controller::LogDesk::kMostRequests);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_NE(heard[0].find("try later"), std::string::npos);
  EXPECT_EQ(code, base::ErrorCode::FailedPrecondition) << "the controller itself has answered";
}

}  // namespace
}  // namespace rollmill::test
