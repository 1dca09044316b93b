#include <gtest/gtest.h>

#include "core/navigation.h"
#include "core/on_the_way.h"
#include "rollmill/core/views.h"

/// What has not been seen is not taken for granted: services that an earlier upgrade left half
/// done, a gate that was passed days ago, agents that have not come yet.
namespace rollmill::core {
namespace {

using Unproven = test::OnTheWay;
using test::kAlice;
using test::kBroken;
using test::says;

std::string find_phase(const Plan& plan, PhaseKind kind, std::uint32_t leg = 0) {
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    const Phase& phase = plan.phases[i];
    const bool found = phase.kind == kind && phase.leg == leg && !phase.finds_way;
    if (found) return test::steps_in_words(plan, i);
  }
  return {};
}

class NewPlan : public testing::Test {
 protected:
  NewPlan()
      : fleet(test::fleet("cond x2, api x3, admin schema")), twin(fleet, ReleaseNumber{35, 0}) {}

  void bring_to_new(const std::string& name, bool pinned) {
    test::HostTwin& host = twin.host(name);
    host.installed = {39, 0};
    host.pin = pinned ? std::optional(ReleaseNumber{35, 0}) : std::nullopt;
    host.drop_in = true;
    host.services.front().release = {39, 0};
    host.services.front().pin = host.pin;
  }
  base::Result<Plan> make(std::optional<ReleaseNumber> went_from = std::nullopt) const {
    return make_plan(
        ironic_profile(),
        {fleet, test::usual_policy(), {39, 0}, twin.read_all(test::start_time()), went_from});
  }

