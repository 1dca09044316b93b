#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Effects = std::vector<std::string>;

TEST(Start, starts_the_new_release_pinned_and_proves_the_process) {
  ConductorStory story;
  story.make_ready_to_start();
  const Told told = story.run(Verb::Start);
  EXPECT_EQ(told.message(), "");
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(story.effects(), (Effects{"start ironic-conductor 39.0 35.0"}));
  EXPECT_EQ(told.verdict("start.pin-in-force"), "ok");
  EXPECT_EQ(told.verdict("conductor.process-new"), "ok");
  EXPECT_EQ(told.facts().services[0].release, "39.0");
  EXPECT_FALSE(told.facts().services[0].config_newer_than_process);
}

TEST(Start, leaves_a_right_process_alone) {
  ConductorStory story;
  story.make_started();
  const Told told = story.run(Verb::Start);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_FALSE(told.changed());
  EXPECT_TRUE(story.effects().empty());
}

TEST(Start, never_starts_new_code_without_its_pin) {
  ConductorStory story;
  story.make_ready_to_start();
  story.host.config.ours.clear();
  EXPECT_EQ(story.run(Verb::Start).code(), "PIN_WRONG");
  story.host.config.ours = {{"DEFAULT", "pin_release_version", "29.0"}};
  EXPECT_EQ(story.run(Verb::Start).code(), "PIN_WRONG");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Start, starts_nothing_pinned_after_the_gate) {
  ConductorStory story;
  story.make_ready_to_start();
  story.args.pinned = false;
  EXPECT_EQ(story.run(Verb::Start).code(), "PIN_WRONG");
  story.host.config.ours.clear();
  EXPECT_TRUE(story.run(Verb::Start).ok());
  EXPECT_EQ(story.effects(), (Effects{"start ironic-conductor 39.0 unpinned"}));
}

TEST(Start, refuses_another_installed_release) {
  ConductorStory story;
  story.make_ready_to_start();
  story.host.release.number = {35, 0};
  EXPECT_EQ(story.run(Verb::Start).code(), "RELEASE_NOT_INSTALLED");
  story.host.release.number = {39, 0};
  story.host.release.clean = false;
  EXPECT_EQ(story.run(Verb::Start).code(), "RELEASE_NOT_INSTALLED");
}

TEST(Start, refuses_a_process_that_is_older_than_its_files_or_its_pin) {
  ConductorStory story;
  story.make_started();
  story.host.world.pass(minutes{1});
  story.host.config.changed = story.host.world.now();
  EXPECT_EQ(story.run(Verb::Start).code(), "PROCESS_WRONG");
  story.host.config.changed = story.host.world.now() - hours{1};
  story.host.release.changed_at = story.host.world.now();
  EXPECT_EQ(story.run(Verb::Start).code(), "PROCESS_WRONG");
}

/// It may have read the pin before it was changed, or after.
TEST(Start, does_not_believe_a_process_that_a_person_started_with_the_change) {
  for (const auto later : {milliseconds{-3}, milliseconds{0}, milliseconds{100}}) {
    for (const bool by_install : {true, false}) {
      ConductorStory story;
      story.make_started();
      story.host.world.pass(minutes{1});
      const base::TimePoint now = story.host.world.now();
      (by_install ? story.host.release.changed_at : story.host.config.changed) = now;
      story.host.services.daemons[FakeHost::kConductor].main->started_at = now + later;
      const Told told = story.run(Verb::Start);
      EXPECT_EQ(told.code(), "PROCESS_WRONG") << later.count();
      EXPECT_NE(told.message().find("it may not have read the change. Restart it."),
                std::string::npos)
          << told.message();
    }
  }
}

TEST(Start, believes_a_process_that_a_person_started_after_the_change) {
  ConductorStory story;
  story.make_started();
  story.host.services.daemons[FakeHost::kConductor].main->started_at =
      story.host.config.changed + milliseconds{101};
  EXPECT_EQ(story.run(Verb::Start).message(), "");
}

