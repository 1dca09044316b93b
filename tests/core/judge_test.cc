#include <gtest/gtest.h>

#include <algorithm>

#include "rollmill/core/checks.h"
#include "support/builders.h"
#include "support/fleet_twin.h"

/// Each judgement over the whole fleet: it holds for a healthy one, and fails for one reason each.
namespace rollmill::core {
namespace {

Plan usual_plan(const Policy& policy = test::usual_policy()) {
  return test::plan_for(test::fleet("cond x2, api x2, admin schema"), policy);
}

FleetFacts healthy(const Plan& plan) {
  return test::FleetTwin(plan.fleet, plan.from).read_all(test::start_time());
}

/// The fleet as the gate wants it: everything new and pinned.
FleetFacts at_the_gate(const Plan& plan) {
  test::FleetTwin twin(plan.fleet, plan.to);
  for (const Host& host : plan.fleet.hosts) {
    twin.host(host.name.text).pin = plan.from;
    for (test::ServiceTwin& service : twin.host(host.name.text).services) service.pin = plan.from;
  }
  return twin.read_all(test::start_time());
}

std::string& detail(FleetFacts& facts, const std::string& host, const std::string& key) {
  return facts.at(base::HostName{host}).details[key];
}

/// The registry as every host has read it.
void set_registry(FleetFacts& facts, const std::string& rows) {
  for (auto& [name, host] : facts) host.details["api.conductors"] = rows;
}

CheckResult result_of(const std::vector<CheckResult>& results, const std::string& id) {
  const auto found = std::find_if(results.begin(), results.end(),
                                  [&](const CheckResult& result) { return result.id == id; });
  return found == results.end() ? CheckResult{"missing", Verdict::Failed, id} : *found;
}

CheckResult preflight(const Plan& plan, const FleetFacts& facts, const std::string& id) {
  return result_of(judge_preflight(ironic_profile(), plan, facts), "preflight." + id);
}

CheckResult gate(const Plan& plan, const FleetFacts& facts, const std::string& id) {
  return result_of(judge_gate(plan, facts), "gate." + id);
}

void expect_failed(const CheckResult& result, const std::string& words) {
  EXPECT_EQ(result.verdict, Verdict::Failed) << result.id;
  EXPECT_NE(result.summary.find(words), std::string::npos) << result.summary;
}

TEST(JudgePreflight, healthy_fleet_passes_every_judgement_and_each_is_in_the_catalogue) {
  const Plan plan = usual_plan();
  const auto results = judge_preflight(ironic_profile(), plan, healthy(plan));
  EXPECT_EQ(results.size(), 10U);
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.verdict, Verdict::Ok) << result.id << ": " << result.summary;
    EXPECT_NE(find_check(result.id), nullptr) << result.id;
    EXPECT_NE(result.summary, "");
  }
}

TEST(JudgePreflight, third_release_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  facts.at({"cond2"}).services[0].release = "29.0";
  expect_failed(preflight(plan, facts, "one-old-release"), "cond2 (ironic-conductor) runs 29.0");
  facts.at({"cond2"}).services[0].release = "";
  expect_failed(preflight(plan, facts, "one-old-release"),
                "cond2 (ironic-conductor) runs an unknown release (its files changed after it "
                "started; restart it)");
  facts.at({"cond2"}).services[0].release = "39.0.1-2";
  EXPECT_EQ(preflight(plan, facts, "one-old-release").verdict, Verdict::Ok);
}

TEST(JudgePreflight, living_conductor_outside_the_fleet_fails_and_a_dead_one_does_not) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  const std::string rows = detail(facts, "cond1", "api.conductors");
  set_registry(facts, rows + ";cond9||dead|ipmi");
  EXPECT_EQ(preflight(plan, facts, "no-unknown-conductor").verdict, Verdict::Ok);
  set_registry(facts, rows + ";cond9||alive|ipmi");
  expect_failed(preflight(plan, facts, "no-unknown-conductor"), "cond9");
}

TEST(JudgePreflight, registry_that_nobody_could_read_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  for (auto& [name, host] : facts) host.details.erase("api.conductors");
  expect_failed(preflight(plan, facts, "no-unknown-conductor"), "no host could read");
}

