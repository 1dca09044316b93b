#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/guard.h"
#include "support/builders.h"
#include "support/engine_loop.h"

/// The two watchmen: `guard_dispatch` before each task, `check_invariants` after each fact. Both
/// are silent over a healthy run (every scenario shows it); here each word of theirs is provoked.
namespace rollmill::core {
namespace {

using test::EngineLoop;

EngineLoop begun(const Policy& policy = test::usual_policy()) {
  const Plan plan = test::plan_for(test::fleet("cond x3, api x2, admin schema"), policy);
  EngineLoop loop(plan, test::FleetTwin(plan.fleet, plan.from));
  loop.begin(plan, {"alice", ""});
  loop.handle(ApproveRequested{"unpin", {"alice", ""}, {}});
  loop.come_all();
  return loop;
}

/// Runs until the next task of this verb is on its way.
EngineLoop until(Verb verb, const Policy& policy = test::usual_policy()) {
  EngineLoop loop = begun(policy);
  const auto in_flight = [&] {
    return std::any_of(loop.state.in_flight.begin(), loop.state.in_flight.end(),
                       [&](base::StepIndex step) {
                         return loop.state.plan->steps[step.value].verb == verb;
                       });
  };
  while (!in_flight()) ROLLMILL_CHECK(loop.go_on());
  return loop;
}

base::StepIndex step_in_flight(const EngineLoop& loop) { return *loop.state.in_flight.begin(); }

std::string guarded(const EngineLoop& loop) {
  return guard_dispatch(loop.state, step_in_flight(loop)).value_or("nothing");
}

TEST(Guard, lets_every_task_of_a_healthy_run_pass) {
  for (const Verb verb : {Verb::Stop, Verb::Start, Verb::Unpin, Verb::Migrate}) {
    EXPECT_EQ(guarded(until(verb)), "nothing") << to_string(verb);
  }
}

TEST(Guard, holds_back_what_would_exceed_the_budget) {
  EngineLoop loop = until(Verb::Stop);
  ++loop.state.domains.at({"conductor", ""}).charged;
  EXPECT_NE(guarded(loop).find("promise 1: 2 services of role conductor"), std::string::npos);
}

TEST(Guard, holds_back_a_stop_that_leaves_too_few) {
  Policy policy = test::usual_policy();
  policy.budgets["conductor"] = {2, 2};
  EngineLoop loop = until(Verb::Stop, policy);
  EXPECT_EQ(guarded(loop), "nothing");
  loop.state.domains.at({"conductor", ""}).total = 2;
  EXPECT_NE(guarded(loop).find("promise 1"), std::string::npos);
}

TEST(Guard, holds_back_an_unpinned_start_beside_an_old_service) {
  EngineLoop loop = until(Verb::Unpin);
  --loop.state.new_services;
  EXPECT_NE(guarded(loop).find("promise 2"), std::string::npos);
}

TEST(Guard, holds_back_contract_beside_a_pinned_service) {
  EngineLoop loop = until(Verb::Migrate);
  --loop.state.unpinned_services;
  EXPECT_NE(guarded(loop).find("promise 3"), std::string::npos);
}

TEST(Guard, task_that_would_break_a_promise_pauses_the_upgrade_instead) {
  EngineLoop loop = until(Verb::Drain);
  loop.thorough = false;
  ++loop.state.domains.at({"conductor", ""}).charged;
  const base::HostName host = loop.state.plan->fleet.hosts[0].name;
  loop.succeed(host, step_in_flight(loop));
  ASSERT_EQ(loop.state.state, UpgradeState::Paused);
  EXPECT_EQ(loop.state.pause->code, "PROMISE_GUARD");
  EXPECT_TRUE(loop.agents.at(host).open.empty()) << "the stop was not sent";
  EXPECT_EQ(explain(loop.state, loop.now)->who, "operator: keep the journal and report it");
}

constexpr StepState kRunning = StepState::Running;

struct Damage {
  Verb at;
  std::function<void(Upgrade&)> done;
  std::string seen;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void expect_seen(const std::vector<Damage>& damages) {
  for (const Damage& damage : damages) {
    Upgrade state = until(damage.at).state;
    ASSERT_EQ(joined(check_invariants(state)), "");
    damage.done(state);
    const std::string broken = joined(check_invariants(state));
    EXPECT_NE(broken.find(damage.seen), std::string::npos) << damage.seen << " in:\n" << broken;
  }
}

TEST(Invariants, see_each_broken_promise) {
  expect_seen({
      {Verb::Stop,
       [](Upgrade& u) {
         for (TurnRun& turn : u.turns) turn.state = TurnState::Active;
       },
       "promise 1: a turn under way is not charged to its budget"},
      {Verb::Stop,
       [](Upgrade& u) {
         for (ServiceRun& service : u.services) service.charged = true;
       },
       "promise 1: 3 services of conductor/ are away"},
      {Verb::Unpin, [](Upgrade& u) { u.direction = Direction::Back; },
       "promise 4: it goes back past the point of no return"},
      {Verb::Stop,
       [](Upgrade& u) {
         for (ServiceRun& service : u.services) service.stopped = true;
       },
       "promise 1: 3 services of conductor are stopped"},
      {Verb::Stop, [](Upgrade& u) { u.services[1].unpinned = true; }, "promise 2"},
      {Verb::Migrate, [](Upgrade& u) { u.services[1].unpinned = false; }, "promise 3: contract"},
      {Verb::Unpin, [](Upgrade& u) { u.approvals.clear(); }, "promise 3: a gated phase"},
      {Verb::Stop, [](Upgrade& u) { u.phases[0].state = PhaseState::Active; },
       "promise 4: an earlier phase"},
      {Verb::Stop, [](Upgrade& u) { u.phases[9].state = PhaseState::Active; },
       "promise 4: a later phase"},
      {Verb::Stop,
       [](Upgrade& u) { u.steps[u.in_flight.begin()->value + 1].state = StepState::Running; },
       "promise 5: two steps of one turn"},
      {Verb::Stop,
       [](Upgrade& u) { u.steps[u.plan->turns.back().first_step.value - 1].state = kRunning; },
       "promise 5: a step runs out of order"},
      {Verb::Stop, [](Upgrade& u) { u.timers.clear(); }, "has no deadline"},
      {Verb::Stop, [](Upgrade& u) { u.state = UpgradeState::Paused; },
       "promise 8: a pause without a reason"},
  });
}

TEST(Invariants, see_each_index_that_differs_from_what_it_is_derived_from) {
  expect_seen({
      {Verb::Stop, [](Upgrade& u) { ++u.domains.begin()->second.failed; },
       "index: domain counters"},
      {Verb::Stop, [](Upgrade& u) { ++u.new_services; }, "index: new_services"},
      {Verb::Unpin, [](Upgrade& u) { ++u.unpinned_services; }, "index: unpinned_services"},
      {Verb::Stop, [](Upgrade& u) { u.in_flight.clear(); }, "index: in_flight"},
      {Verb::Stop, [](Upgrade& u) { u.unreachable.insert({0}); }, "index: startable"},
      {Verb::Stop, [](Upgrade& u) { u.failed_turns.insert({0}); }, "index: failed_turns"},
      {Verb::Stop, [](Upgrade& u) { ++u.failures; }, "index: failures"},
  });
}

}  // namespace
}  // namespace rollmill::core