  const Fleet fleet;
  test::FleetTwin twin;
};

TEST_F(NewPlan, api_that_was_left_out_of_the_balancer_comes_back_before_another_goes) {
  bring_to_new("api2", true);
  twin.host("api2").services.front().serving = false;
  const std::string apis = find_phase(make().value(), PhaseKind::Api);
  EXPECT_TRUE(apis.starts_with("probe api2 enlist api2 drain api1")) << apis;
}

TEST_F(NewPlan, api_that_was_taken_out_comes_back_before_one_that_is_only_not_healthy_yet_goes) {
  bring_to_new("api2", true);
  twin.host("api1").services.front().healthy = false;
  twin.host("api2").services.front().serving = false;
  const std::string apis = find_phase(make().value(), PhaseKind::Api);
  EXPECT_TRUE(apis.starts_with("probe api2 enlist api2 drain api1")) << apis;
}

TEST_F(NewPlan, behind_the_point_of_no_return_an_api_comes_back_too) {
  for (const char* name : {"cond1", "cond2", "api1", "api2", "api3"}) bring_to_new(name, true);
  bring_to_new("api1", false);
  twin.host("api1").services.front().serving = false;
  const std::string unpin = find_phase(make().value(), PhaseKind::Unpin);
  EXPECT_LT(unpin.find("probe api1 enlist api1"), unpin.find("drain api2")) << unpin;
}

TEST_F(NewPlan, where_no_reading_tells_the_old_release_the_upgrade_that_was_given_up_does) {
  for (const char* name : {"cond1", "cond2", "api1", "api2", "api3"}) bring_to_new(name, false);
  EXPECT_TRUE(says(make().error().message, "nothing to do: every service runs 39.0, unpinned"));
  twin.host("api3").services.front().running = false;
  EXPECT_TRUE(says(make().error().message, "api3 (ironic-api) does not run: start it"));
  const Plan plan = make(ReleaseNumber{35, 0}).value();
  EXPECT_EQ(plan.from, (ReleaseNumber{35, 0}));
  EXPECT_EQ(plan.phases.front().kind, PhaseKind::Unpin);
  EXPECT_EQ(find_phase(plan, PhaseKind::Contract), "migrate admin");
  const std::string unpin = find_phase(plan, PhaseKind::Unpin);
  EXPECT_TRUE(says(unpin, "start api3 probe api3 enlist api3"));
}

/// Its rows are there, though no process tells it any more.
TEST_F(NewPlan, point_of_no_return_stays_passed_when_what_ran_unpinned_is_down) {
  for (const char* name : {"cond1", "cond2", "api1", "api2", "api3"}) bring_to_new(name, true);
  bring_to_new("cond1", false);
  twin.host("cond1").services.front().running = false;
  EXPECT_EQ(make().value().phases.front().kind, PhaseKind::Preflight);
  const Plan plan = make(ReleaseNumber{35, 0}).value();
  EXPECT_EQ(plan.phases.front().kind, PhaseKind::Unpin);
  EXPECT_TRUE(find_phase(plan, PhaseKind::Unpin).find("start cond1") != std::string::npos);
}

TEST_F(NewPlan, old_services_beside_rows_that_only_the_journal_tells_are_refused) {
  bring_to_new("cond1", true);
  const std::string why = make(ReleaseNumber{35, 0}).error().message;
  EXPECT_TRUE(says(why, "had passed its point of no return")) << why;
}

/// Everything was put back by hand, with the database backup: that is a new beginning.
TEST_F(NewPlan, fleet_that_was_put_back_whole_begins_anew) {
  EXPECT_EQ(make(ReleaseNumber{35, 0}).value().phases.front().kind, PhaseKind::Preflight);
}

TEST_F(NewPlan, services_that_share_their_code_are_refused) {
  Fleet shared = fleet;
  shared.hosts[0].services.push_back({"ironic-conductor-2", "conductor", ""});
  test::FleetTwin two(shared, ReleaseNumber{35, 0});
  const auto ask = [&] {
    return make_plan(ironic_profile(),
                     {shared, test::usual_policy(), {39, 0}, two.read_all(test::start_time())});
  };
  EXPECT_TRUE(ask().ok()) << "side by side, as the twin has it";
  two.host("cond1").side_by_side = false;
  EXPECT_TRUE(says(ask().error().message, "cond1: runs several services"));
}

/// Six minutes without a controller: the task was done long ago, and its deadline is over.
TEST_F(Unproven, task_is_not_lost_because_the_controller_was_away) {
  const base::StepIndex step = go_to(Verb::Pin, "cond1");
  loop.now += std::chrono::minutes{6};
  loop.crash();
  loop.pass(std::chrono::minutes{1});
  EXPECT_EQ(loop.state.state, UpgradeState::Running);
  loop.come_all();
  loop.succeed({"cond1"}, step);
  EXPECT_EQ(loop.state.steps[step.value].state, StepState::Succeeded);
  loop.crash();
  loop.pass(loop.state.plan->policy.deadlines.agent_lost + std::chrono::minutes{1});
  EXPECT_EQ(loop.state.state, UpgradeState::Paused) << "but an agent that never comes is";
  EXPECT_EQ(loop.state.pause->code, "AGENT_LOST");
}

TEST_F(Unproven, task_that_a_pause_holds_back_has_its_whole_time_when_it_is_sent) {
  const base::StepIndex step = go_to(Verb::Stage, "cond1");
  loop.go({"cond1"}, "the network");
  ASSERT_FALSE(loop.handle(PauseRequested{kAlice}));
  loop.come({"cond1"});
  loop.agents.at({"cond1"}).held = true;
  loop.pass(std::chrono::hours{5});
  EXPECT_EQ(loop.state.steps[step.value].state, StepState::Dispatched);
  ASSERT_FALSE(loop.handle(ResumeRequested{kAlice}));
  EXPECT_EQ(loop.state.steps[step.value].deadline,
            loop.now + loop.state.plan->steps[step.value].deadline);
  loop.agents.at({"cond1"}).held = false;
  loop.succeed({"cond1"}, step);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

TEST_F(Unproven, approval_that_came_too_late_is_told_by_the_next_controller_too) {
  go_to_end();
  ASSERT_TRUE(loop.state.phases[loop.state.phase.value].state == PhaseState::Awaiting);
  loop.now += std::chrono::hours{24 * 30};
  loop.crash();
  ASSERT_EQ(loop.state.state, UpgradeState::Paused);
  EXPECT_EQ(loop.state.pause->code, "APPROVAL_LATE");
}

/// At the gate somebody removes our drop-in from cond1 and restarts it: no way back any more.
TEST_F(Unproven, forward_from_a_service_that_ran_unpinned_comes_to_its_end) {
  go_to_end();
  test::HostTwin& host = loop.fleet.host("cond1");
  host.pin = std::nullopt;
  host.drop_in = false;
  host.services.front().pin = std::nullopt;
  turn(Direction::Back);
  go_to_end();
  ASSERT_EQ(loop.state.pause->code, "TURN_BLOCKED");
  turn(Direction::Forward);
  go_to_end();
  EXPECT_TRUE(why_no_way_back(loop.state)) << "it may have saved rows already";
  EXPECT_TRUE(says(refusal(TurnRequested{Direction::Back, kAlice}), "before it turned forward"));
  ASSERT_FALSE(loop.handle(ApproveRequested{"unpin", kAlice, std::chrono::hours{1}}));
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::Succeeded);
}

TEST_F(Unproven, pin_that_came_after_the_start_stops_the_way_back) {
  go_to_end();
  loop.fleet.host("cond1").services.front().pin = std::nullopt;  // The file has it.
  turn(Direction::Back);
  go_to_end();
  ASSERT_EQ(loop.state.pause->code, "TURN_BLOCKED");
  EXPECT_TRUE(says(loop.state.pause->reason,
                   "cond1 (ironic-conductor): cannot tell whether it runs pinned"));
}

TEST_F(Unproven, quarantine_of_the_host_in_the_way_finds_the_way_at_once) {
  go_to_end();
  loop.fleet.host("cond1").edited = true;
  turn(Direction::Back);
  go_to_end();
  ASSERT_EQ(loop.state.pause->code, "TURN_BLOCKED");
  ASSERT_FALSE(loop.handle(QuarantineRequested{{"cond1"}, kAlice}));
  EXPECT_EQ(loop.state.state, UpgradeState::Running);
  loop.fleet.quarantined.insert("cond1");
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::RolledBack);
}

