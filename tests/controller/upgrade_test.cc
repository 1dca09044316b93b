#include <gtest/gtest.h>

#include "controller/world.h"

namespace rollmill::test {
namespace {

using base::ErrorCode;

struct Upgrades : testing::Test {
  void SetUp() override {
    ASSERT_TRUE(world.boot().ok());
    world.come_all();
  }
  base::Status ask(const core::Event& event) {
    const auto answer = world.controller->request({}, event);
    return answer.ok() ? base::success() : base::Status{answer.error()};
  }
  World world;
};

TEST_F(Upgrades, go_all_the_way) {
  const auto started = world.start();
  ASSERT_TRUE(started.ok()) << started.error().message;
  EXPECT_EQ(started->state, "RUNNING");
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
  EXPECT_TRUE(world.hosts.broken.empty()) << world.hosts.broken.front();
  for (const core::Host& host : world.fleet.hosts) {
    if (host.services.empty()) continue;
    EXPECT_EQ(world.hosts.read(host.name, world.clock.now()).services.at(0).release, "39.0");
  }
}

TEST_F(Upgrades, are_named_after_their_plan) {
  const auto plan = world.plan();
  const auto started = world.start();
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(started->plan_id, plan->id.text);
  EXPECT_EQ(started->id.size(), 10U);
  EXPECT_EQ(started->id.substr(0, 2), "u-");
}

TEST_F(Upgrades, are_one_at_a_time) {
  const auto first = world.start("r-1");
  const auto second = world.controller->start({{39, 0}, world.policy, "", "r-2", {"bert", ""}, {}});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::FailedPrecondition);
  EXPECT_NE(second.error().message.find(first->id), std::string::npos) << second.error().message;
  EXPECT_EQ(world.controller->list()->size(), 1U);
}

TEST_F(Upgrades, started_twice_by_one_request_are_one) {
  const auto asked = world.start_asked("r-1");
  const auto first = world.controller->start(asked);
  const std::size_t records = world.journal.records().size();
  EXPECT_EQ(world.controller->start(asked)->id, first->id);
  world.die();
  ASSERT_TRUE(world.boot().ok());
  EXPECT_EQ(world.controller->start(asked)->id, first->id) << "after a restart, too";
  EXPECT_EQ(world.controller->list()->size(), 1U);
  EXPECT_GT(world.journal.records().size(), records);
}

TEST_F(Upgrades, run_what_was_shown) {
  auto asked = world.start_asked();
  asked.plan_id = world.plan()->id.text;
  const auto started = world.controller->start(asked);
  ASSERT_TRUE(started.ok()) << started.error().message;
  EXPECT_EQ(started->plan_id, asked.plan_id);
}

TEST_F(Upgrades, are_refused_with_a_diff_when_the_fleet_has_changed) {
  auto asked = world.start_asked();
  asked.plan_id = world.plan()->id.text;
  for (const bool restarted : {false, true}) {
    if (restarted) {
      world.die();
      ASSERT_TRUE(world.boot().ok());
      world.come_all();
    }
    asked.policy->canary = 2;
    const auto refused = world.controller->start(asked);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Aborted);
    EXPECT_NE(refused.error().message.find("\n-"), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().message.find("\n+"), std::string::npos) << refused.error().message;
  }
  EXPECT_TRUE(world.controller->list()->empty());
}

TEST_F(Upgrades, are_refused_for_a_plan_nobody_was_shown) {
  auto asked = world.start_asked();
  asked.plan_id = "feedbeef";
  const auto refused = world.controller->start(asked);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Aborted);
  EXPECT_NE(refused.error().message.find("feedbeef is not known here"), std::string::npos);
}

TEST_F(Upgrades, use_the_policy_of_the_controller_unless_they_bring_their_own) {
  core::Policy own = world.policy;
  own.canary = 2;
  const auto usual = world.controller->plan({{39, 0}, std::nullopt});
  ASSERT_TRUE(usual.ok()) << usual.error().message;
  EXPECT_EQ(usual->policy, usual_policy());
  EXPECT_EQ(world.controller->plan({{39, 0}, own})->policy, own);
}

TEST_F(Upgrades, need_the_agents_of_all_hosts) {
  world.go("cond2");
  const auto plan = world.plan();
  ASSERT_FALSE(plan.ok());
  EXPECT_NE(plan.error().message.find("cond2"), std::string::npos) << plan.error().message;
}

