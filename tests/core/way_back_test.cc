#include <gtest/gtest.h>

#include <algorithm>

#include "rollmill/core/plan.h"
#include "support/builders.h"
#include "support/fleet_twin.h"

namespace rollmill::core {
namespace {

constexpr ReleaseNumber kOld{35, 0};
constexpr ReleaseNumber kNew{39, 0};

/// A fleet in the middle of the phase conductors: all are pinned, cond1 is of B.
class WayBack : public testing::Test {
 protected:
  WayBack() : fleet(test::fleet("cond x3, api x2, admin schema")), twin(fleet, kOld) {
    for (const Host& host : fleet.hosts) {
      if (host.services.empty()) continue;
      twin.host(host.name.text).pin = kOld;
      twin.host(host.name.text).drop_in = true;
    }
    twin.host("admin").installed = kNew;
    bring_to_new("cond1");
  }
  void bring_to_new(const std::string& name) {
    test::HostTwin& host = twin.host(name);
    host.installed = kNew;
    host.services.front().release = kNew;
    host.services.front().pin = host.pin;
  }
  base::Result<Plan> preview(bool from_gate = false) {
    const PlanRequest request{fleet, test::usual_policy(), kNew, twin.read_all(test::start_time())};
    return preview_way_back(ironic_profile(), request, kOld, from_gate);
  }
  /// An upgrade that reads its hosts for the way back.
  Plan begun_way_back() const {
    Plan plan;
    plan.fleet = fleet;
    plan.policy = test::usual_policy();
    plan.from = kOld;
    plan.to = kNew;
    return append_reading(plan, Direction::Back);
  }
  /// "conductors: cond1" and the like, one line a phase.
  static std::string outline(const Plan& plan) {
    std::string text;
    for (const Phase& phase : plan.phases) {
      text += std::string(to_string(phase.kind)) + ":";
      for (const Turn& turn : plan.turns) {
        if (plan.waves[turn.wave.value].phase.value != &phase - plan.phases.data()) continue;
        text += " " + plan.fleet.hosts[turn.host.value].name.text;
      }
      text += "\n";
    }
    return text;
  }
  void expect_api2_before_api1() {
    const auto plan = preview();
    ASSERT_TRUE(plan.ok());
    EXPECT_NE(outline(*plan).find("api: api2 api1\n"), std::string::npos) << outline(*plan);
  }
  std::string problem() {
    const auto plan = preview();
    return plan.ok() ? "a plan" : plan.error().message;
  }

