#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::hours;
using Effects = std::vector<std::string>;

TEST(Inspect, of_a_healthy_conductor_finds_everything_well_and_changes_nothing) {
  ConductorStory story;
  story.args.service = "";
  const Told told = story.run(Verb::Inspect);
  ASSERT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  for (const char* id :
       {"preflight.release-readable", "preflight.package-clean", "preflight.drop-in-clean",
        "preflight.no-pin", "preflight.json-rpc-port", "preflight.disk-space",
        "preflight.services-run", "preflight.config-in-force", "preflight.registry-readable",
        "preflight.conductor-alive"})
    EXPECT_EQ(told.verdict(id), "ok") << id << ": " << told.summary(id);
  EXPECT_EQ(told.verdict("preflight.stop-timeout"), "warning");  // 15 s, as Debian's units have it
  EXPECT_TRUE(story.effects().empty());
}

TEST(Inspect, reads_the_host_for_the_judgement_of_the_fleet) {
  ConductorStory story;
  story.args.service = "";
  const core::HostFacts facts = story.run(Verb::Inspect).facts();
  EXPECT_EQ(facts.read_at, story.host.world.now());
  EXPECT_EQ(facts.installed_release, "35.0");
  ASSERT_EQ(facts.services.size(), 1U);
  EXPECT_TRUE(facts.services[0].running);
  EXPECT_EQ(facts.services[0].release, "35.0");
  EXPECT_EQ(facts.services[0].pin, "");
  const std::map<std::string, std::string> expected = {
      {"release.version", "1:35.0.0-1"},
      {"release.clean", "yes"},
      {"release.changed_at", "2026-11-20T15:00:00.000Z"},
      {"release.side_by_side", "no"},
      {"config.drop_in", "none"},
      {"config.pin_source", "none"},
      {"config.ring_reset_s", "15"},
      {"service.ironic-conductor.stop_limit_ms", "15000"},
      {"service.ironic-conductor.restarts", "0"},
      {"conductor.hostname", "cond1"},
      {"disk.free_mb", "20000"},
      {"api.conductors", "cond1||alive|fake-hardware;cond2||alive|fake-hardware"}};
  EXPECT_EQ(facts.details, expected);
}

TEST(Inspect, cannot_tell_the_release_of_a_process_older_than_its_files) {
  ConductorStory story;
  story.args.service = "";
  story.host.release.changed_at = story.host.world.now() - hours{1};
  story.host.release.number = {39, 0};
  EXPECT_EQ(story.run(Verb::Inspect).facts().services[0].release, "");
}

TEST(Inspect, of_an_api_reads_what_it_says_of_itself) {
  ApiStory story;
  story.args.service = "";
  const Told told = story.run(Verb::Inspect);
  EXPECT_EQ(told.verdict("api.answers-json"), "ok");
  EXPECT_EQ(told.verdict("api.balancer-sees-it"), "ok");
  EXPECT_EQ(told.facts().details.at("api.max_microversion"), "1.111");
  EXPECT_EQ(told.facts().details.at("balancer.state"), "UP");
  EXPECT_EQ(told.facts().details.at("balancer.serving"), "yes");
}

template <typename Kind>
struct Row {
  const char* id;
  const char* verdict;
  std::function<void(Kind&)> break_it;
};

template <typename Kind>
void expect_rows(const std::vector<Row<Kind>>& rows) {
  for (const Row<Kind>& row : rows) {
    Kind story;
    story.args.service = "";
    row.break_it(story);
    const Told told = story.run(Verb::Inspect);
    EXPECT_TRUE(told.ok()) << row.id;
    EXPECT_EQ(told.verdict(row.id), row.verdict) << row.id << ": " << told.summary(row.id);
    EXPECT_TRUE(story.effects().empty());
  }
}