/// A clock that was set back a little is waited for; one that is an hour behind is told.
TEST(Start, leaves_time_between_a_change_and_its_own_start) {
  for (const auto ahead : {milliseconds{-150}, milliseconds{0}, milliseconds{3000}}) {
    ConductorStory story;
    story.make_ready_to_start();
    story.host.config.changed = story.host.world.now() + ahead;
    EXPECT_EQ(story.run(Verb::Start).message(), "") << ahead.count();
    EXPECT_EQ(story.host.services.daemons[FakeHost::kConductor].main->started_at,
              story.host.config.changed + milliseconds{200})
        << ahead.count();
    EXPECT_EQ(story.run(Verb::Start).message(), "") << "a repeat finds it right";
  }
  ConductorStory story;
  story.make_ready_to_start();
  story.host.config.changed = story.host.world.now() + hours{1};
  const Told told = story.run(Verb::Start);
  EXPECT_NE(told.message().find("began before its configuration was last changed"),
            std::string::npos)
      << told.message();
}

TEST(Start, refuses_while_processes_of_an_earlier_start_are_left) {
  ConductorStory story;
  story.make_ready_to_start();
  story.host.services.leftovers[FakeHost::kConductor] = {4242};
  EXPECT_EQ(story.run(Verb::Start).code(), "PROCESS_NOT_GONE");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Start, tells_a_refusal_a_death_at_once_and_a_death_soon_apart) {
  {
    ConductorStory story;
    story.make_ready_to_start();
    story.host.world.broken["services.start"] = "unit is masked";
    EXPECT_EQ(story.run(Verb::Start).code(), "START_FAILED");
  }
  {
    ConductorStory story;
    story.make_ready_to_start();
    story.host.services.dies_at_once = true;
    EXPECT_EQ(story.run(Verb::Start).code(), "START_DIED");
  }
  {
    ConductorStory story;
    story.make_ready_to_start();
    story.host.services.dies_soon = true;
    EXPECT_EQ(story.run(Verb::Start).code(), "START_DIED");
  }
}

TEST(ProbeConductor, believes_only_two_heartbeats_of_the_new_process) {
  ConductorStory story;
  story.make_started();
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Probe);
  EXPECT_EQ(told.message(), "");
  EXPECT_FALSE(told.changed());
  for (const char* id :
       {"conductor.process-new", "start.pin-in-force", "conductor.registered",
        "conductor.heartbeat-fresh", "conductor.hardware-types", "conductor.round-trip",
        "conductor.rows-still-old", "conductor.no-respawn-loop", "conductor.no-take-over-failures"})
    EXPECT_EQ(told.verdict(id), "ok") << id << ": " << told.summary(id);
  EXPECT_GT(story.host.world.now() - before, seconds{10});
  EXPECT_TRUE(story.effects().empty());
}

TEST(ProbeConductor, of_an_old_service_asks_only_whether_it_works) {
  ConductorStory story;
  story.host.config.changed = story.host.world.now();  // waits for a restart: not our business yet
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.verdict("conductor.round-trip"), "ok");
}

