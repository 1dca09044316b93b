#include <gtest/gtest.h>

#include <algorithm>

#include "sim/ironic/roll.h"
#include "sim/ironic/tools.h"

/// Each fact of IRONIC.md and LAB.md about processes and requests that the model holds.
namespace rollmill::test {
namespace {

using core::Verb;
using sim::Call;
using sim::Daemon;
using sim::Refusal;
using std::chrono::seconds;

/// What a person does by hand, without an agent.
class Lab : public Roll {
 public:
  explicit Lab(core::ReleaseNumber release = {35, 0}, std::size_t conductors = 3)
      : Roll(quiet(release, conductors)) {}

  static sim::Layout quiet(core::ReleaseNumber release, std::size_t conductors) {
    sim::Layout made = layout(conductors, 2);
    made.release = release;
    made.traffic = false;
    made.nodes_per_group = 24;
    return made;
  }
  sim::Ironic& ironic() { return site.site().ironic; }
  const Daemon& api() { return *ironic().apis.front(); }
  /// Stops a service as the service manager does; how long it took.
  base::Duration stop(const std::string& name) {
    base::Duration took{};
    sim::Program hand(time, nullptr);
    bool done = false;
    hand.start([&] {
      const base::TimePoint before = time.now();
      (void)host(name).output().bind(core::TaskKey{{"hand"}, {++step}, 1, 1});
      const Daemon& unit = daemon(name);
      (void)host(name).ports().services.set_window(unit.service.name, seconds{900});
      (void)host(name).ports().services.stop(unit.service.name, seconds{900});
      took = time.now() - before;
      done = true;
    });
    while (!done && time.step()) {
    }
    return took;
  }
  bool alive(const std::string& name) { return ironic().alive(daemon(name).place, api()); }
  sim::Node& node_of(const std::string& name) {
    for (sim::Node& node : ironic().nodes)
      if (ironic().mapped(node, api()) == &daemon(name)) return node;
    std::abort();
  }
  std::uint32_t step = 0;
};

// IRONIC.md 5, "Stop, by release": 3-4 s with two conductors, 16 s with three.
TEST(Facts, an_idle_stop_of_35_waits_for_the_rings_with_three_conductors_only) {
  Lab three;
  EXPECT_GE(three.stop("cond1"), seconds{16});
  EXPECT_LE(three.stop("cond2"), seconds{4});
}

// IRONIC.md 5: 23.1 - 31.x always take the full graceful_shutdown_timeout.
TEST(Facts, a_stop_of_29_takes_its_whole_grace) {
  Lab old({29, 0});
  EXPECT_EQ(old.stop("cond1"), seconds{60});
}

// LAB.md 5: the unit's TimeoutStopSec kills a conductor in mid stop.
TEST(Facts, the_service_manager_kills_at_its_limit) {
  Lab old({29, 0});
  sim::Daemon& unit = old.daemon("cond1");
  sim::Program hand(old.time, nullptr);
  base::Duration took{};
  hand.start([&] {
    (void)old.host("cond1").output().bind(core::TaskKey{{"hand"}, {1}, 1, 1});
    const base::TimePoint before = old.time.now();
    (void)old.host("cond1").ports().services.stop(unit.service.name, seconds{900});
    took = old.time.now() - before;
  });
  old.pass(seconds{30});
  EXPECT_EQ(took, seconds{15});
  EXPECT_FALSE(unit.process);
}

// IRONIC.md 5, "REST view": before 25.0 alive is the heartbeat's age alone.
TEST(Facts, alive_knows_a_clean_stop_from_25_on) {
  Lab old({21, 4});
  Lab now({35, 0});
  old.stop("cond1");
  now.stop("cond1");
  EXPECT_TRUE(old.alive("cond1"));
  EXPECT_FALSE(now.alive("cond1"));
  old.pass(seconds{61});
  EXPECT_FALSE(old.alive("cond1"));
}

// LAB.md 7.8: a crash is seen after the heartbeat timeout.
TEST(Facts, a_dead_conductor_is_alive_until_its_heartbeat_is_too_old) {
  Lab lab;
  lab.host("cond1").reboot(std::chrono::minutes{5});
  lab.pass(seconds{40});
  EXPECT_TRUE(lab.alive("cond1"));
  lab.pass(seconds{30});
  EXPECT_FALSE(lab.alive("cond1"));
}

// LAB.md 7.1: the executor of a stopping conductor is shut at once, its RPC server answers.
TEST(Facts, a_stopping_35_refuses_work_and_still_patches) {
  Lab lab;
  sim::Node& node = lab.node_of("cond1");
  sim::Program hand(lab.time, nullptr);
  hand.start([&] {
    (void)lab.host("cond1").output().bind(core::TaskKey{{"hand"}, {1}, 1, 1});
    (void)lab.host("cond1").ports().services.stop("ironic-conductor", seconds{60});
  });
  lab.pass(seconds{1});
  EXPECT_EQ(lab.ironic().call(lab.api(), node, Call::Act), Refusal::Rpc);
  EXPECT_EQ(lab.ironic().call(lab.api(), node, Call::Patch), Refusal::None);
}

// LAB.md 7.2: a refused delete leaves the node in deleting; the conductor's start makes it error.
TEST(Facts, a_refused_delete_is_made_error_by_the_next_start) {
  Lab lab;
  sim::Node& node = lab.node_of("cond1");
  node.state = sim::NodeState::Active;
  sim::Program hand(lab.time, nullptr);
  hand.start([&] {
    (void)lab.host("cond1").output().bind(core::TaskKey{{"hand"}, {1}, 1, 1});
    (void)lab.host("cond1").ports().services.stop("ironic-conductor", seconds{60});
    (void)lab.host("cond1").ports().services.start("ironic-conductor");
  });
  lab.pass(seconds{1});
  EXPECT_EQ(lab.ironic().provision(lab.api(), node, seconds{5}), Refusal::Rpc);
  EXPECT_EQ(node.state, sim::NodeState::Deleting);
  EXPECT_EQ(node.reserved_by, sim::kNobody);
  lab.pass(seconds{30});
  EXPECT_EQ(node.state, sim::NodeState::Error);
  EXPECT_NE(node.last_error.find("can't be resumed by conductor cond1"), std::string::npos);
}

// IRONIC.md 5, "Hash-ring wait is skipped with 2 conductors": a gap until the ring is built anew.
TEST(Facts, with_two_conductors_an_old_ring_leads_to_a_closed_port) {
  Lab two({35, 0}, 2);
  sim::Node& node = two.node_of("cond1");
  two.pass(two.ironic().ring_of(two.api()) + base::Duration{15010} - two.time.now());
  two.stop("cond1");
  EXPECT_EQ(two.ironic().call(two.api(), node, Call::Read), Refusal::Closed);
  two.pass(seconds{16});
  EXPECT_EQ(two.ironic().call(two.api(), node, Call::Read), Refusal::None);
}

// IRONIC.md 5, "In-flight work and what dies": peers fail a deploy after the heartbeat timeout.
TEST(Facts, work_of_a_dead_conductor_is_failed_by_its_peers) {
  Lab lab;
  ASSERT_TRUE(lab.host("cond1").keep_busy(std::chrono::minutes{20}));
  const auto busy = std::find_if(lab.ironic().nodes.begin(), lab.ironic().nodes.end(),
                                 [](const sim::Node& each) { return each.reserved_by == 0; });
  ASSERT_NE(busy, lab.ironic().nodes.end());
  lab.host("cond1").reboot(std::chrono::minutes{10});
  lab.pass(seconds{50});
  EXPECT_EQ(busy->state, sim::NodeState::Deploying);
  lab.pass(seconds{75});
  EXPECT_EQ(busy->state, sim::NodeState::DeployFailed);
  EXPECT_NE(busy->last_error.find("take over"), std::string::npos);
}

// IRONIC.md 5, "Start" 1 and 4: its own start clears its locks and fails what it cannot resume.
TEST(Facts, a_start_frees_and_fails_what_its_last_life_had_in_hands) {
  Lab lab;
  ASSERT_TRUE(lab.host("cond1").keep_busy(std::chrono::minutes{20}));
  lab.host("cond1").reboot(seconds{20});
  lab.pass(seconds{40});
  const auto& nodes = lab.ironic().nodes;
  EXPECT_TRUE(std::any_of(nodes.begin(), nodes.end(), [](const sim::Node& each) {
    return each.state == sim::NodeState::DeployFailed && each.reserved_by == sim::kNobody;
  }));
}

// LAB.md 7.9: with 29.0 and 35.0 side by side every PATCH fails, lists and power do not.
TEST(Facts, patches_fail_between_29_and_35) {
  Lab old({29, 0});
  sim::Node& node = old.node_of("cond1");
  old.daemon("cond1").process->release = sim::ReleaseId::R35;
  old.ironic().database.upgrade(sim::ReleaseId::R35);
  EXPECT_EQ(old.ironic().call(old.api(), node, Call::Patch), Refusal::Rpc);
  EXPECT_EQ(old.ironic().call(old.api(), node, Call::Act), Refusal::None);
  EXPECT_EQ(old.ironic().list(old.api()), Refusal::None);
}

// LAB.md 8: an unpinned 35.0 conductor beside 29.0: GET /v1/conductors is 500 through old APIs.
TEST(Facts, one_row_of_an_unpinned_conductor_breaks_the_registry_for_old_apis) {
  Lab old({29, 0});
  sim::Daemon& unit = old.daemon("cond1");
  old.ironic().database.upgrade(sim::ReleaseId::R35);
  unit.process->release = unit.process->writes = sim::ReleaseId::R35;
  old.ironic().conductor_registers(unit);
  EXPECT_EQ(old.ironic().list_conductors(old.api()), Refusal::Rows);
  EXPECT_EQ(old.ironic().list(old.api()), Refusal::None);
  EXPECT_EQ(old.ironic().patch(old.api(), old.node_of("cond1")), Refusal::Rpc);
  unit.process->pinned = false;
  ASSERT_EQ(old.ironic().power(old.api(), old.node_of("cond1")), Refusal::None);
  old.pass(seconds{5});
  old.ironic().settle();
  EXPECT_EQ(old.ironic().list(old.api()), Refusal::Rows);
}

// IRONIC.md 6, LP 2151134: 35.0 with [healthcheck]enabled answers 200 and no JSON on every path.
TEST(Facts, an_enabled_healthcheck_swallows_the_api_of_35) {
  Lab lab;
  lab.site.enable_healthcheck(true);
  EXPECT_EQ(lab.ironic().list(lab.api()), Refusal::Swallowed);
  EXPECT_EQ(lab.run("api1", Verb::Inspect), "ok");
  EXPECT_NE(lab.message().find("api.answers-json"), std::string::npos);
}

// IRONIC.md 3, "The option": another name than MAJOR.MINOR of an older release ends the conductor.
TEST(Facts, a_wrong_pin_ends_a_conductor_at_its_start) {
  Lab lab;
  lab.stop("cond1");
  lab.host("cond1").set_operator_pin("epoxy");
  sim::Program hand(lab.time, nullptr);
  bool failed = false;
  hand.start([&] {
    (void)lab.host("cond1").output().bind(core::TaskKey{{"hand"}, {9}, 1, 1});
    failed = !lab.host("cond1").ports().services.start("ironic-conductor");
  });
  lab.pass(seconds{5});
  EXPECT_TRUE(failed);
  EXPECT_FALSE(lab.daemon("cond1").process);
}

// IRONIC.md 5, "Start": from 32.0 on a dead worker hides behind a living master.
TEST(Facts, a_worker_that_dies_hides_behind_its_master) {
  Lab lab;
  lab.host("cond1").break_service();
  lab.host("cond1").reboot(seconds{5});
  lab.pass(seconds{60});
  const auto status = lab.host("cond1").ports().services.status("ironic-conductor");
  ASSERT_TRUE(status);
  EXPECT_TRUE(status->active);
  EXPECT_EQ(status->restarts, 0U);
  lab.pass(seconds{60});
  EXPECT_FALSE(lab.alive("cond1"));
  lab.host("cond1").repair();
  lab.pass(seconds{10});
  EXPECT_TRUE(lab.site.healthy());
}

}  // namespace
}  // namespace rollmill::test