TEST(Inspect, notes_each_precondition_that_a_conductor_host_fails) {
  using Kind = ConductorStory;
  const std::pair<std::string, std::string> pin{"DEFAULT", "pin_release_version"};
  expect_rows<Kind>({
      {"preflight.release-readable", "failed",
       [](Kind& s) { s.host.world.broken["release.installed"] = "dpkg is locked"; }},
      {"preflight.package-clean", "failed", [](Kind& s) { s.host.release.clean = false; }},
      {"preflight.package-clean", "warning",
       [](Kind& s) { s.host.release.left_over = "/usr/sbin/policy-rc.d"; }},
      {"preflight.drop-in-clean", "failed", [](Kind& s) { s.host.config.edited = true; }},
      {"preflight.drop-in-clean", "failed",
       [](Kind& s) { s.host.world.broken["config.read"] = "denied"; }},
      {"preflight.no-pin", "failed", [&](Kind& s) { s.host.config.operators[pin] = "35.0"; }},
      {"preflight.no-pin", "failed",
       [](Kind& s) {
         s.host.config.ours = {{"DEFAULT", "pin_release_version", "29.0"}};
       }},
      {"preflight.no-pin", "warning",
       [](Kind& s) {
         s.host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
       }},
      {"preflight.json-rpc-port", "failed",
       [](Kind& s) {
         s.host.config.operators[{"json_rpc", "port"}] = "8090";
       }},
      {"preflight.json-rpc-port", "ok",
       [](Kind& s) {
         s.host.config.operators[{"json_rpc", "port"}] = "8089";
       }},
      {"preflight.disk-space", "failed", [](Kind& s) { s.host.machine.free = 100; }},
      {"preflight.services-run", "failed",
       [](Kind& s) { s.host.services.daemons[FakeHost::kConductor].main.reset(); }},
      {"preflight.config-in-force", "warning",
       [](Kind& s) { s.host.config.changed = s.host.world.now(); }},
      {"preflight.stop-timeout", "ok",
       [](Kind& s) {
         s.host.services.daemons[FakeHost::kConductor].stop_limit = std::chrono::seconds{90};
       }},
      {"preflight.registry-readable", "failed", [](Kind& s) { s.host.deployment.up = false; }},
      {"preflight.conductor-alive", "failed",
       [](Kind& s) { FakeApi::fall_silent(s.host.ironic, "cond1"); }},
      {"preflight.conductor-alive", "failed",
       [](Kind& s) { s.host.settings.services[0].conductor_hostname = "cond1.example"; }},
  });
}

TEST(Inspect, notes_each_precondition_that_an_api_host_fails) {
  using Kind = ApiStory;
  expect_rows<Kind>({
      {"api.answers", "failed", [](Kind& s) { s.host.own_api.up = false; }},
      {"api.answers-json", "failed", [](Kind& s) { s.host.own_api.swallowed = true; }},
      {"api.balancer-sees-it", "warning",
       [](Kind& s) {
         s.host.balancer.now = {false, 0, "DOWN"};
       }},
      {"api.balancer-sees-it", "failed",
       [](Kind& s) { s.host.world.broken["balancer.state"] = "no socket"; }},
  });
}

/// The schema host before anything was done: 35.0 is installed.
struct OldSchemaStory : SchemaStory {
  OldSchemaStory() { host.release.number = {35, 0}; }
};

TEST(Inspect, of_the_schema_host_reads_schema_and_rows) {
  OldSchemaStory story;
  const Told told = story.run(Verb::Inspect);
  for (const char* id : {"preflight.status-check-old", "preflight.data-migrations-old",
                         "preflight.schema-revision", "preflight.database-engine"})
    EXPECT_EQ(told.verdict(id), "ok") << id << ": " << told.summary(id);
  EXPECT_EQ(told.facts().details.at("schema.revision"), "2a3b4c5d6e7f");
  EXPECT_EQ(told.facts().details.at("db.rows"),
            "conductors=2;node_history=36;nodes=20;runbook_steps=1");
  EXPECT_EQ(told.facts().details.at("db.version"), "10.11.6-MariaDB");
}

