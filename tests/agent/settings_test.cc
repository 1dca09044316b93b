#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using std::chrono::seconds;
using Effects = std::vector<std::string>;

/// The args that the pin phase gives.
void want_window(Story& story) {
  story.args.service = "";
  story.args.window_drain = minutes{15};
  story.args.window_heartbeat = minutes{10};
}

TEST(Pin, writes_the_pin_and_the_window_and_reads_them_back) {
  ConductorStory story;
  want_window(story);
  const Told told = story.run(Verb::Pin);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(),
            (Effects{"write pin_release_version=35.0 graceful_shutdown_timeout=900 "
                     "drain_shutdown_timeout=900 hash_ring_reset_interval=17 "
                     "graceful_shutdown_timeout=900 heartbeat_timeout=600",
                     "window 15m30s"}));
  EXPECT_EQ(story.host.config.ours[3].section, "DEFAULT");
  EXPECT_EQ(story.host.config.ours[4].section, "conductor");
  EXPECT_EQ(told.verdict("pin.read-back"), "ok");
  EXPECT_EQ(told.verdict("pin.window"), "ok");
  EXPECT_EQ(told.facts().services[0].pin, "35.0");
  EXPECT_TRUE(told.facts().services[0].config_newer_than_process);
}

TEST(Pin, raises_the_operators_own_ring_wait_once) {
  ConductorStory story;
  want_window(story);
  story.host.config.operators[{"DEFAULT", "hash_ring_reset_interval"}] = "30";
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  EXPECT_EQ(story.host.config.ours[3].value, "32");
  EXPECT_FALSE(story.run(Verb::Pin).changed());
  EXPECT_EQ(story.host.config.ours[3].value, "32");
}

TEST(Pin, leaves_a_ring_wait_that_is_no_number_to_ironic) {
  ConductorStory story;
  want_window(story);
  story.host.config.operators[{"DEFAULT", "hash_ring_reset_interval"}] = "15s";
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  EXPECT_EQ(story.host.config.ours[3].section, "conductor");
}

TEST(Pin, changes_nothing_the_second_time) {
  ConductorStory story;
  want_window(story);
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  const Effects before = story.effects();
  const Told told = story.run(Verb::Pin);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  EXPECT_EQ(story.effects(), before);
}

TEST(Pin, lengthens_no_stop_of_a_release_that_always_takes_all_of_its_grace) {
  ConductorStory story;
  want_window(story);
  story.args.from = {21, 4};
  story.args.to = {29, 0};
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  EXPECT_EQ(story.effects()[0], "write pin_release_version=21.4 heartbeat_timeout=600");
}

TEST(Pin, opens_a_window_only_for_services_that_drain) {
  ApiStory story;
  want_window(story);
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  EXPECT_EQ(story.effects().size(), 1U);
}

TEST(Pin, never_touches_a_pin_of_the_operators_own) {
  ConductorStory story;
  want_window(story);
  story.host.config.operators[{"DEFAULT", "pin_release_version"}] = "35.0";
  EXPECT_EQ(story.run(Verb::Pin).code(), "PIN_ALREADY_SET");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Pin, never_overwrites_a_foreign_edit) {
  ConductorStory story;
  want_window(story);
  story.host.config.ours = {{"DEFAULT", "pin_release_version", "29.0"}};
  story.host.config.edited = true;
  EXPECT_EQ(story.run(Verb::Pin).code(), "DROP_IN_EDITED");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Pin, sees_that_a_later_file_overrules_it) {
  ConductorStory story;
  want_window(story);
  story.host.config.overruling[{"conductor", "heartbeat_timeout"}] = "60";
  const Told told = story.run(Verb::Pin);
  EXPECT_EQ(told.code(), "PIN_NOT_IN_FORCE");
  EXPECT_NE(told.message().find("[conductor]heartbeat_timeout on cond1 is 60"), std::string::npos);
}

TEST(Pin, sees_a_service_manager_that_ignores_the_window) {
  ConductorStory story;
  want_window(story);
  story.host.services.ignores_window = true;
  EXPECT_EQ(story.run(Verb::Pin).code(), "WINDOW_NOT_SET");
}

TEST(Pin, corrects_the_pin_of_an_earlier_upgrade) {
  ConductorStory story;
  story.args.service = "";
  story.host.config.ours = {{"DEFAULT", "pin_release_version", "29.0"}};
  EXPECT_TRUE(story.run(Verb::Pin).ok());
  EXPECT_EQ(story.effects(), (Effects{"write pin_release_version=35.0"}));
}

TEST(Pin, of_the_same_value_needs_no_restart_when_only_the_window_changes) {
  ConductorStory story;
  story.make_started();
  story.host.world.pass(minutes{5});
  want_window(story);
  const Told told = story.run(Verb::Pin);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_FALSE(told.facts().services[0].config_newer_than_process);
}

TEST(Unpin, takes_only_the_pin_out) {
  ConductorStory story;
  want_window(story);
  ASSERT_TRUE(story.run(Verb::Pin).ok());
  story.host.release.number = {39, 0};
  const Told told = story.run(Verb::Unpin);
  EXPECT_EQ(told.message(), "");
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(story.effects().back(),
            "write graceful_shutdown_timeout=900 drain_shutdown_timeout=900 "
            "hash_ring_reset_interval=17 graceful_shutdown_timeout=900 heartbeat_timeout=600");
  EXPECT_EQ(told.verdict("unpin.read-back"), "ok");
  EXPECT_FALSE(story.run(Verb::Unpin).changed());
}

