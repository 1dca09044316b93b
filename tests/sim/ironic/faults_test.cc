#include <gtest/gtest.h>

#include <algorithm>

#include "sim/ironic/roll.h"

/// What the agent's real verbs say to each fault of the model, and that a person clears it.
namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using std::chrono::seconds;

/// A fleet at the beginning of its first turn.
class Faults : public Roll {
 public:
  explicit Faults(std::uint64_t seed = 1) : Roll(quiet(), seed) {
    EXPECT_EQ(before(), "");
    args.new_release = args.pinned = true;
  }
  static sim::Layout quiet() {
    sim::Layout made = layout(3, 2);
    made.traffic = false;
    made.nodes_per_group = 24;
    return made;
  }
  std::string stopped() {
    run("cond1", Verb::Drain);
    return run("cond1", Verb::Stop);
  }
  void expect_kept() { EXPECT_EQ(site.broken_promises(), std::vector<std::string>()); }
};

TEST(Faults, a_failed_installation_is_made_good_by_the_second_round) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  faults.host("cond1").fail_install(1);
  EXPECT_EQ(faults.run("cond1", Verb::Install), "ok");
  faults.expect_kept();
}

TEST(Faults, an_installation_that_keeps_failing_fails_the_step) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  faults.host("cond1").fail_install(2);
  EXPECT_NE(faults.run("cond1", Verb::Install), "ok");
  EXPECT_EQ(faults.run("cond1", Verb::Install), "ok");
  faults.expect_kept();
}

TEST(Faults, an_interrupted_installation_is_finished) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  faults.host("cond1").interrupt_install();
  EXPECT_EQ(faults.run("cond1", Verb::Install), "ok");
  EXPECT_EQ(faults.turn("cond1"), "");
  faults.expect_kept();
}

TEST(Faults, an_agent_that_dies_in_an_installation_finds_it_done) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  faults.run_and_kill("cond1", Verb::Install, seconds{1});
  faults.repeat();
  EXPECT_EQ(faults.run("cond1", Verb::Install), "ok");
  const auto found = deeds(faults.site, "cond1");
  EXPECT_EQ(std::count(found.begin(), found.end(), "cond1 install"), 1);
  faults.expect_kept();
}

TEST(Faults, an_agent_that_dies_in_a_stop_joins_it) {
  Faults faults;
  faults.run("cond1", Verb::Drain);
  faults.run_and_kill("cond1", Verb::Stop, seconds{2});
  faults.repeat();
  EXPECT_EQ(faults.run("cond1", Verb::Stop), "ok");
  const auto found = deeds(faults.site, "cond1");
  EXPECT_EQ(std::count(found.begin(), found.end(), "cond1 stop"), 1);
  faults.expect_kept();
}

TEST(Faults, a_migration_that_was_cut_off_waits_for_a_person) {
  sim::Layout small = layout(3, 2);
  Roll roll(small);
  roll.host("admin").cut_migration();
  EXPECT_NE(roll.before().find("admin expand EXPAND_PARTIAL"), std::string::npos);
  EXPECT_EQ(roll.run("admin", Verb::Expand), "EXPAND_PARTIAL");
  EXPECT_FALSE(roll.site.healthy());
  roll.host("admin").repair();
  EXPECT_EQ(roll.run("admin", Verb::Expand), "ok");
  EXPECT_TRUE(roll.site.healthy());
}

TEST(Faults, a_power_cut_in_the_expand_leaves_half_a_migration) {
  sim::Layout old = layout(3, 2);
  old.release = {29, 0};
  Roll roll(old);
  roll.to = roll.args.to = {35, 0};
  roll.args.baseline = true;
  for (const Verb verb : {Verb::Stage, Verb::Survey, Verb::Install})
    ASSERT_EQ(roll.run("admin", verb), "ok");
  roll.run_and_kill("admin", Verb::Expand, seconds{10});
  roll.host("admin").reboot(seconds{30});
  roll.pass(minutes{1});
  roll.repeat();
  EXPECT_EQ(roll.run("admin", Verb::Expand), "EXPAND_PARTIAL");
}

TEST(Faults, a_conductor_that_never_registers_fails_its_probe) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  ASSERT_EQ(faults.run("cond1", Verb::Install), "ok");
  faults.host("cond1").break_service();
  EXPECT_EQ(faults.run("cond1", Verb::Start), "ok");
  faults.limit = minutes{5};
  EXPECT_NE(faults.run("cond1", Verb::Probe), "ok");
  faults.host("cond1").repair();
  EXPECT_EQ(faults.run("cond1", Verb::Probe), "ok");
  faults.expect_kept();
}

TEST(Faults, a_service_that_dies_after_its_start_is_seen) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  ASSERT_EQ(faults.run("cond1", Verb::Install), "ok");
  faults.host("cond1").die_after_start(seconds{2}, 3);
  EXPECT_EQ(faults.run("cond1", Verb::Start), "START_DIED");
  faults.host("cond1").repair();
  faults.pass(seconds{10});
  EXPECT_EQ(faults.run("cond1", Verb::Start), "ok");
  EXPECT_EQ(faults.run("cond1", Verb::Probe), "ok");
}

