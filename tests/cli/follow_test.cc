#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "cli/fixture.h"

namespace rollmill::cli {
namespace {

const base::Error kAway{base::ErrorCode::Unavailable, "the controller does not answer"};

class Follow : public testing::Test {
 protected:
  Follow() { terminal_.client = &client_; }

  FakeClient client_;
  Terminal terminal_;
};

TEST_F(Follow, without_a_terminal_each_event_is_one_line_and_success_is_zero) {
  client_.views = {finished_view()};
  client_.stream = {event(1, "PhaseStarted", "conductors begins"),
                    event(2, "UpgradeSucceeded", "done")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out,
            "2026-11-22T15:00:01.000Z info conductors cond2 conductors begins\n"
            "2026-11-22T15:00:02.000Z info conductors cond2 done\n");
}

TEST_F(Follow, an_aborted_upgrade_is_four) {
  core::UpgradeView view = finished_view();
  view.state = "ABORTED";
  client_.views = {view};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::UpgradeFailed);
}

TEST_F(Follow, a_pause_that_a_script_cannot_clear_is_three_and_says_what_to_do) {
  core::UpgradeView view = blocked_view();
  view.state = "PAUSED";
  client_.views = {view};
  client_.stream = {event(1, "UpgradePaused", "paused")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Blocked);
  EXPECT_NE(terminal_.err.find("do:  rollmill upgrade approve u-7f3a unpin"), std::string::npos);
}

TEST_F(Follow, goes_on_from_the_last_event_after_a_pause_that_ended_meanwhile) {
  client_.views = {running_view(), finished_view()};
  client_.stream = {event(1, "UpgradePaused", "paused"), event(2, "UpgradeResumed", "on"),
                    event(3, "UpgradeSucceeded", "done")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Ok);
  EXPECT_EQ(client_.asked,
            (std::vector<std::string>{"watch u-7f3a after 0", "watch u-7f3a after 1"}));
  EXPECT_EQ(std::count(terminal_.out.begin(), terminal_.out.end(), '\n'), 3);
}

TEST_F(Follow, tells_everything_up_to_the_stand_even_past_a_pause_that_is_long_over) {
  client_.views = {blocked_view()};
  client_.stream = {event(1, "UpgradePaused", "paused"), event(2, "UpgradeResumed", "on"),
                    event(3, "PhaseSucceeded", "gate done")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Blocked);
  EXPECT_EQ(terminal_.out,
            "2026-11-22T15:00:01.000Z info conductors cond2 paused\n"
            "2026-11-22T15:00:02.000Z info conductors cond2 on\n"
            "2026-11-22T15:00:03.000Z info conductors cond2 gate done\n");
}

TEST_F(Follow, json_is_only_the_last_view_and_jsonl_each_event) {
  client_.views = {finished_view()};
  client_.stream = {event(1, "UpgradeSucceeded", "done")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a", "-o", "json"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 9), "{\n  \"id\":");
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a", "-o", "jsonl"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 14), "{\"sequence\":1,");
}

TEST_F(Follow, live_view_redraws_in_place_and_survives_a_controller_that_is_away) {
  terminal_.is_terminal = true;
  client_.views = {running_view(), kAway, kAway, running_view(), finished_view()};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Ok);
  EXPECT_NE(terminal_.out.find("\x1b[K\n\x1b[J\x1b["), std::string::npos);
  EXPECT_NE(terminal_.out.find("the controller does not answer; the view above is old"),
            std::string::npos);
  EXPECT_NE(terminal_.out.rfind("SUCCEEDED"), std::string::npos);
}

/// Rows that a terminal of so many columns needs for what is drawn before the first redraw.
std::size_t rows_of_first_picture(const std::string& out, std::size_t columns) {
  std::istringstream lines(out.substr(0, out.find("\x1b[J")));
  std::size_t rows = 0;
  for (std::string line; std::getline(lines, line);) {
    line = line.substr(0, line.find("\x1b[K"));
    rows += std::max<std::size_t>(1, (width(line) + columns - 1) / columns);
  }
  return rows;
}

TEST_F(Follow, live_view_redraws_in_place_where_a_narrow_terminal_folds_its_lines) {
  terminal_.is_terminal = true;
  terminal_.columns = 30;
  terminal_.rows = 60;
  terminal_.environment["NO_COLOR"] = "1";
  client_.views = {blocked_view(), finished_view()};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Ok);
  const std::size_t rows = rows_of_first_picture(terminal_.out, 30);
  const std::string up = "\x1b[J\x1b[" + std::to_string(rows) + "A";
  EXPECT_NE(terminal_.out.find(up), std::string::npos) << rows << "\n" << terminal_.out;
}

TEST_F(Follow, a_controller_that_never_comes_back_is_an_error_after_five_minutes) {
  terminal_.is_terminal = true;
  client_.views = {running_view(), kAway};
  const base::TimePoint begin = terminal_.now;
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Unavailable);
  EXPECT_GE(terminal_.now - begin, std::chrono::minutes{5});
  EXPECT_LT(terminal_.now - begin, std::chrono::minutes{6});
}

TEST_F(Follow, ctrl_c_leaves_the_upgrade_running_and_says_how_to_come_back) {
  terminal_.is_terminal = true;
  client_.views = {running_view()};
  terminal_.rests_until_interrupt = 3;
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Interrupted);
  EXPECT_EQ(terminal_.err,
            "\nThe upgrade goes on without you. Watch it again with:\n"
            "  rollmill --server 127.0.0.1:7443 upgrade watch u-7f3a\n");
  EXPECT_TRUE(client_.asked.empty());
}