TEST(Unpin, of_old_code_a_foreign_edit_or_another_pin_is_refused) {
  ConductorStory story;
  story.host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
  EXPECT_EQ(story.run(Verb::Unpin).code(), "RELEASE_NOT_INSTALLED");
  story.host.release.number = {39, 0};
  story.host.config.edited = true;
  EXPECT_EQ(story.run(Verb::Unpin).code(), "DROP_IN_EDITED");
  story.host.config.edited = false;
  story.host.config.operators[{"DEFAULT", "pin_release_version"}] = "35.0";
  EXPECT_EQ(story.run(Verb::Unpin).code(), "PIN_LEFT");
}

/// As the verify phase finds a conductor: new, unpinned, with the window still there.
void make_unpinned(ConductorStory& story) {
  story.make_ready_to_start();
  story.host.config.ours = {{"conductor", "heartbeat_timeout", "600"}};
  story.host.services.daemons[FakeHost::kConductor].window = minutes{16};
  ASSERT_TRUE(story.host.services.start(FakeHost::kConductor).ok());
  story.host.world.effects.clear();
  story.host.world.pass(minutes{1});
  story.args.pinned = false;
  story.args.service = "";
}

TEST(Restore, removes_every_temporary_setting) {
  ConductorStory story;
  make_unpinned(story);
  const Told told = story.run(Verb::Restore);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(story.effects(), (Effects{"write", "no window"}));
  EXPECT_EQ(told.summary("verify.no-temporary-settings"),
            "Nothing of ours is left. ironic-conductor keeps the window's timeouts until its next "
            "restart.");
  EXPECT_FALSE(story.run(Verb::Restore).changed());
  EXPECT_EQ(story.effects().size(), 2U);
}

TEST(Restore, leaves_processes_attested_although_the_files_are_younger) {
  ConductorStory story;
  make_unpinned(story);
  ASSERT_TRUE(story.run(Verb::Restore).ok());
  const Told told = story.run(Verb::Attest);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_FALSE(told.facts().services[0].config_newer_than_process);
}

TEST(Restore, refuses_while_the_pin_is_in_our_file_or_somebody_edited_it) {
  ConductorStory story;
  story.host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
  EXPECT_EQ(story.run(Verb::Restore).code(), "PIN_LEFT");
  story.host.config.edited = true;
  EXPECT_EQ(story.run(Verb::Restore).code(), "DROP_IN_EDITED");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Restore, takes_away_and_tells_what_an_install_that_was_cut_off_has_left) {
  ConductorStory story;
  make_unpinned(story);
  story.host.release.left_over = "/usr/sbin/policy-rc.d";
  story.host.world.broken["release.finish_install"] = "read-only file system";
  const Told failed = story.run(Verb::Restore);
  EXPECT_EQ(failed.code(), "TEMPORARY_SETTINGS_LEFT");
  EXPECT_NE(failed.message().find("/usr/sbin/policy-rc.d, left on cond1"), std::string::npos);
  EXPECT_EQ(failed.facts().details.at("release.left_over"), "/usr/sbin/policy-rc.d");
  story.host.world.broken.clear();
  const Told told = story.run(Verb::Restore);
  EXPECT_TRUE(told.changed()) << told.message();
  EXPECT_TRUE(told.said("verify.no-temporary-settings",
                        "/usr/sbin/policy-rc.d, left on cond1 by an installation of ours, was "
                        "taken away."));
  EXPECT_EQ(story.host.release.left_over, "");
}

TEST(Restore, says_when_a_window_stays) {
  ConductorStory story;
  make_unpinned(story);
  story.host.world.broken["services.clear_window"] = "read-only file system";
  EXPECT_EQ(story.run(Verb::Restore).code(), "TEMPORARY_SETTINGS_LEFT");
}

TEST(Attest, states_release_pin_and_process_of_each_service) {
  ConductorStory story;
  story.make_started();
  story.args.service = "";
  const Told told = story.run(Verb::Attest);
  EXPECT_EQ(told.message(), "");
  EXPECT_EQ(told.verdict("gate.process-new"), "ok");
  EXPECT_EQ(told.verdict("gate.pinned"), "ok");
  EXPECT_EQ(told.facts().details.at("conductor.hostname"), "cond1");
  EXPECT_EQ(told.facts().details.at("api.conductors"),
            "cond1||dead|fake-hardware;cond2||alive|fake-hardware");
}

TEST(Attest, fails_on_an_old_process_a_missing_one_and_a_wrong_pin) {
  ConductorStory story;
  story.make_started();
  story.host.config.ours.clear();
  EXPECT_EQ(story.run(Verb::Attest).code(), "PIN_WRONG");
  story.make_started();
  story.host.config.changed = story.host.world.now() + seconds{1};
  EXPECT_EQ(story.run(Verb::Attest).code(), "PROCESS_WRONG");
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  EXPECT_EQ(story.run(Verb::Attest).code(), "PROCESS_WRONG");
}

}  // namespace
}  // namespace rollmill::test