TEST_F(Upgrades, leave_nothing_behind_when_an_approval_names_no_gate) {
  auto asked = world.start_asked();
  asked.approve = {"no-such-gate"};
  const std::size_t records = world.journal.records().size();
  EXPECT_FALSE(world.controller->start(asked).ok());
  EXPECT_EQ(world.journal.records().size(), records);
  EXPECT_TRUE(world.controller->list()->empty());
  EXPECT_TRUE(world.link.tasks.empty());
}

TEST_F(Upgrades, store_a_shown_plan_once) {
  ASSERT_TRUE(world.plan().ok());
  const std::size_t records = world.journal.records().size();
  ASSERT_TRUE(world.plan().ok());
  EXPECT_EQ(world.journal.records().size(), records);
  EXPECT_EQ(world.journal.records().back().kind, "PlanShown");
}

TEST_F(Upgrades, wait_for_approval_when_none_was_given) {
  auto asked = world.start_asked();
  asked.approve.clear();
  ASSERT_TRUE(world.controller->start(asked).ok());
  for (int i = 0; i < 1000 && !world.view().blocked; ++i) world.go_on();
  ASSERT_TRUE(world.view().blocked);
  EXPECT_FALSE(world.view().blocked->reason.empty());
}

TEST_F(Upgrades, pause_and_resume) {
  ASSERT_TRUE(world.start().ok());
  ASSERT_TRUE(ask(core::PauseRequested{world.actor()}).ok());
  EXPECT_EQ(world.view().state, "PAUSED");
  const base::Status again = ask(core::PauseRequested{world.actor()});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::FailedPrecondition);
  ASSERT_TRUE(ask(core::ResumeRequested{world.actor()}).ok());
  world.finish();
  EXPECT_EQ(world.view().state, "SUCCEEDED");
}

TEST_F(Upgrades, show_no_way_back_behind_the_point_of_no_return) {
  const auto back = [&](ports::Way way) {
    return world.controller->plan({{39, 0}, std::nullopt, way});
  };
  ASSERT_TRUE(world.start().ok());
  EXPECT_TRUE(back(ports::Way::BackFromNow).ok());
  const auto is_unpinned = [](const core::HostView& host) {
    return host.release == "39.0" && host.pin.empty() && !host.services.empty();
  };
  const auto any_unpinned = [&] {
    const auto hosts = world.view().hosts;
    return std::any_of(hosts.begin(), hosts.end(), is_unpinned);
  };
  while (!any_unpinned() && world.go_on()) continue;
  for (const ports::Way way : {ports::Way::BackFromGate, ports::Way::BackFromNow}) {
    const auto refused = back(way);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
    EXPECT_NE(refused.error().message.find("cannot go back: the point of no return was passed"),
              std::string::npos)
        << refused.error().message;
  }
  ASSERT_TRUE(ask(core::AbortRequested{world.actor()}).ok());
  const auto refused = back(ports::Way::BackFromGate);
  ASSERT_FALSE(refused.ok()) << "a new one would begin behind it";
  EXPECT_NE(refused.error().message.find("behind the point of no return"), std::string::npos)
      << refused.error().message;
}

TEST_F(Upgrades, wait_until_the_agents_are_done_with_the_aborted_one) {
  ASSERT_TRUE(world.start().ok());
  const core::SendTask task = world.take_task();
  const std::string aborted = world.view().id;
  ASSERT_TRUE(ask(core::AbortRequested{world.actor()}).ok());
  const auto refused = world.start();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::FailedPrecondition);
  EXPECT_EQ(refused.error().message.find("inspect on " + task.host.text + " (step 0 of " + aborted +
                                         ") is still under way"),
            0U)
      << refused.error().message;
  world.finish();
  world.controller->agent_reported(
      task.host, {task.task.key, core::TaskFailed{"CANCELLED", "given up", false, {}, {}}});
  EXPECT_TRUE(world.start().ok());
}

