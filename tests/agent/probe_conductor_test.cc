// What a probe of a conductor may believe: whose answer a read was.

#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::seconds;

constexpr const char* kRoundTrip = "conductor.round-trip";

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

}  // namespace
}  // namespace rollmill::test