TEST(Inspect, notes_each_precondition_that_the_schema_fails) {
  using Kind = OldSchemaStory;
  expect_rows<Kind>({
      {"preflight.status-check-old", "failed",
       [](Kind& s) {
         s.host.schema.check = {2, "Object versions"};
       }},
      {"preflight.status-check-old", "warning",
       [](Kind& s) {
         s.host.schema.check = {1, "deprecated"};
       }},
      {"preflight.status-check-old", "warning",
       [](Kind& s) {
         s.host.schema.check = {255, "Unknown column"};
         s.host.release.number = {39, 0};
       }},
      {"preflight.data-migrations-old", "failed",
       [](Kind& s) { s.host.schema.rows["nodes"]["1.41"] = 3; }},
      {"preflight.data-migrations-old", "failed",
       [](Kind& s) { s.host.world.broken["schema.histogram"] = "down"; }},
      {"preflight.schema-revision", "failed", [](Kind& s) { s.host.schema.at = "21c48150dea9"; }},
      {"preflight.schema-revision", "warning", [](Kind& s) { s.host.schema.at = "9fb44677ef15"; }},
      {"preflight.database-engine", "failed",
       [](Kind& s) { s.host.schema.server = "5.5.5-10.1.48-MariaDB"; }},
      {"preflight.database-engine", "failed", [](Kind& s) { s.host.schema.server = "5.7.44"; }},
      {"preflight.database-engine", "ok", [](Kind& s) { s.host.schema.server = "8.0.36"; }},
      {"preflight.database-engine", "warning", [](Kind& s) { s.host.schema.server = ""; }},
  });
}

TEST(Inspect, says_which_tools_may_migrate_rows_and_which_rows_no_tool_brings_back) {
  constexpr const char* kId = "preflight.data-migrations-old";
  OldSchemaStory story;
  story.host.schema.rows["nodes"]["1.40"] = 3;
  const std::string plain = story.run(Verb::Inspect).summary(kId);
  EXPECT_TRUE(plain.ends_with("online_data_migrations of release 35.0 first.")) << plain;
  story.host.release.number = {39, 0};
  const std::string elsewhere = story.run(Verb::Inspect).summary(kId);
  EXPECT_NE(elsewhere.find("on a host that still has it: here it is 39.0"), std::string::npos)
      << elsewhere;
  story.host.schema.rows["nodes"]["1.99"] = 1;
  const std::string newer = story.run(Verb::Inspect).summary(kId);
  EXPECT_NE(newer.find("release 35.0 cannot read them"), std::string::npos) << newer;
  EXPECT_EQ(newer.find("run ironic-dbsync"), std::string::npos) << newer;
}

TEST(Inspect, of_a_schema_host_without_a_schema_driver_fails) {
  OldSchemaStory story;
  story.host.has_schema = false;
  EXPECT_EQ(story.run(Verb::Inspect).code(), "DRIVER_MISSING");
}

TEST(Stage, fetches_beside_the_old_release_and_proves_the_pin) {
  ConductorStory story;
  story.host.release.there.clear();
  const Told told = story.run(Verb::Stage);
  EXPECT_EQ(told.message(), "");
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(told.verdict("stage.read-back"), "ok");
  EXPECT_EQ(told.verdict("stage.pin-accepted"), "ok");
  EXPECT_EQ(story.effects(), (Effects{"stage 39.0"}));
  EXPECT_FALSE(story.run(Verb::Stage).changed());
  EXPECT_EQ(story.effects().size(), 1U);
}

TEST(Stage, refuses_a_release_that_does_not_know_the_old_one) {
  ConductorStory story;
  story.host.release.there.clear();
  story.host.release.pins = {"39.0", "2026.1"};
  EXPECT_EQ(story.run(Verb::Stage).code(), "PIN_NOT_ACCEPTED");
}

TEST(Stage, fails_without_room_or_when_nothing_comes) {
  ConductorStory story;
  story.host.release.there.clear();
  story.host.machine.free = 10;
  EXPECT_EQ(story.run(Verb::Stage).code(), "DISK_SPACE_LOW");
  story.host.machine.free = 10000;
  story.host.world.broken["release.stage"] = "404 Not Found";
  const Told told = story.run(Verb::Stage);
  EXPECT_EQ(told.code(), "STAGE_FAILED");
  EXPECT_TRUE(told.retryable());
}