/// Its start was done, its probe failed, and then it was left out of the way back.
TEST_F(Unproven, service_out_of_quarantine_is_proven_before_another_goes) {
  go_to_end();
  turn(Direction::Back);
  loop.succeed({"cond2"}, go_to(Verb::Start, "cond2"));
  loop.report({"cond2"}, go_to(Verb::Probe, "cond2"), kBroken);
  ASSERT_FALSE(loop.handle(QuarantineRequested{{"cond2"}, kAlice}));
  turn(Direction::Forward);
  while (loop.state.plan->phases.back().finds_way && loop.go_on()) {
  }
  const Plan& grown = *loop.state.plan;
  const std::string conductors = find_phase(grown, PhaseKind::Conductors, grown.phases.back().leg);
  EXPECT_TRUE(conductors.starts_with("drain cond2 ") || conductors.starts_with("probe cond2"))
      << conductors;
}

TEST_F(Unproven, status_can_be_told_after_an_abort_in_the_middle_of_a_turn_round) {
  const base::StepIndex step = go_to(Verb::Survey, "admin");
  ASSERT_FALSE(loop.handle(TurnRequested{Direction::Back, kAlice}));
  ASSERT_FALSE(loop.handle(AbortRequested{kAlice}));
  loop.succeed({"admin"}, step);
  const UpgradeView view = make_view(loop.state, loop.now, Detail::Steps);
  EXPECT_EQ(view.state, "ABORTED");
  EXPECT_EQ(view.hosts.back().state, "idle");
}

}  // namespace
}  // namespace rollmill::core
