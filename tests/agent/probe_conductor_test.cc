// What a probe of a conductor may believe: whose answer a read was, and who does the work.

#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::seconds;

constexpr const char* kRoundTrip = "conductor.round-trip";
constexpr const char* kSteady = "conductor.no-respawn-loop";

/// A started conductor of 39.0, which registers after two seconds.
struct ProbeStory : ConductorStory {
  ProbeStory() { make_started(); }

  void in(base::Duration duration, std::function<void()> what) {
    host.world.in(duration, std::move(what));
  }
  void close_rpc_port() {
    host.world.broken["api.round_trip"] = "500: Unable to establish connection to cond1:8089";
  }
  void map_all_nodes_to(const std::string& conductor) {
    for (auto& node : host.ironic.nodes) node.conductor = conductor;
  }
  std::vector<ports::ServiceDriver::Process>& workers() {
    return host.services.daemons[FakeHost::kConductor].workers;
  }
};

TEST(ProbeRoundTrip, another_conductors_answer_by_an_old_ring_is_not_believed) {
  ProbeStory story;
  // Until its ring is built anew one API process sends what is cond1's to cond2, which answers.
  story.in(seconds{16}, [&] { story.close_rpc_port(); });
  const Told told = story.run(Verb::Probe);
  EXPECT_EQ(told.code(), "ROUND_TRIP_FAILED");
  EXPECT_NE(told.message().find("validating node n01: 500"), std::string::npos) << told.message();
}

TEST(ProbeRoundTrip, nodes_that_an_old_ring_does_not_map_yet_are_waited_for) {
  ProbeStory story;
  story.close_rpc_port();
  story.map_all_nodes_to("cond2");
  story.in(seconds{16}, [&] { story.map_all_nodes_to("cond1"); });
  EXPECT_EQ(story.run(Verb::Probe).code(), "ROUND_TRIP_FAILED");
}

TEST(ProbeRoundTrip, a_longer_ring_interval_is_waited_for_longer) {
  ProbeStory story;
  story.host.config.operators[{"DEFAULT", "hash_ring_reset_interval"}] = "60";
  story.in(seconds{61}, [&] { story.close_rpc_port(); });
  EXPECT_EQ(story.run(Verb::Probe).code(), "ROUND_TRIP_FAILED");
}

TEST(ProbeRoundTrip, without_a_node_of_its_own_nothing_is_proven_and_that_is_said) {
  ProbeStory story;
  story.close_rpc_port();
  story.map_all_nodes_to("cond2");
  story.host.ironic.nodes[0].conductor_group = "rack7";
  story.host.ironic.nodes[1].driver = "redfish";
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.verdict(kRoundTrip), "warning");
  EXPECT_EQ(told.summary(kRoundTrip),
            "Not proven: that cond1 answers requests. None of the 4 nodes is mapped to it (2 are "
            "of its group and hardware types), so no request is sure to reach it. Only this is "
            "known: a conductor told the properties of driver fake-hardware, and that may have "
            "been any conductor.");
}

TEST(ProbeRoundTrip, fails_when_no_conductor_answers_at_all) {
  ProbeStory story;
  story.host.ironic.nodes.clear();
  story.host.world.broken["api.driver_round_trip"] = "500";
  EXPECT_EQ(story.run(Verb::Probe).code(), "ROUND_TRIP_FAILED");
}

TEST(ProbeRoundTrip, a_large_fleets_nodes_are_read_once) {
  ProbeStory story;
  int readings = 0;
  story.host.deployment.asked = [&] { ++readings; };
  EXPECT_EQ(story.run(Verb::Probe).message(), "");
  EXPECT_EQ(readings, 1);
}

TEST(ProbeWorker, one_that_is_replaced_under_a_living_master_is_a_respawn_loop) {
  ProbeStory story;
  story.in(seconds{8}, [&] { story.workers() = {{777, story.host.world.now(), 2}}; });
  const Told told = story.run(Verb::Probe);
  EXPECT_EQ(told.code(), "RESPAWN_LOOP");
  EXPECT_NE(told.message().find("its master, process "), std::string::npos) << told.message();
  // All that a worker writes itself was as it should be.
  EXPECT_EQ(told.verdict("conductor.heartbeat-fresh"), "ok");
  EXPECT_EQ(told.verdict(kRoundTrip), "ok");
}

TEST(ProbeWorker, one_with_the_number_of_a_dead_one_is_another_one) {
  ProbeStory story;
  story.in(seconds{8}, [&] { ++story.workers()[0].start_ticks; });
  EXPECT_EQ(story.run(Verb::Probe).code(), "RESPAWN_LOOP");
}

TEST(ProbeWorker, between_two_lives_there_is_none_and_that_is_a_loop_too) {
  ProbeStory story;
  story.in(seconds{8}, [&] { story.workers().clear(); });
  EXPECT_EQ(story.run(Verb::Probe).code(), "RESPAWN_LOOP");
}

TEST(ProbeWorker, one_that_came_late_is_watched_as_long_as_any) {
  ProbeStory story;
  const base::TimePoint before = story.host.world.now();
  story.workers().clear();
  story.in(seconds{15}, [&] { story.workers() = {{777, story.host.world.now(), 2}}; });
  EXPECT_EQ(story.run(Verb::Probe).message(), "");
  EXPECT_GE(story.host.world.now() - before, seconds{15 + 20});

  ProbeStory other;
  other.workers().clear();
  other.in(seconds{15}, [&] { other.workers() = {{777, other.host.world.now(), 2}}; });
  other.in(seconds{30}, [&] { other.workers() = {{778, other.host.world.now(), 3}}; });
  EXPECT_EQ(other.run(Verb::Probe).code(), "RESPAWN_LOOP");
}

TEST(ProbeWorker, a_death_before_the_registration_is_forgiven) {
  ProbeStory story;
  story.in(seconds{1}, [&] { story.workers() = {{777, story.host.world.now(), 2}}; });
  const Told told = story.run(Verb::Probe);
  EXPECT_EQ(told.message(), "");
  EXPECT_NE(told.summary(kSteady).find("its worker 777"), std::string::npos);
}

TEST(ProbeWorker, a_main_process_without_one_does_the_work_itself) {
  ProbeStory story;
  story.workers().clear();
  EXPECT_EQ(story.run(Verb::Probe).message(), "");
}

TEST(ProbeWorker, of_a_release_without_masters_the_children_may_come_and_go) {
  ConductorStory story;
  story.args.from = {29, 0};
  story.args.to = {35, 0};
  story.host.release.number = {29, 0};
  story.host.has_schema = false;
  auto& daemon = story.host.services.daemons[FakeHost::kConductor];
  daemon.workers = {{777, story.host.world.now(), 2}};
  story.host.world.in(seconds{8}, [&] { daemon.workers.clear(); });
  EXPECT_EQ(story.run(Verb::Probe).message(), "");
}

}  // namespace
}  // namespace rollmill::test