TEST(JudgePreflight, newest_reading_of_the_registry_counts) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  detail(facts, "api2", "api.conductors") += ";cond9||alive|ipmi";
  facts.at({"api2"}).read_at = test::start_time() + std::chrono::seconds{1};
  expect_failed(preflight(plan, facts, "no-unknown-conductor"), "cond9");
  facts.at({"api2"}).read_at = test::start_time() - std::chrono::seconds{1};
  EXPECT_EQ(preflight(plan, facts, "no-unknown-conductor").verdict, Verdict::Ok);
}

TEST(JudgePreflight, two_hosts_under_one_conductor_name_fail) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  detail(facts, "cond2", "conductor.hostname") = "cond1.example";
  expect_failed(preflight(plan, facts, "hostnames-unique"), "cond1.example (cond1 and cond2)");
}

TEST(JudgePreflight, hardware_type_with_one_living_conductor_fails_unless_accepted) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  set_registry(facts, "cond1.example|east|alive|ipmi,redfish;cond2.example|east|alive|ipmi");
  expect_failed(preflight(plan, facts, "redundancy"), "group \"east\", hardware type redfish");
  set_registry(facts, "cond1.example||alive|ipmi;cond2.example||dead|ipmi");
  expect_failed(preflight(plan, facts, "redundancy"), "hardware type ipmi");
  Policy policy = test::usual_policy();
  policy.budgets["conductor"] = {1, 0};
  EXPECT_EQ(preflight(usual_plan(policy), facts, "redundancy").verdict, Verdict::Ok);
}

TEST(JudgePreflight, conductor_that_answers_no_longer_than_the_apis_ask_is_named) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  detail(facts, "cond2", "config.ring_reset_s") = "16";
  const CheckResult result = preflight(plan, facts, "ring-wait");
  EXPECT_EQ(result.verdict, Verdict::Warning);
  EXPECT_NE(result.summary.find("(cond2 16s, better 17s)"), std::string::npos) << result.summary;
  detail(facts, "api1", "config.ring_reset_s") = "5";
  detail(facts, "api2", "config.ring_reset_s") = "5";
  EXPECT_EQ(preflight(plan, facts, "ring-wait").verdict, Verdict::Ok);
}

TEST(JudgePreflight, ring_wait_is_not_judged_where_no_host_tells_it) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  for (auto& [name, host] : facts) host.details.erase("config.ring_reset_s");
  EXPECT_EQ(preflight(plan, facts, "ring-wait").id, "missing");
}

TEST(JudgePreflight, one_serving_api_fails_unless_accepted) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  detail(facts, "api2", "balancer.serving") = "no";
  expect_failed(preflight(plan, facts, "two-apis"), "1 API(s)");
  Policy policy = test::usual_policy();
  policy.budgets["api"] = {1, 0};
  EXPECT_EQ(preflight(usual_plan(policy), facts, "two-apis").verdict, Verdict::Ok);
}

TEST(JudgePreflight, plan_that_does_not_know_of_an_api_out_of_the_balancer_is_outdated) {
  const Fleet fleet = test::fleet("cond x2, api x3, admin schema");
  Policy one_wave = test::usual_policy();
  one_wave.canary = 0;
  const Plan plan = test::plan_for(fleet, one_wave);
  FleetFacts facts = healthy(plan);
  detail(facts, "api1", "balancer.serving") = "no";
  expect_failed(preflight(plan, facts, "plan-fits"),
                "api1 (ironic-api) is out of the balancer; abort, then plan again");
  const Plan anew =
      make_plan(ironic_profile(), {fleet, test::usual_policy(), {39, 0}, facts}).value();
  EXPECT_EQ(preflight(anew, facts, "plan-fits").verdict, Verdict::Ok) << "it comes first there";
}

TEST(JudgePreflight, each_domain_keeps_an_api_while_another_is_away) {
  Fleet fleet = test::fleet("cond x2, api x4, admin schema");
  for (Host& host : fleet.hosts) {
    const bool other = host.name.text == "api3" || host.name.text == "api4";
    if (other) host.services.front().domain = "rack1";
  }
  const Plan plan = test::plan_for(fleet);
  FleetFacts facts = healthy(plan);
  EXPECT_EQ(preflight(plan, facts, "two-apis").verdict, Verdict::Ok);
  detail(facts, "api3", "balancer.serving") = "no";
  expect_failed(preflight(plan, facts, "two-apis"), "2 API(s), 1 API(s) of rack1, not to api3");
}

