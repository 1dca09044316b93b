#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rollmill/core/plan.h"
#include "support/builders.h"
#include "support/fleet_twin.h"

namespace rollmill::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Fleet usual_fleet() { return test::fleet("cond x3, api x2, admin schema"); }

std::vector<std::string> phase_names(const Plan& plan) {
  std::vector<std::string> names;
  for (const Phase& phase : plan.phases) names.push_back(to_string(phase.kind));
  return names;
}

const Phase& phase_of(const Plan& plan, PhaseKind kind) {
  const auto found = std::find_if(plan.phases.begin(), plan.phases.end(),
                                  [&](const Phase& phase) { return phase.kind == kind; });
  ROLLMILL_CHECK(found != plan.phases.end());
  return *found;
}

/// Turns of each wave of a phase: "1 2 4".
std::string wave_sizes(const Plan& plan, PhaseKind kind) {
  const Phase& phase = phase_of(plan, kind);
  std::string sizes;
  for (std::uint32_t i = 0; i < phase.wave_count; ++i) {
    const Wave& wave = plan.waves[phase.first_wave.value + i];
    sizes += (sizes.empty() ? "" : " ") + std::to_string(wave.turn_count);
  }
  return sizes;
}

std::vector<const Step*> steps_of(const Plan& plan, Verb verb) {
  std::vector<const Step*> steps;
  for (const Step& step : plan.steps) {
    if (step.verb == verb) steps.push_back(&step);
  }
  return steps;
}

TEST(Planner, phases_follow_the_sequence_and_only_the_last_three_have_no_way_back) {
  const Plan plan = test::plan_for(usual_fleet());
  EXPECT_EQ(phase_names(plan),
            (std::vector<std::string>{"preflight", "stage", "expand", "pin", "conductors", "api",
                                      "gate", "unpin", "contract", "verify"}));
  for (const Phase& phase : plan.phases) {
    EXPECT_EQ(phase.reversible, phase.kind < PhaseKind::Unpin) << to_string(phase.kind);
    EXPECT_NE(phase.undo, "");
  }
}

TEST(Planner, unpin_always_asks_and_expand_asks_when_it_is_heavy) {
  const Plan light = test::plan_for(usual_fleet());
  EXPECT_FALSE(phase_of(light, PhaseKind::Expand).gate.has_value());
  EXPECT_EQ(phase_of(light, PhaseKind::Unpin).gate->name, "unpin");
  const Plan heavy = test::plan_for(usual_fleet(), test::usual_policy(), {29, 0}, {35, 0});
  EXPECT_EQ(phase_of(heavy, PhaseKind::Expand).gate->name, "expand");
}

TEST(Planner, waves_double_after_the_canary) {
  const Fleet fleet = test::fleet("cond x10, api x2, admin schema");
  EXPECT_EQ(wave_sizes(test::plan_for(fleet), PhaseKind::Conductors), "1 2 4 3");
}

TEST(Planner, waves_stay_below_the_largest_and_a_canary_can_be_left_out) {
  const Fleet fleet = test::fleet("cond x10, api x2, admin schema");
  Policy policy = test::usual_policy();
  policy.max_wave = 3;
  EXPECT_EQ(wave_sizes(test::plan_for(fleet, policy), PhaseKind::Conductors), "1 2 3 3 1");
  policy.canary = 0;
  EXPECT_EQ(wave_sizes(test::plan_for(fleet, policy), PhaseKind::Conductors), "3 3 3 1");
  policy.max_wave = 0;
  EXPECT_EQ(wave_sizes(test::plan_for(fleet, policy), PhaseKind::Conductors), "10");
  policy.canary = 4;
  EXPECT_EQ(wave_sizes(test::plan_for(fleet, policy), PhaseKind::Conductors), "4 6");
}

TEST(Planner, waves_of_services_soak_and_waves_of_reading_do_not) {
  const Plan plan = test::plan_for(usual_fleet());
  for (const Wave& wave : plan.waves) {
    const PhaseKind kind = plan.phases[wave.phase.value].kind;
    const Turn& turn = plan.turns[wave.first_turn.value];
    const bool services = kind == PhaseKind::Conductors || kind == PhaseKind::Api ||
                          (kind == PhaseKind::Unpin && turn.takes_down);
    EXPECT_EQ(wave.soak, services ? plan.policy.soak : base::Duration{}) << wave.label;
  }
}