TEST(Faults, an_edit_of_our_drop_in_is_never_overwritten) {
  Faults faults;
  ASSERT_TRUE(faults.host("cond1").edit_drop_in(false));
  EXPECT_EQ(faults.run("cond1", Verb::Pin), "DROP_IN_EDITED");
  EXPECT_FALSE(faults.site.healthy());
  faults.host("cond1").repair();
  EXPECT_EQ(faults.run("cond1", Verb::Pin), "ok");
}

TEST(Faults, a_pin_of_the_operator_stops_a_start) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  ASSERT_EQ(faults.run("cond1", Verb::Install), "ok");
  faults.host("cond1").set_operator_pin("29.0");
  EXPECT_NE(faults.run("cond1", Verb::Start), "ok");
  faults.host("cond1").repair();
  EXPECT_EQ(faults.run("cond1", Verb::Start), "ok");
  faults.expect_kept();
}

TEST(Faults, a_frozen_heartbeat_fails_the_probe) {
  Faults faults;
  for (const Verb verb : {Verb::Drain, Verb::Stop, Verb::Install, Verb::Start})
    ASSERT_EQ(faults.run("cond1", verb), "ok");
  faults.pass(seconds{20});
  faults.host("cond1").freeze_heartbeat();
  faults.limit = minutes{3};
  EXPECT_EQ(faults.run("cond1", Verb::Probe), "HEARTBEAT_STALE");
  faults.host("cond1").repair();
  faults.pass(seconds{20});
  EXPECT_EQ(faults.run("cond1", Verb::Probe), "ok");
}

TEST(Faults, work_for_long_blocks_the_drain) {
  Faults faults;
  ASSERT_TRUE(faults.host("cond1").keep_busy(minutes{40}));
  EXPECT_EQ(faults.run("cond1", Verb::Drain), "NODES_BUSY");
  EXPECT_EQ(faults.run("cond1", Verb::Drain), "ok");
}

TEST(Faults, a_full_disk_stops_the_stage) {
  Roll roll(layout(3, 2));
  roll.host("cond1").fill_disk();
  EXPECT_EQ(roll.run("cond1", Verb::Stage), "DISK_SPACE_LOW");
  roll.host("cond1").repair();
  EXPECT_EQ(roll.run("cond1", Verb::Stage), "ok");
}

TEST(Faults, a_balancer_that_is_silent_delays_the_drain) {
  Faults faults;
  faults.site.silence_balancer(seconds{40});
  EXPECT_NE(faults.run("api1", Verb::Drain), "ok");
  faults.pass(seconds{40});
  EXPECT_EQ(faults.run("api1", Verb::Drain), "ok");
}

TEST(Faults, a_clock_that_is_wrong_by_some_seconds_does_no_harm) {
  Faults faults;
  faults.host("cond2").shift_clock(seconds{3});
  faults.host("cond3").shift_clock(-seconds{3});
  for (const char* name : {"cond1", "cond2", "cond3"}) EXPECT_EQ(faults.turn(name), "");
  faults.expect_kept();
}

TEST(Faults, an_api_that_answers_slowly_is_only_slow) {
  Faults faults;
  faults.site.slow_api(base::Duration{1500});
  EXPECT_EQ(faults.turn("cond1"), "");
  EXPECT_EQ(faults.turn("api1"), "");
  faults.expect_kept();
}

TEST(Faults, a_person_sets_right_what_was_left_by_half) {
  Faults faults;
  ASSERT_EQ(faults.stopped(), "ok");
  ASSERT_EQ(faults.run("api1", Verb::Drain), "ok");
  faults.host("cond1").repair();
  faults.pass(seconds{10});
  EXPECT_FALSE(faults.site.healthy());
  for (const char* name : {"cond1", "api1"}) faults.host(name).set_right();
  faults.pass(seconds{10});
  EXPECT_TRUE(faults.site.healthy()) << faults.site.describe();
  faults.expect_kept();
}

// Both releases are in the archive: the old one is installed over the new one, on the new schema.
TEST(Faults, a_turn_can_be_taken_back) {
  Faults faults;
  ASSERT_EQ(faults.turn("cond1"), "");
  std::swap(faults.args.from, faults.args.to);
  faults.args.new_release = true;
  faults.args.pinned = false;
  for (const Verb verb :
       {Verb::Stage, Verb::Drain, Verb::Stop, Verb::Install, Verb::Unpin, Verb::Start, Verb::Probe})
    EXPECT_EQ(faults.run("cond1", verb), "ok") << core::to_string(verb) << faults.message();
  EXPECT_EQ(faults.daemon("cond1").process->release, sim::ReleaseId::R35);
  EXPECT_FALSE(faults.daemon("cond1").process->pinned);
  faults.expect_kept();
}

TEST(Faults, a_reboot_in_an_installation_leaves_it_to_be_finished) {
  for (std::uint64_t seed = 1; seed < 5; ++seed) {
    Faults faults(seed);
    ASSERT_EQ(faults.stopped(), "ok");
    faults.run_and_kill("cond1", Verb::Install, seconds{2});
    faults.host("cond1").reboot(seconds{20});
    EXPECT_TRUE(faults.host("cond1").is_off());
    faults.pass(seconds{30});
    faults.repeat();
    EXPECT_EQ(faults.run("cond1", Verb::Install), "ok") << faults.message();
    EXPECT_EQ(faults.run("cond1", Verb::Start), "ok") << faults.message();
    faults.expect_kept();
  }
}

}  // namespace
}  // namespace rollmill::test
