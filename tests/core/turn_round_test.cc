#include <gtest/gtest.h>

#include "core/on_the_way.h"

/// Upgrades that turn round while something is under way, some of them twice.
namespace rollmill::core {
namespace {

using TurnRound = test::OnTheWay;
using test::kAlice;
using test::kBroken;
using test::says;

class TwoAway : public TurnRound {
 protected:
  static Policy policy() {
    Policy policy = test::usual_policy();
    policy.canary = 0;
    policy.budgets["conductor"].max_unavailable = 2;
    return policy;
  }
  TwoAway() : TurnRound("cond x3, api x2, admin schema", policy()) {}
};

class TwoConductors : public TurnRound {
 protected:
  TwoConductors() : TurnRound("cond x2, api x2, admin schema", policy()) {}
  static Policy policy() {
    Policy policy = test::usual_policy();
    policy.canary = 0;
    return policy;
  }
  void evolve_now(FactBody body) { evolve(loop.state, {loop.now, std::move(body)}); }
};

TEST_F(TwoConductors, a_turn_that_waits_for_a_budget_which_nothing_gives_back_is_explained) {
  const base::StepIndex step = go_to(Verb::Drain, "cond1");
  evolve_now(StepFailed{step, 1, kBroken});
  evolve_now(HostQuarantined{loop.state.host_index.at({"cond1"}), "alice", "forced"});
  const auto blocked = explain(loop.state, loop.now);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->code, "BUDGET_SPENT");
  EXPECT_TRUE(says(blocked->reason,
                   "the turn of cond2 waits: of 2 conductor, 1 are in "
                   "quarantine, 0 are away or not proven to be back, and 1 must stay up"));
}

/// Turned back while cond1's new start is not proven, forward before the way back takes it up.
TEST_F(TwoConductors, a_service_that_was_under_way_is_proven_before_another_goes_down) {
  go_to(Verb::Start, "cond1");
  turn(Direction::Back);
  const base::StepIndex probe = go_to(Verb::Probe, "cond1");  // A runs there; is it well?
  ASSERT_FALSE(loop.handle(TurnRequested{Direction::Forward, kAlice}));
  loop.report({"cond1"}, probe, TaskFailed{"CANCELLED", "it was cancelled", false, {}, {}});
  turn(Direction::Back);
  const base::StepIndex proof = go_to(Verb::Probe, "cond1");
  EXPECT_FALSE(loop.state.plan->turns[loop.state.plan->steps[proof.value].turn.value].takes_down);
  EXPECT_EQ(loop.state.domains.at({"conductor", ""}).charged, 1U);
  EXPECT_TRUE(loop.agents.at({"cond2"}).open.empty());
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::RolledBack);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

/// cond1 was under way and cond2 died: cond2 may not go before cond1, and cond1's agent is away.
TEST_F(TwoConductors, wave_that_waits_for_a_budget_of_an_absent_agent_has_a_deadline) {
  const base::StepIndex start = go_to(Verb::Start, "cond1");
  loop.report({"cond1"}, start, kBroken);
  loop.fleet.host("cond2").services[0].running = false;
  turn(Direction::Back);
  const base::StepIndex stage = go_to(Verb::Stage, "admin");
  loop.succeed({"cond1"}, go_to(Verb::Stage, "cond1"));
  loop.go({"cond1"}, "it burns");
  loop.succeed({"admin"}, stage);
  ASSERT_EQ(loop.state.plan->phases[loop.state.phase.value].kind, PhaseKind::Conductors);
  EXPECT_TRUE(loop.agents.at({"cond2"}).open.empty());
  const auto blocked = explain(loop.state, loop.now);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->code, "AGENT_LOST");
  EXPECT_TRUE(says(blocked->reason, "no connected agent, first cond1"));
  EXPECT_TRUE(loop.state.waves[loop.state.wave.value].stalled_until);
  loop.pass(std::chrono::hours{1});
  EXPECT_EQ(loop.state.state, UpgradeState::Paused);
}