TEST(Planner, each_verb_has_its_own_deadline) {
  Policy policy = test::usual_policy();
  Deadlines& limit = policy.deadlines;
  limit = {minutes{1}, minutes{2}, minutes{3}, hours{4},    hours{5},    minutes{6},
           minutes{7}, minutes{8}, minutes{9}, minutes{10}, minutes{11}, hours{12}};
  const Plan plan = test::plan_for(usual_fleet(), policy);
  const std::vector<std::pair<Verb, base::Duration>> wanted = {
      {Verb::Inspect, limit.inspect}, {Verb::Survey, limit.inspect},
      {Verb::Attest, limit.inspect},  {Verb::Stage, limit.stage},
      {Verb::Install, limit.install}, {Verb::Expand, limit.schema},
      {Verb::Migrate, limit.migrate}, {Verb::Pin, limit.configure},
      {Verb::Unpin, limit.configure}, {Verb::Restore, limit.configure},
      {Verb::Drain, limit.quiet},     {Verb::Stop, limit.stop},
      {Verb::Start, limit.start},     {Verb::Probe, limit.probe},
      {Verb::Enlist, limit.probe}};
  for (const auto& [verb, deadline] : wanted) {
    ASSERT_FALSE(steps_of(plan, verb).empty()) << to_string(verb);
    for (const Step* step : steps_of(plan, verb)) EXPECT_EQ(step->deadline, deadline);
  }
}

TEST(Planner, schema_work_is_on_the_schema_host_only) {
  const Plan plan = test::plan_for(usual_fleet());
  for (const Verb verb : {Verb::Expand, Verb::Migrate, Verb::Survey}) {
    for (const Step* step : steps_of(plan, verb)) {
      EXPECT_EQ(plan.fleet.hosts[step->host.value].name.text, "admin") << to_string(verb);
    }
  }
  EXPECT_EQ(steps_of(plan, Verb::Expand).size(), 1U);
  EXPECT_EQ(steps_of(plan, Verb::Migrate).size(), 1U);
  for (const Step* step : steps_of(plan, Verb::Inspect)) {
    EXPECT_EQ(step->args.schema, plan.fleet.hosts[step->host.value].schema);
  }
}

TEST(Planner, surveys_record_then_expect_old_rows_then_new_ones) {
  const Plan plan = test::plan_for(usual_fleet());
  const auto surveys = steps_of(plan, Verb::Survey);
  ASSERT_EQ(surveys.size(), 4U) << "before, at the gate, before the first unpin, at the end";
  EXPECT_TRUE(surveys[0]->args.baseline);
  EXPECT_FALSE(surveys[1]->args.baseline || surveys[1]->args.unpinned_rows);
  EXPECT_EQ(surveys[2]->args, surveys[1]->args);
  EXPECT_TRUE(surveys[3]->args.unpinned_rows && !surveys[3]->args.baseline);
}

TEST(Planner, nothing_starts_unpinned_before_the_unpin_phase) {
  const Plan plan = test::plan_for(usual_fleet());
  for (const Step* step : steps_of(plan, Verb::Start)) {
    const Wave& wave = plan.waves[plan.turns[step->turn.value].wave.value];
    const bool unpins = plan.phases[wave.phase.value].kind == PhaseKind::Unpin;
    EXPECT_TRUE(step->args.new_release);
    EXPECT_EQ(step->args.pinned, !unpins);
  }
}

TEST(Planner, policy_reaches_the_steps_that_read_it) {
  Policy policy = test::usual_policy();
  policy.busy = BusyPolicy::GoOn;
  policy.window_drain = seconds{77};
  policy.window_heartbeat = seconds{88};
  policy.migrate_batch = 99;
  policy.migrate_pause = seconds{3};
  policy.budgets["api"] = {1, 0};
  const Plan plan = test::plan_for(usual_fleet(), policy);
  for (const Verb verb : {Verb::Drain, Verb::Stop}) {
    for (const Step* step : steps_of(plan, verb)) EXPECT_EQ(step->args.busy, BusyPolicy::GoOn);
  }
  for (const Step* step : steps_of(plan, Verb::Pin)) {
    EXPECT_EQ(step->args.window_drain, seconds{77});
    EXPECT_EQ(step->args.window_heartbeat, seconds{88});
  }
  for (const Step* step : steps_of(plan, Verb::Drain)) {
    EXPECT_EQ(step->args.outage_accepted, step->args.role == "api");
  }
  EXPECT_EQ(steps_of(plan, Verb::Migrate).front()->args.migrate_batch, 99U);
  EXPECT_EQ(steps_of(plan, Verb::Migrate).front()->args.migrate_pause, seconds{3});
}

TEST(Planner, parts_of_a_plan_refer_to_each_other) {
  const Plan plan = test::plan_for(usual_fleet());
  std::uint32_t waves = 0;
  std::uint32_t turns = 0;
  std::uint32_t steps = 0;
  for (std::uint32_t p = 0; p < plan.phases.size(); ++p) {
    EXPECT_EQ(plan.phases[p].first_wave.value, waves);
    for (std::uint32_t w = 0; w < plan.phases[p].wave_count; ++w, ++waves) {
      EXPECT_EQ(plan.waves[waves].phase.value, p);
      EXPECT_EQ(plan.waves[waves].first_turn.value, turns);
      for (std::uint32_t t = 0; t < plan.waves[waves].turn_count; ++t, ++turns) {
        EXPECT_EQ(plan.turns[turns].wave.value, waves);
        EXPECT_EQ(plan.turns[turns].first_step.value, steps);
        for (std::uint32_t s = 0; s < plan.turns[turns].step_count; ++s, ++steps) {
          EXPECT_EQ(plan.steps[steps].turn.value, turns);
          EXPECT_EQ(plan.steps[steps].host, plan.turns[turns].host);
        }
      }
    }
  }
  EXPECT_EQ(waves, plan.waves.size());
  EXPECT_EQ(turns, plan.turns.size());
  EXPECT_EQ(steps, plan.steps.size());
}