TEST(JudgePreflight, fleet_without_a_balancer_is_not_judged_by_it) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  for (const char* host : {"api1", "api2"}) {
    facts.at(base::HostName{host}).details.erase("balancer.serving");
  }
  EXPECT_EQ(preflight(plan, facts, "two-apis").id, "missing");
}

TEST(JudgePreflight, hardware_type_that_the_new_release_lacks_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  set_registry(facts, "cond1.example||alive|ilo,ipmi;cond2.example||alive|ilo,ipmi");
  expect_failed(preflight(plan, facts, "hardware-types-kept"), "39.0 no longer has ilo on cond1");
  set_registry(facts, "cond1.example||dead|ilo;cond2.example||alive|ibmc");
  EXPECT_EQ(preflight(plan, facts, "hardware-types-kept").verdict, Verdict::Ok)
      << "a dead row, and a type that went away long ago";
}

TEST(JudgePreflight, clock_beyond_the_limit_fails_in_either_direction) {
  const Plan plan = usual_plan();
  FleetFacts facts = healthy(plan);
  detail(facts, "cond1", "clock.ahead_ms") = "5000";
  EXPECT_EQ(preflight(plan, facts, "clock-skew").verdict, Verdict::Ok);
  detail(facts, "cond1", "clock.ahead_ms") = "5001";
  detail(facts, "api1", "clock.ahead_ms") = "-61000";
  expect_failed(preflight(plan, facts, "clock-skew"), "cond1 is 5s ahead");
  expect_failed(preflight(plan, facts, "clock-skew"), "api1 is 1m01s behind");
}

TEST(JudgePreflight, backup_that_nobody_named_is_a_warning) {
  Policy policy = test::usual_policy();
  policy.backup_reference.clear();
  const Plan plan = usual_plan(policy);
  EXPECT_EQ(preflight(plan, healthy(plan), "backup-attested").verdict, Verdict::Warning);
}

TEST(JudgeGate, everything_new_and_pinned_passes) {
  const Plan plan = usual_plan();
  const auto results = judge_gate(plan, at_the_gate(plan));
  EXPECT_EQ(results.size(), 3U);
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.verdict, Verdict::Ok) << result.id << ": " << result.summary;
    EXPECT_NE(find_check(result.id), nullptr) << result.id;
  }
}

TEST(JudgeGate, old_stopped_or_unread_service_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = at_the_gate(plan);
  facts.at({"cond1"}).services[0].release = "35.0";
  facts.at({"cond2"}).services[0].running = false;
  facts.at({"api1"}).services.clear();
  facts.erase({"api2"});
  const CheckResult result = gate(plan, facts, "all-new");
  expect_failed(result, "cond1 (ironic-conductor) runs 35.0");
  expect_failed(result, "cond2 (ironic-conductor) is not running");
  expect_failed(result, "api1 (ironic-api) was not read");
  expect_failed(result, "api2 (ironic-api) was not read");
}

TEST(JudgeGate, service_without_its_pin_in_force_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = at_the_gate(plan);
  facts.at({"cond1"}).services[0].pin = "";
  facts.at({"cond2"}).services[0].pin = "29.0";
  facts.at({"api1"}).services[0].config_newer_than_process = true;
  const CheckResult result = gate(plan, facts, "all-pinned");
  expect_failed(result, "cond1 (ironic-conductor) is not pinned");
  expect_failed(result, "cond2 (ironic-conductor) is pinned to 29.0");
  expect_failed(result, "api1 (ironic-api) was started before its pin");
}

TEST(JudgeGate, conductor_that_appeared_meanwhile_fails) {
  const Plan plan = usual_plan();
  FleetFacts facts = at_the_gate(plan);
  set_registry(facts, detail(facts, "cond1", "api.conductors") + ";cond9||alive|ipmi");
  expect_failed(gate(plan, facts, "no-unknown-conductor"), "cond9");
}

}  // namespace
}  // namespace rollmill::core
