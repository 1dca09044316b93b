#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using std::chrono::seconds;
using Effects = std::vector<std::string>;

TEST(DrainConductor, is_done_at_once_when_no_node_is_in_its_hands) {
  ConductorStory story;
  const Told told = story.run(Verb::Drain);
  EXPECT_EQ(told.message(), "");
  EXPECT_FALSE(told.changed());
  EXPECT_EQ(told.verdict("conductor.quiet"), "ok");
  EXPECT_EQ(told.summary("conductor.group-covered"),
            "cond2 serves the same group and hardware types.");
  EXPECT_TRUE(told.waited.empty());
}

TEST(DrainConductor, is_done_when_the_service_does_not_run) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  story.host.deployment.up = false;
  EXPECT_TRUE(story.run(Verb::Drain).ok());
}

TEST(DrainConductor, waits_for_busy_nodes_and_names_them_and_since_when) {
  ConductorStory story;
  auto& nodes = story.host.ironic.nodes;
  nodes[0].provision_state = "deploying";
  nodes[0].reservation = "cond1";
  nodes[2].reservation = "COND1";  // mapped to cond2, yet in cond1's hands
  story.host.world.in(seconds{20}, [&] {
    nodes[0].provision_state = "active";
    nodes[0].reservation = "";
  });
  story.host.world.in(seconds{40}, [&] { nodes[2].reservation = ""; });
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Drain);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.waited,
            (Effects{"NODES_BUSY: 2 nodes in the hands of cond1: n01 (deploying since "
                     "2026-11-22T14:30:00.000Z), n03 (reserved in state active)",
                     "NODES_BUSY: 1 node in the hands of cond1: n03 (reserved in state active)"}));
  EXPECT_GE(story.host.world.now() - before, seconds{40});
}

TEST(DrainConductor, counts_what_a_stop_kills_and_nothing_else) {
  struct Row {
    const char* state;
    const char* target_power;
    const char* reservation;
    bool busy;
  };
  const Row rows[] = {
      {"deploying", "", "", true},       {"cleaning", "", "", true},
      {"verifying", "", "", true},       {"inspecting", "", "", true},
      {"adopting", "", "", true},        {"rescuing", "", "", true},
      {"unrescuing", "", "", true},      {"deleting", "", "", true},
      {"servicing", "", "", true},       {"active", "power on", "", true},
      {"active", "", "cond1", true},     {"active", "", "cond1:8090", true},
      {"wait call-back", "", "", false}, {"clean wait", "", "", false},
      {"inspect wait", "", "", false},   {"deploy failed", "", "", false},
      {"available", "", "", false},      {"active", "", "cond2", false},
      {"active", "", "cond10", false},
  };
  for (const Row& row : rows) {
    ConductorStory story;
    auto& node = story.host.ironic.nodes[0];
    node.provision_state = row.state;
    node.target_power_state = row.target_power;
    node.reservation = row.reservation;
    EXPECT_EQ(story.run(Verb::Drain).code(), row.busy ? "NODES_BUSY" : "")
        << row.state << " " << row.target_power << " " << row.reservation;
  }
}

TEST(DrainConductor, fails_at_the_quiet_deadline_and_names_the_nodes) {
  ConductorStory story;
  story.host.ironic.nodes[1].provision_state = "cleaning";
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Drain);
  EXPECT_EQ(told.code(), "NODES_BUSY");
  EXPECT_NE(told.message().find("n02 (cleaning"), std::string::npos);
  EXPECT_FALSE(told.retryable());
  EXPECT_LE(story.host.world.now() - before, minutes{5});
  EXPECT_TRUE(story.effects().empty());
}

