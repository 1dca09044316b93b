#include "codec/view_json.h"

#include <gtest/gtest.h>

#include "codec/fact_samples.h"
#include "support/golden.h"

namespace rollmill::codec {
namespace {

base::TimePoint at(int seconds) { return base::TimePoint{} + std::chrono::seconds{seconds}; }

core::UpgradeView upgrade_sample() {
  core::UpgradeView view;
  view.id = "u-1";
  view.plan_id = "4c1d";
  view.first_plan_id = "33aa";
  view.fleet = "lab";
  view.state = "RUNNING";
  view.direction = "BACK";
  view.from = "35.0";
  view.to = "39.0";
  view.created_by = "root@ctl";
  view.reason = "security fix";
  view.created_at = at(1);
  view.elapsed = base::Duration{4200};
  view.blocked = core::Blocked{"NODES_BUSY", "cond1 waits",
                               at(2),        "nobody: it ends by itself",
                               "",           "operating.md#nodes_busy"};
  view.reversible_text = "yes, until unpin";
  view.current_phase = "conductors";
  view.probes_sent = 12;
  core::PhaseView phase;
  phase.name = "conductors";
  phase.direction = "BACK";
  phase.checks = {{"conductor.registered", core::Verdict::Ok, "it is"}};
  view.phases = {phase};
  view.past_phases = {phase};
  core::HostView host;
  host.name = "cond1";
  host.services = {"ironic-conductor"};
  host.step = 4;
  view.hosts = {host};
  view.budgets = {{"conductor", "rack1", 3, 1, 0, 1, 2}};
  view.approvals = {{"unpin", "anna", "green", at(3), at(4), false}};
  core::StepView step;
  step.direction = "BACK";
  step.verb = "drain";
  view.steps = {step};
  return view;
}

TEST(ViewJson, keeps_the_published_form_of_an_upgrade) {
  test::expect_golden("codec/golden/view_upgrade.json",
                      to_json(upgrade_sample(), JsonStyle::Indented) + "\n");
}

TEST(ViewJson, keeps_the_published_form_of_an_event) {
  const core::EventView event{5,
                              at(1),
                              "StepSucceeded",
                              "conductors",
                              "cond1",
                              "drain",
                              4,
                              "info",
                              "cond1: drain done after 4.2s"};
  test::expect_golden("codec/golden/view_event.json", to_json(event) + "\n");
}

TEST(ViewJson, keeps_the_published_form_of_a_host) {
  const ports::FleetHostView host{"cond1",
                                  true,
                                  {{"ironic-conductor", "conductor", "rack1"}},
                                  true,
                                  at(1),
                                  "0.1.0",
                                  test::host_facts_sample()};
  test::expect_golden("codec/golden/view_host.json", to_json(host, JsonStyle::Indented) + "\n");
}

TEST(ViewJson, writes_lists_and_controller) {
  EXPECT_EQ(to_json(std::vector<core::EventView>{}), "[]");
  EXPECT_EQ(to_json(ports::ControllerInfo{"0.1.0", "lab", 3, true, 17, 6, 5}),
            R"({"version":"0.1.0","fleet":"lab","epoch":3,"ready":true,"last_sequence":17,)"
            R"("hosts":6,"hosts_connected":5})");
}

}  // namespace
}  // namespace rollmill::codec