TEST_F(TwoConductors, what_is_in_flight_on_a_host_in_quarantine_is_not_sent_again) {
  turn(Direction::Back);
  const base::StepIndex step = go_to(Verb::Restore, "api1");
  loop.handle(AgentWent{{"api1"}, "the network"});
  loop.report({"cond1"}, go_to(Verb::Restore, "cond1"), kBroken);
  ASSERT_EQ(loop.state.state, UpgradeState::Paused);
  const Decision decision = decide(loop.state, QuarantineRequested{{"api1"}, kAlice}, loop.now);
  ASSERT_FALSE(decision.refusal);
  for (const Command& command : decision.commands) {
    const auto* sent = std::get_if<SendTask>(&command);
    EXPECT_TRUE(sent == nullptr || sent->task.key.step != step);
  }
}

TEST_F(TurnRound, failed_step_that_was_left_is_neither_skipped_nor_retried) {
  const base::StepIndex left = go_to(Verb::Survey, "admin");
  loop.report({"admin"}, left, kBroken);
  turn(Direction::Back);
  EXPECT_TRUE(says(refusal(SkipRequested{left, kAlice}), "was left when"));
  EXPECT_TRUE(says(refusal(RetryRequested{left, kAlice}), "was left when"));
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::RolledBack);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

TEST_F(TurnRound, a_reason_of_blanks_is_none) {
  const Actor tired{"alice", " \t "};
  const base::StepIndex probe = go_to(Verb::Probe, "cond1");
  loop.report({"cond1"}, probe, kBroken);
  EXPECT_TRUE(says(refusal(SkipRequested{probe, tired}), "needs a reason"));
  ASSERT_EQ(refusal(PauseRequested{tired}), "accepted");
  EXPECT_EQ(loop.state.pause->reason, "paused by alice: no reason was given");
  turn(Direction::Back);
  EXPECT_TRUE(says(refusal(QuarantineRequested{{"cond1"}, tired}), "needs a reason"));
}