TEST(DrainConductor, goes_on_at_the_deadline_by_policy_and_names_the_nodes) {
  ConductorStory story;
  story.host.ironic.nodes[1].provision_state = "cleaning";
  story.args.busy = core::BusyPolicy::GoOn;
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Drain);
  EXPECT_TRUE(told.ok());
  EXPECT_EQ(told.verdict("conductor.quiet"), "warning");
  EXPECT_NE(told.summary("conductor.quiet").find("n02 (cleaning"), std::string::npos);
  EXPECT_LT(story.host.world.now() - before, minutes{5} - seconds{5});
}

TEST(DrainConductor, ends_its_wait_when_it_is_cancelled) {
  ConductorStory story;
  story.host.ironic.nodes[1].provision_state = "cleaning";
  story.args.busy = core::BusyPolicy::GoOn;
  story.cancel_after = seconds{30};
  const base::TimePoint before = story.host.world.now();
  EXPECT_EQ(story.run(Verb::Drain).code(), "CANCELLED");
  EXPECT_EQ(story.host.world.now() - before, seconds{30});
}

TEST(DrainConductor, never_takes_an_unreadable_api_for_quiet) {
  ConductorStory story;
  story.host.world.broken["api.nodes"] = "502 Bad Gateway";
  story.args.busy = core::BusyPolicy::GoOn;
  const Told told = story.run(Verb::Drain);
  EXPECT_EQ(told.code(), "API_UNAVAILABLE");
  EXPECT_TRUE(told.retryable());
}

TEST(DrainConductor, looks_more_rarely_when_a_look_takes_long) {
  ConductorStory story;
  story.host.ironic.nodes[1].provision_state = "cleaning";
  int looks = 0;
  story.host.deployment.asked = [&] {
    ++looks;
    story.host.world.pass(seconds{10});
  };
  EXPECT_EQ(story.run(Verb::Drain).code(), "NODES_BUSY");
  EXPECT_LE(looks, 6);  // in five minutes, of which a fifth at most is spent on looking
  EXPECT_GE(looks, 5);
}

TEST(DrainConductor, waits_until_another_living_conductor_covers_it) {
  ConductorStory story;
  FakeApi::fall_silent(story.host.ironic, "cond2");
  EXPECT_EQ(story.run(Verb::Drain).code(), "GROUP_NOT_COVERED");
  story.host.world.in(seconds{10},
                      [&] { FakeApi::beat(story.host.world, story.host.ironic, "cond2"); });
  EXPECT_TRUE(story.run(Verb::Drain).ok());
}

TEST(DrainConductor, does_not_ask_for_cover_where_there_never_was_any) {
  ConductorStory story;
  story.host.ironic.conductors[1].row.group = "other";
  EXPECT_TRUE(story.run(Verb::Drain).ok());
  story.host.ironic.conductors[1].row.group = "";
  FakeApi::fall_silent(story.host.ironic, "cond2");
  story.args.outage_accepted = true;
  EXPECT_TRUE(story.run(Verb::Drain).ok());
}

TEST(DrainConductor, needs_the_deployments_api) {
  ConductorStory story;
  story.host.has_deployment = false;
  EXPECT_EQ(story.run(Verb::Drain).code(), "DRIVER_MISSING");
}

TEST(DrainApi, takes_it_out_and_waits_for_the_requests_in_flight) {
  ApiStory story;
  story.host.balancer.now.connections = 3;
  story.host.world.in(seconds{4}, [&] { story.host.balancer.now.connections = 0; });
  const Told told = story.run(Verb::Drain);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(story.effects(), (Effects{"take out"}));
  EXPECT_EQ(told.waited, (Effects{"CONNECTIONS_OPEN: 3 requests are in flight on api1"}));
}

TEST(DrainApi, changes_nothing_when_it_is_out_already) {
  ApiStory story;
  story.host.balancer.now = {false, 0, "DRAIN"};
  const Told told = story.run(Verb::Drain);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  EXPECT_TRUE(story.effects().empty());
}

TEST(DrainApi, puts_it_back_when_nothing_else_answers) {
  ApiStory story;
  story.host.world.broken["api.list_once"] = "503 no server is available";
  const Told told = story.run(Verb::Drain);
  EXPECT_EQ(told.code(), "OTHER_API_MISSING");
  EXPECT_EQ(story.effects(), (Effects{"take out", "put in"}));
}