TEST(Install, replaces_the_files_of_a_stopped_service) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  const Told told = story.run(Verb::Install);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(), (Effects{"install 39.0"}));
  EXPECT_EQ(told.verdict("install.read-back"), "ok");
  EXPECT_EQ(told.verdict("install.nothing-started"), "ok");
  EXPECT_FALSE(story.run(Verb::Install).changed());
  EXPECT_EQ(story.effects().size(), 1U);
}

TEST(Install, refuses_to_replace_files_under_any_running_service_of_the_host) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  story.host.settings.services.push_back({{"ironic-api", "api", ""}, ""});
  story.host.services.run_old("ironic-api");
  const Told told = story.run(Verb::Install);
  EXPECT_EQ(told.code(), "SERVICE_STILL_RUNNING");
  EXPECT_NE(told.message().find("ironic-api"), std::string::npos);
  EXPECT_TRUE(story.effects().empty());
}

TEST(Install, beside_the_old_release_disturbs_nothing) {
  ConductorStory story;
  story.host.release.beside = true;
  EXPECT_TRUE(story.run(Verb::Install).ok());
}

TEST(Install, notices_a_package_that_starts_the_service) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  story.host.release.after_install = [&] { story.host.services.run_old(FakeHost::kConductor); };
  EXPECT_EQ(story.run(Verb::Install).code(), "INSTALL_STARTED_SERVICE");
}

TEST(Install, believes_what_reads_back_and_nothing_else) {
  ConductorStory story;
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  story.host.release.gives = core::ReleaseNumber{38, 0};
  EXPECT_EQ(story.run(Verb::Install).code(), "INSTALL_FAILED");
  story.host.world.broken["release.install"] = "dpkg returned 1";
  const Told told = story.run(Verb::Install);
  EXPECT_EQ(told.code(), "INSTALL_FAILED");
  EXPECT_TRUE(told.retryable());
}

/// The agent was killed during an installation that its keeper has brought to its end.
struct CutOffInstall : ConductorStory {
  CutOffInstall() {
    host.services.daemons[FakeHost::kConductor].main.reset();
    host.world.crash_after = 0;
    EXPECT_THROW(run(Verb::Install), Crash);
    EXPECT_NE(host.release.left_over, "");
  }
};

TEST(Install, of_an_earlier_life_that_has_ended_is_still_finished) {
  CutOffInstall story;
  const Told told = story.run(Verb::Install);
  EXPECT_TRUE(told.changed()) << told.message();
  EXPECT_EQ(story.host.release.left_over, "");
  EXPECT_EQ(story.effects(), (Effects{"install 39.0"}));
  EXPECT_FALSE(story.run(Verb::Install).changed());
}

TEST(Install, is_finished_although_a_person_has_started_the_service_meanwhile) {
  CutOffInstall story;
  ASSERT_TRUE(story.host.services.start(FakeHost::kConductor).ok());
  EXPECT_TRUE(story.run(Verb::Install).ok());
  EXPECT_EQ(story.host.release.left_over, "");
}

TEST(Install, says_when_it_cannot_be_finished) {
  CutOffInstall story;
  story.host.world.broken["release.finish_install"] = "read-only file system";
  const Told told = story.run(Verb::Install);
  EXPECT_EQ(told.code(), "INSTALL_FAILED");
  EXPECT_TRUE(told.retryable());
  EXPECT_NE(told.message().find("read-only file system"), std::string::npos);
}

TEST(Install, that_is_given_up_leaves_nothing_behind) {
  CutOffInstall story;
  const Told told = story.give_up(Verb::Install, true);
  EXPECT_EQ(told.code(), "CANCELLED");
  EXPECT_EQ(story.host.release.left_over, "");
  EXPECT_EQ(told.facts().details.count("release.left_over"), 0U);
  EXPECT_EQ(story.effects(), (Effects{"install 39.0"}));
}

}  // namespace
}  // namespace rollmill::test
