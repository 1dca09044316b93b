#include "codec/domain_json.h"

#include <gtest/gtest.h>

#include "codec/fact_samples.h"

namespace rollmill::codec {
namespace {

core::TaskKey key_sample() { return {base::UpgradeId{"u-1"}, base::StepIndex{3}, 2, 9}; }

TEST(DomainJson, reads_back_plan_policy_and_fleet) {
  const core::Plan plan = test::plan_sample();
  EXPECT_EQ(plan_from_json(to_json(plan)).value(), plan);
  EXPECT_EQ(policy_from_json(to_json(plan.policy)).value(), plan.policy);
  EXPECT_EQ(fleet_from_json(to_json(plan.fleet, JsonStyle::Indented)).value(), plan.fleet);
}

TEST(DomainJson, reads_back_facts_of_hosts) {
  const core::FleetFacts facts = {{base::HostName{"cond1"}, test::host_facts_sample()},
                                  {base::HostName{"cond2"}, {}}};
  EXPECT_EQ(fleet_facts_from_json(to_json(facts)).value(), facts);
  EXPECT_EQ(host_facts_from_json(to_json(test::host_facts_sample())).value(),
            test::host_facts_sample());
}

TEST(DomainJson, reads_back_tasks) {
  const core::Task task{key_sample(), core::Verb::Drain, test::task_args_sample(),
                        base::Duration{99}};
  EXPECT_EQ(task_from_json(to_json(task)).value(), task);
}

TEST(DomainJson, reads_back_every_outcome_of_a_task) {
  const std::vector<core::TaskOutcome> outcomes = {
      core::TaskAccepted{},
      core::TaskWaiting{"NODES_BUSY", "n01", base::TimePoint{} + base::Duration{5}},
      test::task_succeeded_sample(), test::task_failed_sample(),
      core::TaskRefused{"STALE_EPOCH", "epoch 1 is over"}};
  ASSERT_EQ(outcomes.size(), std::variant_size_v<core::TaskOutcome>);
  for (const core::TaskOutcome& outcome : outcomes) {
    const core::TaskReport report{key_sample(), outcome};
    EXPECT_EQ(task_report_from_json(to_json(report)).value(), report);
  }
}

TEST(DomainJson, refuses_an_outcome_without_a_known_kind) {
  const auto report = task_report_from_json(R"({"outcome":{"kind":"vanished"}})");
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message,
            "field /outcome must have a kind of outcome: accepted, waiting, succeeded, failed or "
            "refused");
}

TEST(DomainJson, takes_a_policy_that_names_only_what_differs) {
  core::Policy expected;
  expected.canary = 3;
  EXPECT_EQ(policy_from_json(R"({"canary":3})").value(), expected);
}

}  // namespace
}  // namespace rollmill::codec