TEST(ProbeConductor, gives_each_failure_its_own_code) {
  struct Row {
    const char* code;
    std::function<void(ConductorStory&)> break_it;
  };
  const std::vector<Row> rows = {
      {"PROCESS_WRONG",
       [](auto& s) { s.host.services.daemons[FakeHost::kConductor].main.reset(); }},
      {"PROCESS_WRONG", [](auto& s) { s.host.release.changed_at = s.host.world.now() + hours{1}; }},
      {"PIN_WRONG", [](auto& s) { s.host.config.ours.clear(); }},
      {"CONDUCTOR_NOT_REGISTERED", [](auto& s) { FakeApi::fall_silent(s.host.ironic, "cond1"); }},
      {"CONDUCTOR_NOT_REGISTERED", [](auto& s) { s.host.ironic.conductors[0].row.hostname = "c"; }},
      {"CONDUCTOR_NOT_REGISTERED", [](auto& s) { s.host.world.broken["api.conductors"] = "500"; }},
      {"HEARTBEAT_STALE",
       [](auto& s) { s.host.ironic.conductors[0].frozen_at = s.host.world.now() - seconds{30}; }},
      {"HEARTBEAT_STALE",
       [](auto& s) { s.host.ironic.conductors[0].frozen_at = s.host.world.now() + seconds{1}; }},
      {"HARDWARE_TYPES_MISSING",
       [](auto& s) {
         s.host.config.operators[{"DEFAULT", "enabled_hardware_types"}] = "fake-hardware, ipmi";
       }},
      {"HARDWARE_TYPES_MISSING", [](auto& s) { s.host.ironic.conductors[0].row.drivers.clear(); }},
      {"ROUND_TRIP_FAILED", [](auto& s) { s.host.world.broken["api.round_trip"] = "500"; }},
      {"ROWS_TOO_NEW", [](auto& s) { s.host.schema.rows["node_history"]["1.3"] = 1; }},
      {"RESPAWN_LOOP",
       [](auto& s) {
         s.host.world.in(seconds{8},
                         [&s] { s.host.services.daemons[FakeHost::kConductor].main->pid += 7; });
       }},
      {"RESPAWN_LOOP",
       [](auto& s) {
         s.host.world.in(seconds{8},
                         [&s] { ++s.host.services.daemons[FakeHost::kConductor].restarts; });
       }},
  };
  for (const Row& row : rows) {
    ConductorStory story;
    story.make_started();
    row.break_it(story);
    const Told told = story.run(Verb::Probe);
    EXPECT_EQ(told.code(), row.code) << told.message();
  }
}

TEST(ProbeConductor, does_not_take_the_old_processes_last_heartbeat_for_a_new_one) {
  ConductorStory story;
  story.make_started();
  story.host.ironic.conductors[0].registered_at = story.host.world.now() - seconds{9};
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_NE(told.waited.front().find("HEARTBEAT_STALE: The last heartbeat of cond1"),
            std::string::npos)
      << told.waited.front();
}

TEST(ProbeConductor, names_nodes_that_a_take_over_failed_since_the_stop) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].window = minutes{15};
  ASSERT_TRUE(story.run(Verb::Stop).ok());
  auto& nodes = story.host.ironic.nodes;
  nodes[0].provision_state = "deploy failed";
  nodes[0].last_error = "Operation was aborted due to conductor take over";
  nodes[0].provision_updated_at = story.host.world.now();
  nodes[1].provision_state = "deploy failed";  // long ago
  nodes[1].last_error = nodes[0].last_error;
  story.make_started();
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.verdict("conductor.no-take-over-failures"), "warning");
  EXPECT_NE(told.summary("conductor.no-take-over-failures").find("n01"), std::string::npos);
  EXPECT_EQ(told.summary("conductor.no-take-over-failures").find("n02"), std::string::npos);
}

TEST(ProbeConductor, wants_new_rows_when_it_is_unpinned) {
  ConductorStory story;
  story.args.from = {29, 0};
  story.args.to = {35, 0};
  story.args.new_release = true;
  story.host.schema.rows["conductors"] = {{"1.4", 2}};
  EXPECT_EQ(story.run(Verb::Probe).code(), "ROWS_NOT_NEW");
  story.host.schema.rows["conductors"] = {{"1.4", 1}, {"1.6", 1}};
  EXPECT_EQ(story.run(Verb::Probe).message(), "");
}

TEST(ProbeConductor, tells_when_the_host_cannot_read_the_rows) {
  ConductorStory story;
  story.make_started();
  story.host.has_schema = false;
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok());
  EXPECT_EQ(told.verdict("conductor.rows-still-old"), "warning");
}

TEST(ProbeConductor, ends_its_wait_when_it_is_cancelled) {
  ConductorStory story;
  story.make_started();
  story.cancel_after = seconds{3};
  EXPECT_EQ(story.run(Verb::Probe).code(), "CANCELLED");
}

}  // namespace
}  // namespace rollmill::test