TEST(DrainApi, stays_out_alone_when_the_outage_was_accepted) {
  ApiStory story;
  story.host.world.broken["api.list_once"] = "503 no server is available";
  story.args.outage_accepted = true;
  EXPECT_TRUE(story.run(Verb::Drain).ok());
  EXPECT_EQ(story.effects(), (Effects{"take out"}));
}

TEST(DrainApi, does_not_believe_the_balancers_yes) {
  ApiStory story;
  story.host.balancer.stuck = true;
  EXPECT_EQ(story.run(Verb::Drain).code(), "BALANCER_STILL_SERVING");
}

TEST(DrainApi, fails_on_a_balancer_that_refuses) {
  ApiStory story;
  story.host.world.broken["balancer.take_out"] = "No such server.";
  const Told told = story.run(Verb::Drain);
  EXPECT_EQ(told.code(), "BALANCER_STILL_SERVING");
  EXPECT_TRUE(told.retryable());
}

TEST(DrainApi, fails_or_goes_on_with_requests_that_never_end_by_policy) {
  ApiStory story;
  story.host.balancer.now.connections = 1;
  EXPECT_EQ(story.run(Verb::Drain).code(), "CONNECTIONS_OPEN");
  story.args.busy = core::BusyPolicy::GoOn;
  EXPECT_EQ(story.run(Verb::Drain).verdict("api.in-flight-ended"), "warning");
}

/// The window that the pin phase opens: a stop may take its time.
void open_window(Story& story) {
  story.host.services.daemons[FakeHost::kConductor].window = minutes{15};
}

TEST(Stop, stops_a_quiet_conductor_and_proves_it_gone) {
  ConductorStory story;
  open_window(story);
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.message(), "");
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(told.verdict("conductor.process-gone"), "ok");
  EXPECT_EQ(told.verdict("conductor.quiet"), "ok");
  EXPECT_EQ(story.effects(), (Effects{"stop ironic-conductor"}));
  EXPECT_FALSE(told.facts().services[0].running);
}

TEST(Stop, of_what_does_not_run_changes_nothing) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  const Told told = story.run(Verb::Stop);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  EXPECT_TRUE(story.effects().empty());
}

TEST(Stop, leaves_a_service_running_whose_new_release_could_not_be_installed) {
  ConductorStory story;
  story.host.release.there.clear();
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.code(), "STAGE_FAILED");
  EXPECT_TRUE(told.retryable());
  EXPECT_NE(told.message().find("ironic-conductor was not stopped"), std::string::npos);
  EXPECT_TRUE(story.effects().empty());
  story.host.services.daemons[FakeHost::kConductor].window = minutes{15};
  story.host.release.number = {39, 0};  // A turn that only restarts needs nothing staged.
  EXPECT_TRUE(story.run(Verb::Stop).ok());
}

TEST(Stop, looks_again_for_work_just_before_the_signal) {
  ConductorStory story;
  open_window(story);
  story.host.ironic.nodes[0].reservation = "cond1";
  EXPECT_EQ(story.run(Verb::Stop).code(), "NODES_BUSY");
  EXPECT_TRUE(story.effects().empty());
  story.host.world.in(seconds{10}, [&] { story.host.ironic.nodes[0].reservation = ""; });
  EXPECT_TRUE(story.run(Verb::Stop).ok());
}

TEST(Stop, awaits_only_the_end_of_a_service_that_goes_down_already) {
  ConductorStory story;
  open_window(story);
  story.host.ironic.nodes[0].reservation = "cond1";
  story.host.services.daemons[FakeHost::kConductor].stopping = true;
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(told.verdict("conductor.process-gone"), "ok");
}