TEST(Planner, a_series_is_answered_with_its_release_and_with_no_way_around) {
  PlanRequest request{usual_fleet(), test::usual_policy(), {2026, 2}, {}};
  request.facts = test::FleetTwin(request.fleet, {35, 0}).read_all(test::start_time());
  const auto plan = make_plan(ironic_profile(), request);
  ASSERT_FALSE(plan.ok());
  EXPECT_EQ(plan.error().message,
            "no plan is possible:\n  - 2026.2 is a series; write its release, 39.0");
}

TEST(PlanId, is_the_same_for_the_same_plan_whenever_it_is_made) {
  PlanRequest request{usual_fleet(), test::usual_policy(), {39, 0}, {}};
  const test::FleetTwin twin(request.fleet, {35, 0});
  request.facts = twin.read_all(test::start_time());
  const Plan first = make_plan(ironic_profile(), request).value();
  request.facts = twin.read_all(test::start_time() + hours{1});
  EXPECT_EQ(make_plan(ironic_profile(), request).value().id, first.id);
  EXPECT_EQ(first.id.text.size(), 12U);
}

template <typename Change>
base::PlanId id_with(const Change& change) {
  Policy policy = test::usual_policy();
  change(policy);
  return test::plan_for(usual_fleet(), policy).id;
}

TEST(PlanId, differs_with_everything_that_the_policy_says) {
  std::vector<base::PlanId> ids = {
      id_with([](Policy&) {}),
      id_with([](Policy& p) { p.budgets["conductor"] = {1, 0}; }),
      id_with([](Policy& p) { p.budgets["conductor"] = {2, 1}; }),
      id_with([](Policy& p) { p.canary = 2; }),
      id_with([](Policy& p) { p.max_wave = 1; }),
      id_with([](Policy& p) { p.soak = seconds{11}; }),
      id_with([](Policy& p) { p.max_attempts = 3; }),
      id_with([](Policy& p) { p.retry_delay = seconds{6}; }),
      id_with([](Policy& p) { p.failures_tolerated = 1; }),
      id_with([](Policy& p) { p.failures_tolerated_domain = 1; }),
      id_with([](Policy& p) { p.busy = BusyPolicy::GoOn; }),
      id_with([](Policy& p) { p.deadlines.quiet = minutes{31}; }),
      id_with([](Policy& p) { p.deadlines.agent_lost = minutes{11}; }),
      id_with([](Policy& p) { p.deadlines.approval = hours{1}; }),
      id_with([](Policy& p) { p.window_drain = minutes{16}; }),
      id_with([](Policy& p) { p.window_heartbeat = minutes{11}; }),
      id_with([](Policy& p) { p.migrate_batch = 999; }),
      id_with([](Policy& p) { p.migrate_pause = seconds{2}; }),
      id_with([](Policy& p) { p.waived_checks["preflight.clock-skew"] = "lab"; }),
      id_with([](Policy& p) { p.backup_reference = "weekly"; }),
      id_with([](Policy& p) { p.max_clock_skew = seconds{6}; })};
  const std::size_t all = ids.size();
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), all);
}

TEST(PlanId, differs_with_fleet_order_domain_and_target) {
  const Policy policy = test::usual_policy();
  std::set<base::PlanId> ids;
  for (const char* words : {"cond x3, api x2, admin schema", "cond x4, api x2, admin schema",
                            "api x2, cond x3, admin schema", "cond x3 @east, api x2, admin schema",
                            "cond x3, api x2, admin schema, admin"}) {
    EXPECT_TRUE(ids.insert(test::plan_for(test::fleet(words)).id).second) << words;
  }
  EXPECT_TRUE(ids.insert(test::plan_for(usual_fleet(), policy, {29, 0}, {32, 0}).id).second);
  EXPECT_TRUE(ids.insert(test::plan_for(usual_fleet(), policy, {29, 0}, {35, 0}).id).second);
}

TEST(PlanDiff, shows_the_lines_that_differ_and_nothing_else) {
  Policy policy = test::usual_policy();
  const Plan before = test::plan_for(usual_fleet(), policy);
  policy.canary = 0;
  const Plan after = test::plan_for(usual_fleet(), policy);
  EXPECT_TRUE(diff_plans(before, before).empty());
  EXPECT_EQ(diff_plans(before, after),
            (std::vector<std::string>{
                "-     canary, then soak 10s", "-     wave 2, then soak 10s",
                "-     canary, then soak 10s", "-     wave 2, then soak 10s",
                "- plan " + before.id.text, "+     wave 1, then soak 10s",
                "+     wave 1, then soak 10s", "+ plan " + after.id.text}));
}

}  // namespace
}  // namespace rollmill::core