  Fleet fleet;
  test::FleetTwin twin;
};

TEST_F(WayBack, takes_back_what_is_new_and_cleans_what_was_only_pinned) {
  const auto plan = preview();
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(outline(*plan),
            "stage: cond1 admin\n"
            "conductors: cond1\n"
            "pin: cond1 cond2 cond3 api1 api2 admin\n"
            "verify: cond1 cond2 cond3 api1 api2 admin\n");
}

TEST_F(WayBack, from_the_gate_begins_with_the_apis) {
  const auto plan = preview(true);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(outline(*plan),
            "stage: cond1 cond2 cond3 api1 api2 admin\n"
            "api: api1 api2\n"
            "conductors: cond1 cond2 cond3\n"
            "pin: cond1 cond2 cond3 api1 api2 admin\n"
            "verify: cond1 cond2 cond3 api1 api2 admin\n");
}

TEST_F(WayBack, brings_the_old_release_unpinned) {
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  for (const Step& step : plan->steps) {
    if (step.verb != Verb::Install && step.verb != Verb::Start) continue;
    EXPECT_EQ(step.args.to, kOld);
    EXPECT_EQ(step.args.from, kNew);
    EXPECT_FALSE(step.args.pinned);
  }
}

TEST_F(WayBack, begins_with_what_is_down_or_out_of_the_balancer) {
  twin.host("cond3").services.front().running = false;
  twin.host("api2").services.front().serving = false;
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(outline(*plan),
            "stage: cond1 admin\n"
            "api: api2\n"
            "conductors: cond3 cond1\n"
            "pin: cond1 cond2 cond3 api1 api2 admin\n"
            "verify: cond1 cond2 cond3 api1 api2 admin\n");
  EXPECT_EQ(plan->waves[plan->phases[2].first_wave.value].turn_count, 1U) << "a wave of its own";
}

/// What runs may be back in the balancer by then, and would be the last one in it.
TEST_F(WayBack, brings_back_what_is_down_before_what_is_only_not_healthy_yet) {
  twin.host("api1").services.front().healthy = false;
  twin.host("api2").services.front().running = false;
  expect_api2_before_api1();
}

TEST_F(WayBack, brings_back_what_was_taken_out_before_what_may_soon_be_healthy) {
  for (const char* name : {"api1", "api2"}) bring_to_new(name);
  twin.host("api1").services.front().healthy = false;
  twin.host("api2").services.front().serving = false;
  expect_api2_before_api1();
}

TEST_F(WayBack, brings_back_what_was_taken_out_before_what_is_being_restarted) {
  for (const char* name : {"api1", "api2"}) bring_to_new(name);
  twin.host("api1").services.front().running = false;
  twin.host("api2").services.front().serving = false;
  expect_api2_before_api1();
}

/// An aborted upgrade may have left a conductor that runs and never came to the registry.
TEST_F(WayBack, proves_a_conductor_that_nobody_hears_before_another_goes_down) {
  twin.host("cond3").services.front().heard = false;
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  const Phase& conductors = plan->phases[1];
  EXPECT_EQ(plan->waves[conductors.first_wave.value].label,
            "services that are down or were under way");
  EXPECT_EQ(outline(*plan),
            "stage: cond1 admin\n"
            "conductors: cond3 cond1\n"
            "pin: cond1 cond2 cond3 api1 api2 admin\n"
            "verify: cond1 cond2 cond3 api1 api2 admin\n");
}

TEST_F(WayBack, leaves_a_conductor_that_nobody_hears_alone_where_no_other_goes_down) {
  twin = test::FleetTwin(fleet, kOld);
  twin.host("cond3").services.front().heard = false;
  twin.host("cond1").pin = kOld;
  twin.host("cond1").drop_in = true;
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(outline(*plan).find("conductors"), std::string::npos) << outline(*plan);
}

TEST_F(WayBack, begins_with_a_new_conductor_that_nobody_hears) {
  bring_to_new("cond3");
  twin.host("cond3").services.front().heard = false;
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  EXPECT_NE(outline(*plan).find("conductors: cond3 cond1\n"), std::string::npos) << outline(*plan);
}

/// Only the load balancer's own word says that an API is in it.
TEST_F(WayBack, takes_an_api_along_that_was_under_way_where_the_balancer_does_not_answer) {
  FleetFacts facts = twin.read_all(test::start_time());
  for (const char* host : {"api1", "api2"}) {
    facts[{host}].details.erase("balancer.serving");
    facts[{host}].details["unread.balancer"] = "HAProxy's socket does not answer";
  }
  const std::vector<bool> charged = {false, false, false, false, true};
  const Plan reading = begun_way_back();
  const GrownPlan grown = append_leg(ironic_profile(), {reading, facts, charged, true, {}});
  ASSERT_EQ(grown.problems, std::vector<std::string>{});
  EXPECT_EQ(outline(grown.plan),
            "preflight: cond1 cond2 cond3 api1 api2 admin\n"
            "stage: cond1 admin\n"
            "api: api2\n"
            "conductors: cond1\n"
            "pin: cond1 cond2 cond3 api1 api2 admin\n"
            "verify: cond1 cond2 cond3 api1 api2 admin\n");
}

/// There is nothing that a survey could compare with.
TEST_F(WayBack, of_a_fleet_whose_preflight_never_passed_has_no_survey) {
  const Plan reading = begun_way_back();
  const FleetFacts facts = twin.read_all(test::start_time());
  const auto surveys = [&](bool passed) {
    const GrownPlan grown = append_leg(ironic_profile(), {reading, facts, {}, passed, {}});
    return std::count_if(grown.plan.steps.begin(), grown.plan.steps.end(),
                         [](const Step& step) { return step.verb == Verb::Survey; });
  };
  EXPECT_EQ(surveys(true), 1);
  EXPECT_EQ(surveys(false), 0);
}

TEST_F(WayBack, of_an_untouched_fleet_only_looks) {
  twin = test::FleetTwin(fleet, kOld);
  const auto plan = preview();
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(outline(*plan), "verify: cond1 cond2 cond3 api1 api2\n");
}

TEST_F(WayBack, is_none_once_a_service_may_have_saved_new_rows) {
  twin.host("cond1").pin.reset();
  twin.host("cond1").services.front().pin.reset();
  EXPECT_EQ(problem(),
            "no plan is possible:\n  - cond1 (ironic-conductor) runs 39.0 unpinned: rows that 35.0 "
            "cannot read may have been saved; go on to 39.0, or put the database backup back by "
            "hand");
}

/// In quarantine or not, its rows are in the database.
TEST_F(WayBack, is_none_beside_a_host_in_quarantine_that_runs_unpinned) {
  const auto problems = [&] {
    return append_leg(ironic_profile(), {begun_way_back(),
                                         twin.read_all(test::start_time()),
                                         {},
                                         true,
                                         {true, false, false, false, false, false}})
        .problems;
  };
  EXPECT_EQ(problems(), std::vector<std::string>{});
  twin.host("cond1").pin.reset();
  EXPECT_EQ(problems(), std::vector<std::string>{}) << "only its file lost the pin";
  twin.host("cond1").services.front().pin.reset();
  ASSERT_EQ(problems().size(), 1U);
  EXPECT_NE(problems().front().find("cond1 (ironic-conductor) runs 39.0 unpinned"),
            std::string::npos);
}

TEST_F(WayBack, leaves_the_edits_of_others_alone_and_says_all_that_is_wrong) {
  twin.host("api1").edited = true;
  twin.host("cond2").edited = true;
  EXPECT_EQ(problem(),
            "no plan is possible:\n  - cond2: our drop-in was edited by somebody and is not "
            "touched; undo the edit\n  - api1: our drop-in was edited by "
            "somebody and is not touched; undo the edit");
}

TEST_F(WayBack, never_advises_what_would_start_a_new_service_without_its_pin) {
  twin.host("cond1").edited = true;
  EXPECT_NE(problem().find("Do not remove the file"), std::string::npos) << problem();
  twin.host("cond1").edited = false;
  twin.host("cond1").drop_in = false;
  twin.host("cond1").pin.reset();
  EXPECT_NE(problem().find("no file has its pin now: put [DEFAULT] pin_release_version"),
            std::string::npos)
      << problem();
}

}  // namespace
}  // namespace rollmill::core
