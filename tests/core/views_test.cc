#include "rollmill/core/views.h"

#include <gtest/gtest.h>

#include "support/builders.h"
#include "support/engine_loop.h"

/// What the scenarios' `view` does not print: times, steps, approvals, counts by phase.
namespace rollmill::core {
namespace {

using std::chrono::seconds;
using test::EngineLoop;

EngineLoop begun() {
  const Plan plan = test::plan_for(test::fleet("cond x2, api x2, admin schema"));
  EngineLoop loop(plan, test::FleetTwin(plan.fleet, plan.from));
  loop.begin(plan, {"alice", "window 42"});
  loop.come_all();
  return loop;
}

void run_until(EngineLoop& loop, PhaseKind kind) {
  while (loop.state.plan->phases[loop.state.phase.value].kind != kind) loop.go_on();
}

UpgradeView view_of(const EngineLoop& loop, Detail detail = Detail::Summary) {
  return make_view(loop.state, loop.now, detail);
}

TEST(Views, header_says_what_was_asked_for_by_whom) {
  const EngineLoop loop = begun();
  const UpgradeView view = view_of(loop);
  EXPECT_EQ(view.id, "u1");
  EXPECT_EQ(view.plan_id, loop.state.plan->id.text);
  EXPECT_EQ(view.first_plan_id, view.plan_id);
  EXPECT_EQ(view.fleet, "test");
  EXPECT_EQ(view.created_by, "alice");
  EXPECT_EQ(view.reason, "window 42");
  EXPECT_EQ(view.current_phase, "preflight");
  EXPECT_EQ(view.created_at, test::start_time());
  EXPECT_EQ(view.finished_at, base::TimePoint{});
}

TEST(Views, time_counts_while_it_runs_and_stands_still_afterwards) {
  EngineLoop loop = begun();
  loop.pass(seconds{30});
  EXPECT_EQ(view_of(loop).elapsed, seconds{30});
  EXPECT_EQ(view_of(loop).phases[0].elapsed, seconds{30});
  EXPECT_EQ(view_of(loop).phases[1].elapsed, seconds{0});
  loop.handle(AbortRequested{{"alice", ""}});
  loop.pass(seconds{30});
  EXPECT_EQ(view_of(loop).elapsed, seconds{30});
  EXPECT_EQ(view_of(loop).phases[0].elapsed, seconds{30}) << "the phase that was cut off, too";
}

TEST(Views, phase_that_was_left_counts_no_more_after_the_turn) {
  EngineLoop loop = begun();
  run_until(loop, PhaseKind::Conductors);
  loop.pass(seconds{30});
  const base::TimePoint begun_at = loop.now - view_of(loop).phases[4].elapsed;
  loop.handle(TurnRequested{Direction::Back, {"alice", ""}});
  while (loop.state.turning) ASSERT_TRUE(loop.go_on());
  const base::Duration left = loop.now - begun_at;
  loop.pass(seconds{30});
  const UpgradeView view = view_of(loop);
  ASSERT_EQ(view.past_phases.size(), 10U);
  EXPECT_EQ(view.past_phases[4].name, "conductors");
  EXPECT_EQ(view.past_phases[4].state, "left");
  EXPECT_EQ(view.past_phases[4].elapsed, left);
  EXPECT_EQ(view.past_phases[5].elapsed, seconds{0}) << "it never began";
}

TEST(Views, host_shows_its_task_with_since_and_deadline) {
  EngineLoop loop = begun();
  loop.pass(seconds{5});
  const HostView host = view_of(loop).hosts[0];
  EXPECT_EQ(host.name, "cond1");
  EXPECT_EQ(host.services, std::vector<std::string>{"ironic-conductor"});
  EXPECT_TRUE(host.connected);
  EXPECT_EQ(host.agent_version, "0.1.0");
  EXPECT_EQ(host.doing, "inspect");
  EXPECT_EQ(host.state, "running");
  EXPECT_EQ(host.step, 0U);
  EXPECT_EQ(host.since, test::start_time());
  EXPECT_EQ(host.deadline, test::start_time() + loop.state.plan->policy.deadlines.inspect);
}

TEST(Views, host_shows_what_its_task_waits_for) {
  EngineLoop loop = begun();
  const TaskWaiting waiting{"API_UNAVAILABLE", "the API is away", loop.now};
  loop.report({"cond1"}, {0}, waiting);
  EXPECT_EQ(view_of(loop).hosts[0].state, "waiting");
  EXPECT_EQ(view_of(loop).hosts[0].waits_for, "the API is away");
  EXPECT_EQ(view_of(loop).blocked->code, "API_UNAVAILABLE");
  loop.report({"cond1"}, {0}, TaskWaiting{});
  EXPECT_EQ(view_of(loop).hosts[0].state, "running");
  EXPECT_EQ(view_of(loop).blocked, std::nullopt);
}

TEST(Views, several_services_of_a_host_show_every_release) {
  EngineLoop loop = begun();
  HostFacts facts;
  facts.services = {{"a", true, "35.0", "35.0", false, {}}, {"b", true, "39.0", "", false, {}},
                    {"c", false, "", "", false, {}},        {"d", true, "", "", false, {}}};
  loop.state.hosts[0].facts = facts;
  EXPECT_EQ(view_of(loop).hosts[0].release, "35.0/39.0/stopped/?");
  EXPECT_EQ(view_of(loop).hosts[0].pin, "35.0");
}

TEST(Views, steps_are_there_when_asked_for) {
  EngineLoop loop = begun();
  run_until(loop, PhaseKind::Conductors);
  EXPECT_TRUE(view_of(loop).steps.empty());
  const UpgradeView view = view_of(loop, Detail::Steps);
  ASSERT_EQ(view.steps.size(), loop.state.plan->steps.size());
  const StepView& stage = view.steps[6];
  EXPECT_EQ(stage.phase + " " + stage.verb + " " + stage.host, "stage stage cond1");
  EXPECT_EQ(stage.state, "succeeded");
  EXPECT_TRUE(stage.changed);
  EXPECT_GT(stage.finished_at, stage.dispatched_at);
  EXPECT_FALSE(view.steps[0].changed) << "an inspection changes nothing";
}

TEST(Views, probes_are_counted_by_phase) {
  EngineLoop loop = begun();
  loop.handle(ProberCounted{10, 1, seconds{2}, "HTTP 503"});
  run_until(loop, PhaseKind::Conductors);
  loop.handle(ProberCounted{20, 0, seconds{1}, ""});
  loop.handle(ProberCounted{5, 2, base::Duration{1500}, "timed out"});
  const UpgradeView view = view_of(loop);
  EXPECT_EQ(view.probes_sent, 35U);
  EXPECT_EQ(view.probes_failed, 3U);
  EXPECT_EQ(view.longest_gap, seconds{2});
  EXPECT_EQ(view.probe_error, "timed out");
  EXPECT_EQ(view.phases[0].probes_sent, 10U);
  EXPECT_EQ(view.phases[4].name, "conductors");
  EXPECT_EQ(view.phases[4].probes_sent, 25U);
  EXPECT_EQ(view.phases[4].longest_gap, base::Duration{1500});
}

TEST(Views, approvals_and_the_way_back) {
  EngineLoop loop = begun();
  EXPECT_TRUE(view_of(loop).reversible);
  EXPECT_EQ(view_of(loop).reversible_text, "yes, until unpin");
  loop.handle(ApproveRequested{"unpin", {"bob", "looks good"}, std::chrono::hours{2}});
  const UpgradeView view = view_of(loop);
  ASSERT_EQ(view.approvals.size(), 1U);
  EXPECT_EQ(view.approvals[0].gate, "unpin");
  EXPECT_EQ(view.approvals[0].by, "bob");
  EXPECT_EQ(view.approvals[0].expires_at, loop.now + std::chrono::hours{2});
  run_until(loop, PhaseKind::Unpin);
  EXPECT_TRUE(view_of(loop).reversible) << "no pin has been taken out yet";
  run_until(loop, PhaseKind::Contract);
  EXPECT_FALSE(view_of(loop).reversible);
  EXPECT_EQ(view_of(loop).reversible_text, "no, forward only");
}

TEST(Views, what_has_ended_cannot_be_taken_back) {
  EngineLoop loop = begun();
  loop.handle(AbortRequested{{"alice", ""}});
  EXPECT_FALSE(view_of(loop).reversible);
  EXPECT_EQ(view_of(loop).reversible_text, "no, it has ended");
  EngineLoop back = begun();
  run_until(back, PhaseKind::Conductors);
  back.handle(TurnRequested{Direction::Back, {"alice", ""}});
  EXPECT_TRUE(view_of(back).reversible);
  EXPECT_EQ(view_of(back).reversible_text, "rollback --undo turns it; it goes back to 35.0");
  EngineLoop aborted = back;
  aborted.handle(AbortRequested{{"alice", ""}});
  EXPECT_FALSE(view_of(aborted).reversible);
  EXPECT_EQ(view_of(aborted).reversible_text, "no, it has ended");
  while (back.go_on()) {
  }
  EXPECT_EQ(view_of(back).state, "ROLLED_BACK");
  EXPECT_FALSE(view_of(back).reversible);
  EXPECT_EQ(view_of(back).reversible_text, "it is back at 35.0");
}

TEST(Views, a_turn_makes_another_plan_and_the_first_is_remembered) {
  EngineLoop loop = begun();
  const std::string first = loop.state.plan->id.text;
  run_until(loop, PhaseKind::Conductors);
  loop.handle(TurnRequested{Direction::Back, {"alice", ""}});
  while (loop.state.turning) ASSERT_TRUE(loop.go_on());
  const UpgradeView view = view_of(loop, Detail::Steps);
  EXPECT_NE(view.plan_id, first);
  EXPECT_EQ(view.first_plan_id, first);
  EXPECT_EQ(view.steps.front().direction, "FORWARD");
  EXPECT_EQ(view.steps.back().direction, "BACK");
}

TEST(Views, judgement_is_part_of_its_phase) {
  EngineLoop loop = begun();
  run_until(loop, PhaseKind::Stage);
  EXPECT_EQ(view_of(loop).phases[0].checks.size(), 10U);
  EXPECT_EQ(view_of(loop).phases[0].state, "done");
  EXPECT_EQ(view_of(loop).phases[1].wave, "all hosts");
}

EventView event(const EngineLoop& loop, FactBody body) {
  return make_event(loop.state, 7, {loop.now + seconds{4}, std::move(body)});
}

TEST(Events, say_where_and_what_in_a_sentence) {
  const EngineLoop loop = begun();
  TaskSucceeded changed;
  const EventView done = event(loop, StepSucceeded{{0}, 1, changed});
  EXPECT_EQ(done.sequence, 7U);
  EXPECT_EQ(done.kind, "StepSucceeded");
  EXPECT_EQ(done.phase, "preflight");
  EXPECT_EQ(done.host, "cond1");
  EXPECT_EQ(done.verb, "inspect");
  EXPECT_EQ(done.step, 0U);
  EXPECT_EQ(done.text, "inspect done after 4s");
  changed.changed = false;
  EXPECT_EQ(event(loop, StepSucceeded{{0}, 1, changed}).text, "inspect done after 4s");
  EXPECT_EQ(event(loop, StepSucceeded{{7}, 1, changed}).text, "stage found nothing to do");
}

TEST(Events, severity_tells_failures_and_warnings_from_the_rest) {
  const EngineLoop loop = begun();
  const auto severity = [&](FactBody body) { return event(loop, std::move(body)).severity; };
  EXPECT_EQ(severity(StepFailed{{0}, 1, {}}), "error");
  EXPECT_EQ(severity(TurnFailed{{0}}), "error");
  EXPECT_EQ(severity(UpgradePaused{"START_DIED", "died", ""}), "error");
  EXPECT_EQ(severity(UpgradePaused{"PAUSED_BY_OPERATOR", "coffee", "alice"}), "warning");
  EXPECT_EQ(severity(PhaseJudged{{0}, {{"preflight.no-pin", Verdict::Failed, ""}}}), "error");
  EXPECT_EQ(severity(PhaseJudged{{0}, {{"preflight.no-pin", Verdict::Warning, ""}}}), "info");
  EXPECT_EQ(severity(AgentLost{{0}, "reset"}), "warning");
  EXPECT_EQ(severity(ApiProbed{10, 1, {}, "x"}), "warning");
  EXPECT_EQ(severity(ApiProbed{10, 0, {}, ""}), "info");
  EXPECT_EQ(severity(UpgradeSucceeded{}), "info");
}

}  // namespace
}  // namespace rollmill::core