/// The cure of docs/operating.md where the lost host cannot be left out of the way back.
TEST_F(Upgrades, go_back_without_a_host_that_is_gone_when_a_new_one_is_turned_at_once) {
  auto asked = world.start_asked();
  asked.approve.clear();
  ASSERT_TRUE(world.controller->start(asked).ok());
  while (world.view().current_phase != "gate" && world.go_on()) continue;
  ASSERT_TRUE(ask(core::TurnRequested{core::Direction::Back, world.actor()}).ok());
  while (world.view().current_phase != "api" && world.go_on()) continue;
  world.go("cond1");
  world.hosts.host("cond1").services[0].running = false;
  world.finish();
  ASSERT_EQ(world.view().blocked->code, "AGENT_LOST");
  const base::Status refused = ask(core::QuarantineRequested{{"cond1"}, world.actor()});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("cond1 is needed"), std::string::npos);
  ASSERT_TRUE(ask(core::AbortRequested{world.actor()}).ok());

  world.die();
  std::erase_if(world.fleet.hosts,
                [](const core::Host& host) { return host.name.text == "cond1"; });
  world.policy.budgets["conductor"].min_available = 0;
  world.hosts.policy = world.policy;
  world.hosts.quarantined.insert("cond1");  // away, and not by our hand
  ASSERT_TRUE(world.boot().ok());
  world.come_all();
  const auto started = world.start();
  ASSERT_TRUE(started.ok()) << started.error().message;
  ASSERT_TRUE(ask(core::TurnRequested{core::Direction::Back, world.actor()}).ok());
  world.finish();
  EXPECT_EQ(world.view().state, "ROLLED_BACK");
  for (const core::HostView& host : world.view().hosts) {
    EXPECT_EQ(host.release, "35.0") << host.name;
    EXPECT_EQ(host.pin, "") << host.name;
  }
  EXPECT_TRUE(world.hosts.broken.empty()) << world.hosts.broken.front();
}

TEST_F(Upgrades, cancel_what_an_agent_still_has_of_the_aborted_one_when_it_comes) {
  ASSERT_TRUE(world.start().ok());
  const core::SendTask task = world.take_task();
  world.go(task.host.text);
  ASSERT_TRUE(ask(core::AbortRequested{world.actor()}).ok());
  world.die();
  ASSERT_TRUE(world.boot().ok());
  world.link.cancels.clear();
  const auto epoch = world.come(task.host.text);
  ASSERT_EQ(world.link.cancels.size(), 1U);
  EXPECT_TRUE(world.link.cancels[0].key.same_task(task.task.key));
  EXPECT_EQ(world.link.cancels[0].key.epoch, *epoch) << "an agent obeys no older term";
}

TEST_F(Upgrades, cancel_what_an_agent_says_it_does_for_nobody) {
  ASSERT_TRUE(world.start().ok());
  core::TaskKey other = world.take_task().task.key;
  other.upgrade.text = "u-of-before";
  world.link.cancels.clear();
  world.controller->agent_reported({"cond1"}, {other, core::TaskAccepted{}});
  ASSERT_EQ(world.link.cancels.size(), 1U);
  EXPECT_EQ(world.link.cancels[0].key, other);
}

TEST_F(Upgrades, take_no_orders_from_nobody) {
  ASSERT_TRUE(world.start().ok());
  EXPECT_EQ(ask(core::AbortRequested{{"", "x"}}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(ask(core::TimePassed{}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(ask(core::TakenOver{99}).error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(world.view().state, "RUNNING");
}

TEST_F(Upgrades, are_looked_up_by_name) {
  const auto none = world.controller->get({}, core::Detail::Summary);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
  const auto started = world.start();
  EXPECT_EQ(world.controller->get({started->id}, core::Detail::Summary)->id, started->id);
  const auto absent = world.controller->get({"u-absent"}, core::Detail::Summary);
  EXPECT_EQ(absent.error().code, ErrorCode::NotFound);
  EXPECT_NE(absent.error().message.find("u-absent"), std::string::npos);
}

TEST_F(Upgrades, count_what_the_prober_saw) {
  world.controller->prober_counted({5, 1, base::Duration{700}, "refused"});
  ASSERT_TRUE(world.start().ok());
  world.controller->prober_counted({5, 1, base::Duration{700}, "refused"});
  EXPECT_EQ(world.view().probes_sent, 5U);
  EXPECT_EQ(world.view().probes_failed, 1U);
}

}  // namespace
}  // namespace rollmill::test