TEST(Stop, keeps_the_time_that_the_stop_itself_needs_when_it_goes_on_busy) {
  ConductorStory story;
  open_window(story);
  story.args.busy = core::BusyPolicy::GoOn;
  story.host.ironic.nodes[0].reservation = "cond1";
  story.host.services.stop_takes = seconds{17};
  const Told told = story.run(Verb::Stop);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.verdict("conductor.quiet"), "warning");
}

TEST(Stop, refuses_a_service_manager_that_would_kill_in_mid_stop) {
  ConductorStory story;
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.code(), "STOP_TIMEOUT_SHORT");
  EXPECT_NE(told.message().find("kills it after 15s"), std::string::npos) << told.message();
  EXPECT_TRUE(story.effects().empty());
}

TEST(Stop, opens_the_window_again_that_a_reboot_took_from_the_service_manager) {
  ConductorStory story;
  story.host.config.ours = {{"conductor", "graceful_shutdown_timeout", "900"}};
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(), (Effects{"window 15m30s", "stop ironic-conductor"}));
}

TEST(Stop, refuses_when_the_window_cannot_be_opened_again) {
  ConductorStory story;
  story.host.config.ours = {{"conductor", "graceful_shutdown_timeout", "900"}};
  story.host.services.ignores_window = true;
  EXPECT_EQ(story.run(Verb::Stop).code(), "STOP_TIMEOUT_SHORT");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Stop, refuses_a_time_limit_shorter_than_the_release_needs) {
  ConductorStory story;
  open_window(story);
  story.host.release.number = {29, 0};  // 60 s always, even idle
  story.limit = minutes{1};
  EXPECT_EQ(story.run(Verb::Stop).code(), "STOP_TIMEOUT_SHORT");
  story.limit = minutes{2};
  EXPECT_TRUE(story.run(Verb::Stop).ok());
}

TEST(Stop, names_the_processes_that_are_left) {
  ConductorStory story;
  open_window(story);
  story.host.services.leftovers[FakeHost::kConductor] = {4242};
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.code(), "PROCESS_NOT_GONE");
  EXPECT_NE(told.message().find("4242"), std::string::npos);
}

TEST(Stop, fails_when_the_service_does_not_end_in_time) {
  ConductorStory story;
  open_window(story);
  story.host.services.stop_takes = minutes{10};
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.code(), "PROCESS_NOT_GONE");
  EXPECT_NE(told.message().find("it does not end"), std::string::npos);
}

TEST(Stop, takes_an_api_out_again_that_the_balancer_has_put_back_since) {
  ApiStory story;
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(told.verdict("api.out-of-balancer"), "ok");
  EXPECT_EQ(told.verdict("api.process-gone"), "ok");
  EXPECT_EQ(story.effects(), (Effects{"take out", "stop ironic-api"}));
}

TEST(Stop, leaves_an_api_alone_that_the_balancer_does_not_take_out) {
  ApiStory story;
  story.host.world.broken["balancer.take_out"] = "the socket is gone";
  EXPECT_FALSE(story.run(Verb::Stop).ok());
  EXPECT_TRUE(story.effects().empty());
}

/// Between two tries of a service manager there is no process, and the next comes by itself.
TEST(Stop, of_a_service_that_is_started_over_and_over_ends_that) {
  ConductorStory story;
  auto& daemon = story.host.services.daemons[FakeHost::kConductor];
  daemon.main.reset();
  daemon.restarting = true;
  const Told told = story.run(Verb::Stop);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(), (Effects{"stop ironic-conductor"}));
  EXPECT_FALSE(daemon.restarting);
}

TEST(Stop, refuses_a_service_that_the_agent_file_does_not_name) {
  ConductorStory story;
  story.args.service = "ironic-novncproxy";
  EXPECT_EQ(story.run(Verb::Stop).code(), "NO_SUCH_SERVICE");
  story.args.service = "";
  EXPECT_EQ(story.run(Verb::Stop).code(), "NO_SUCH_SERVICE");
}

}  // namespace
}  // namespace rollmill::test