TEST_F(Follow, a_dumb_terminal_gets_lines) {
  terminal_.is_terminal = true;
  terminal_.environment["TERM"] = "dumb";
  client_.views = {finished_view()};
  client_.stream = {event(1, "UpgradeSucceeded", "done")};
  EXPECT_EQ(terminal_.run({"upgrade", "watch", "u-7f3a"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.find('\x1b'), std::string::npos);
}

TEST_F(Follow, colours_come_and_go_with_the_terminal_and_the_persons_wish) {
  client_.views = {running_view()};
  terminal_.is_terminal = true;
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Ok);
  EXPECT_NE(terminal_.out.find("\x1b["), std::string::npos);
  EXPECT_EQ(terminal_.run({"upgrade", "status", "--no-color"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.find("\x1b["), std::string::npos);
  terminal_.environment["NO_COLOR"] = "1";
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.find("\x1b["), std::string::npos);
}

TEST_F(Follow, icons_are_ascii_unless_the_locale_speaks_utf8) {
  client_.views = {running_view()};
  terminal_.is_terminal = true;
  terminal_.environment = {{"LANG", "C"}};
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.find("✓"), std::string::npos);
  terminal_.environment = {{"LANG", "en_GB.UTF-8"}};
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Ok);
  EXPECT_NE(terminal_.out.find("✓"), std::string::npos);
}

TEST_F(Follow, wait_ends_when_the_phase_is_done) {
  core::UpgradeView later = running_view();
  later.phases[4].state = "done";
  client_.views = {running_view(), running_view(), later};
  EXPECT_EQ(terminal_.run({"upgrade", "wait", "u-7f3a", "--for", "phase=conductors"}),
            ExitCode::Ok);
  EXPECT_EQ(terminal_.out, "upgrade u-7f3a: phase conductors is done after 1m23s\n");
  EXPECT_EQ(terminal_.now, at(1));
}

TEST_F(Follow, wait_has_an_exit_code_for_every_end) {
  core::UpgradeView aborted = running_view();
  aborted.state = "ABORTED";
  core::UpgradeView paused = running_view();
  paused.state = "PAUSED";
  const std::vector<std::string> wait = {"upgrade",         "wait",      "u-7f3a", "--for",
                                         "state=SUCCEEDED", "--timeout", "10s"};
  client_.views = {aborted};
  EXPECT_EQ(terminal_.run(wait), ExitCode::UpgradeFailed);
  client_.views = {paused};
  EXPECT_EQ(terminal_.run(wait), ExitCode::Blocked);
  client_.views = {running_view()};
  EXPECT_EQ(terminal_.run(wait), ExitCode::Timeout);
  EXPECT_EQ(terminal_.err,
            "rollmill: state=SUCCEEDED was not reached within 10s; the upgrade goes on\n");
  client_.views = {paused};
  EXPECT_EQ(terminal_.run({"upgrade", "wait", "u-7f3a", "--for", "state=PAUSED"}), ExitCode::Ok);
}

TEST_F(Follow, wait_for_a_phase_knows_which_way_the_upgrade_goes) {
  const std::vector<std::string> wait = {"upgrade",   "wait",      "u-7f3a", "--for",
                                         "phase=pin", "--timeout", "10s"};
  core::UpgradeView turning = running_view();
  turning.direction = "BACK";
  core::UpgradeView reading = turning;
  reading.past_phases = reading.phases;
  reading.phases = {reading.phases[0]};
  reading.phases[0].direction = "BACK";
  core::UpgradeView planned = reading;
  planned.phases.push_back(turning.phases[3]);
  planned.phases[1].direction = "BACK";
  client_.views = {turning, reading, turning};
  EXPECT_EQ(terminal_.run(wait), ExitCode::Timeout) << "the pin of the way forward is done";
  client_.views = {turning, reading, planned};
  EXPECT_EQ(terminal_.run(wait), ExitCode::Ok);
  client_.views = {turning, reading, planned};
  EXPECT_EQ(terminal_.run({"upgrade", "wait", "u-7f3a", "--for", "phase=gate"}),
            ExitCode::UpgradeFailed);
  EXPECT_EQ(terminal_.err,
            "rollmill: upgrade u-7f3a goes back to 35.0 and has no phase gate ahead\n");
  planned.state = "ROLLED_BACK";
  client_.views = {planned};
  EXPECT_EQ(terminal_.run({"upgrade", "wait", "u-7f3a", "--for", "phase=gate"}),
            ExitCode::UpgradeFailed);
  EXPECT_EQ(terminal_.err, "rollmill: upgrade u-7f3a is ROLLED_BACK before phase gate\n");
}

TEST_F(Follow, wait_for_a_name_that_no_upgrade_has_is_a_usage_error) {
  client_.views = {running_view()};
  EXPECT_EQ(terminal_.run({"upgrade", "wait", "u-7f3a", "--for", "phase=conductor"}),
            ExitCode::Usage);
  EXPECT_EQ(terminal_.err,
            "rollmill: \"conductor\" is no phase of an upgrade; did you mean \"conductors\"?\n");
}

}  // namespace
}  // namespace rollmill::cli