TEST_F(TurnRound, service_that_was_under_way_gives_its_charge_back_when_it_is_proven) {
  loop.succeed({"cond1"}, go_to(Verb::Start, "cond1"));
  loop.report({"cond1"}, go_to(Verb::Probe, "cond1"), kBroken);
  turn(Direction::Back);
  turn(Direction::Forward);
  EXPECT_EQ(loop.state.domains.at({"conductor", ""}).charged, 1U) << "it is under way still";
  go_to_end();
  EXPECT_EQ(loop.state.domains.at({"conductor", ""}).charged, 0U);
  ASSERT_TRUE(loop.state.phase.value < loop.state.phases.size());
  EXPECT_EQ(loop.state.plan->phases[loop.state.phase.value].kind, PhaseKind::Unpin);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

/// Two APIs: while one is in quarantine the other may not go away.
TEST_F(TurnRound, quarantine_is_refused_while_hosts_are_read_if_another_will_have_to_go_back) {
  const base::StepIndex drain = go_to(Verb::Stop, "api2");
  loop.report({"api2"}, drain, kBroken);
  loop.agents.at({"api1"}).held = true;
  turn(Direction::Back);
  loop.go({"api1"}, "it burns");
  EXPECT_TRUE(says(refusal(QuarantineRequested{{"api1"}, kAlice}), "api1 is needed"));
  EXPECT_EQ(refusal(QuarantineRequested{{"cond3"}, kAlice}).find("cond3 is needed"),
            std::string::npos)
      << "two others are left there";
}

TEST_F(TurnRound, quarantine_is_refused_while_the_only_other_is_not_read_yet) {
  loop.report({"api2"}, go_to(Verb::Pin, "api2"), kBroken);
  turn(Direction::Back);
  const base::StepIndex inspect = go_to(Verb::Inspect, "api2");
  loop.succeed({"api1"}, go_to(Verb::Inspect, "api1"));
  loop.go({"api1"}, "it burns");
  EXPECT_TRUE(says(refusal(QuarantineRequested{{"api1"}, kAlice}), "api1 is needed"));
  loop.succeed({"api2"}, inspect);
  EXPECT_EQ(refusal(QuarantineRequested{{"api1"}, kAlice}), "accepted");
}

/// An earlier upgrade was given up there; this one has not taken it into account yet.
TEST_F(TwoConductors, quarantine_is_refused_if_the_other_is_read_to_be_of_the_new_release) {
  loop.report({"admin"}, go_to(Verb::Survey, "admin"), kBroken);
  test::HostTwin& given_up = loop.fleet.host("cond1");
  given_up.installed = given_up.services.front().release = loop.state.plan->to;
  given_up.pin = given_up.services.front().pin = loop.state.plan->from;
  given_up.drop_in = true;
  turn(Direction::Back);
  loop.succeed({"cond2"}, go_to(Verb::Inspect, "cond2"));
  loop.succeed({"cond1"}, go_to(Verb::Inspect, "cond1"));
  loop.go({"cond2"}, "it burns");
  EXPECT_TRUE(says(refusal(QuarantineRequested{{"cond2"}, kAlice}), "cond2 is needed"));
  loop.come({"cond2"});
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::RolledBack);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

/// What is read of a file is not what the process runs with.
TEST_F(TurnRound, service_whose_file_lost_its_pin_is_not_taken_to_run_unpinned) {
  go_to(Verb::Drain, "api1");
  loop.fleet.host("cond1").pin.reset();
  turn(Direction::Back);
  go_to_end();
  ASSERT_EQ(loop.state.state, UpgradeState::Paused);
  loop.go({"cond1"}, "it burns");
  ASSERT_EQ(refusal(QuarantineRequested{{"cond1"}, kAlice}), "accepted");
  ASSERT_NE(loop.state.state, UpgradeState::Paused) << "the way is planned without it";
  EXPECT_EQ(loop.state.unpinned_services, 0U);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

class ThreeOfEach : public TurnRound {
 protected:
  ThreeOfEach() : TurnRound("cond x3, api x3, admin schema") {}
};

/// Old conductors fail behind a new API that the balancer still sends requests to.
TEST_F(ThreeOfEach, host_whose_new_api_may_serve_is_left_out_only_when_a_person_says_it_is_out) {
  go_to_end();  // The gate.
  turn(Direction::Back);
  loop.go({"api3"}, "it burns");
  loop.go({"cond3"}, "it burns too");
  const std::string why = refusal(QuarantineRequested{{"api3"}, kAlice});
  EXPECT_TRUE(says(why, "the API of api3 is of 39.0 and may still get requests")) << why;
  EXPECT_TRUE(says(why, "quarantine api3 --api-is-out --reason REASON")) << why;
  EXPECT_EQ(refusal(QuarantineRequested{{"cond3"}, kAlice}), "accepted") << "it has no API";
  EXPECT_EQ(refusal(QuarantineRequested{{"api3"}, kAlice, true}), "accepted");
}

TEST_F(ThreeOfEach, host_whose_api_is_old_or_out_of_the_balancer_is_left_out_at_once) {
  const base::StepIndex stop = go_to(Verb::Stop, "api3");
  loop.report({"api3"}, stop, kBroken);
  turn(Direction::Back);
  loop.go({"api3"}, "it burns");
  EXPECT_EQ(refusal(QuarantineRequested{{"api3"}, kAlice}), "accepted");
}

/// One conductor of each of two domains on the same host, both under way.
class TwoOnOneHost : public TurnRound {
 protected:
  static Fleet two_on_one() {
    Fleet fleet = test::fleet("cond x3, cond x2 @rack1, api x2, admin schema");
    fleet.hosts[0].services.push_back({"ironic-conductor-rack1", "conductor", "rack1"});
    return fleet;
  }
  static Policy policy() {
    Policy policy = test::usual_policy();
    policy.canary = 0;
    return policy;
  }
  TwoOnOneHost() : TurnRound(two_on_one(), policy()) {}
};

TEST_F(TwoOnOneHost, quarantine_ends_both_tasks_that_are_in_flight_there) {
  loop.report({"cond1"}, go_to(Verb::Start, "cond1"), kBroken);
  turn(Direction::Back);
  go_to(Verb::Drain, "cond1");
  const auto open = loop.agents.at({"cond1"}).open;
  ASSERT_EQ(open.size(), 2U);
  loop.go({"cond1"}, "it burns");
  ASSERT_EQ(refusal(QuarantineRequested{{"cond1"}, kAlice}), "accepted");
  for (const auto& [step, task] : open) {
    EXPECT_EQ(loop.state.steps[step.value].state, StepState::Failed) << step.value;
    EXPECT_FALSE(loop.state.in_flight.contains(step));
  }
  go_to_end();
  EXPECT_EQ(loop.state.state, UpgradeState::RolledBack);
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

/// Three conductors of which two may be away: with the third in quarantine nobody would be left.
TEST_F(TwoAway, quarantine_is_refused_while_as_many_are_away_as_may_be) {
  const base::StepIndex install = go_to(Verb::Install, "cond1");
  loop.report({"cond1"}, install, kBroken);
  turn(Direction::Back);
  EXPECT_EQ(loop.state.domains.at({"conductor", ""}).charged, 2U);
  loop.go({"cond3"}, "it burns");
  EXPECT_TRUE(says(refusal(QuarantineRequested{{"cond3"}, kAlice}), "cond3 is needed"));
  EXPECT_EQ(loop.broken, std::set<std::string>{});
}

/// A fleet as an earlier leg left it, and the way forward from there.
class ForwardAgain : public testing::Test {
 protected:
  ForwardAgain()
      : plan(test::plan_for(test::fleet("cond x3, api x2, admin schema"))),
        twin(plan.fleet, plan.from) {}

  /// "expand: probe cond2, probe api1", one line a phase planned anew. `charged` by service.
  std::string outline(const std::vector<bool>& charged) {
    const Plan reading = append_reading(plan, Direction::Forward);
    const GrownPlan grown = append_leg(
        ironic_profile(), {reading, twin.read_all(test::start_time()), charged, true, {}});
    EXPECT_EQ(grown.problems, std::vector<std::string>{});
    std::string text;
    for (std::size_t i = reading.phases.size(); i < grown.plan.phases.size(); ++i) {
      text += std::string(to_string(grown.plan.phases[i].kind)) + ": " +
              test::steps_in_words(grown.plan, i) + "\n";
    }
    return text;
  }
  std::string phase(const std::string& name, const std::vector<bool>& charged) {
    const std::string all = "\n" + outline(charged);
    const std::size_t begin = all.find("\n" + name + ": ");
    if (begin == std::string::npos) return "none";
    return all.substr(begin + 1, all.find('\n', begin + 1) - begin - 1);
  }
  void bring_to_new(const std::string& name) {
    test::HostTwin& host = twin.host(name);
    host.installed = plan.to;
    host.pin = plan.from;
    host.drop_in = true;
    host.services.front().release = plan.to;
    host.services.front().pin = plan.from;
  }

  const Plan plan;
  test::FleetTwin twin;
};

TEST_F(ForwardAgain, services_that_an_earlier_leg_holds_need_not_answer_after_expand) {
  EXPECT_EQ(phase("expand", {true, false, false, true, false}),
            "expand: install admin expand admin probe cond2 probe api2");
}

TEST_F(ForwardAgain, service_that_does_not_run_need_not_answer_after_expand) {
  twin.host("cond1").services.front().running = false;
  EXPECT_EQ(phase("expand", {}), "expand: install admin expand admin probe cond2 probe api1");
}

TEST_F(ForwardAgain, api_that_is_proven_is_put_back_into_the_balancer) {
  bring_to_new("api1");
  bring_to_new("api2");
  EXPECT_EQ(phase("api", {false, false, false, true, false}),
            "api: probe api1 enlist api1 probe api2 enlist api2");
}

}  // namespace
}  // namespace rollmill::core
