#include <gtest/gtest.h>

#include "cli/fixture.h"
#include "cli/render/lists.h"
#include "cli/render/report.h"
#include "cli/render/status.h"
#include "support/golden.h"

/// Pictures of what people see. ROLLMILL_UPDATE_GOLDEN=1 writes the files anew.
namespace rollmill::cli {
namespace {

const Style kNarrow{.color = false, .unicode = false, .columns = 80};
const Style kWide{.color = true, .unicode = true, .columns = 120};
const Style kPipe{};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void expect_fits(const std::vector<std::string>& lines, const Style& style) {
  for (const std::string& line : lines) {
    EXPECT_LE(width(line), static_cast<std::size_t>(style.columns)) << line;
  }
}

void expect_picture(const std::string& name, const std::vector<std::string>& lines) {
  test::expect_golden("cli/golden/" + name + ".txt", joined(lines));
}

TEST(RenderStatus, running_on_80_columns_of_ascii) {
  const auto lines = render_status(running_view(), at(0), kNarrow);
  expect_fits(lines, kNarrow);
  expect_picture("status_running_80", lines);
}

TEST(RenderStatus, running_on_120_columns_in_colour) {
  const auto lines = render_status(running_view(), at(0), kWide);
  expect_fits(lines, kWide);
  expect_picture("status_running_120_color", lines);
}

TEST(RenderStatus, blocked_says_why_since_when_who_and_what_to_do) {
  const auto lines = render_status(blocked_view(), at(0), kNarrow);
  expect_fits(lines, kNarrow);
  expect_picture("status_blocked_80", lines);
  expect_picture("status_blocked_120_color", render_status(blocked_view(), at(0), kWide));
}

TEST(RenderStatus, without_a_terminal_nothing_is_cut) {
  core::UpgradeView view = running_view();
  view.hosts[1].waits_for = std::string(300, 'w');
  EXPECT_NE(joined(render_status(view, at(0), kPipe)).find(std::string(300, 'w')),
            std::string::npos);
}

TEST(RenderStatus, a_low_screen_shows_busy_hosts_and_counts_the_rest) {
  core::UpgradeView view = running_view();
  core::HostView idle = view.hosts[0];
  for (int i = 0; i < 500; ++i) {
    idle.name = "idle" + std::to_string(i);
    view.hosts.insert(view.hosts.begin(), idle);
  }
  Style style = kNarrow;
  style.rows = 20;
  const auto lines = render_status(view, at(0), style);
  expect_picture("status_many_hosts_80x20", lines);
  EXPECT_EQ(lines.size(), 20U);
}

TEST(RenderStatus, control_characters_of_a_host_do_not_reach_the_terminal) {
  core::UpgradeView view = running_view();
  view.hosts[1].waits_for = "evil\x1b[2J\rname";
  view.blocked = core::Blocked{"X", "evil\x1b[2J", at(0), "operator", "", ""};
  EXPECT_EQ(joined(render_status(view, at(0), kNarrow)).find('\x1b'), std::string::npos);
}

TEST(RenderStatus, clocks_that_differ_a_little_show_no_negative_times) {
  core::UpgradeView view = blocked_view();
  const std::string text = joined(render_status(view, at(-300), kNarrow));
  EXPECT_EQ(text.find("-2m"), std::string::npos) << text;
}

TEST(RenderStatus, no_approval_is_asked_for_while_the_upgrade_turns_round) {
  core::UpgradeView view = running_view();
  EXPECT_NE(joined(render_status(view, at(0), kNarrow)).find("unpin needs one"), std::string::npos);
  core::UpgradeView turned = view;
  turned.direction = "BACK";
  EXPECT_EQ(joined(render_status(turned, at(0), kNarrow)).find(" approval "), std::string::npos);
  view.blocked = core::Blocked{"TURNING", "a task must end", at(0), "nobody", "", ""};
  EXPECT_EQ(joined(render_status(view, at(0), kNarrow)).find(" approval "), std::string::npos);
}

TEST(RenderStatus, the_reading_before_a_preflight_is_not_shown_beside_it) {
  core::UpgradeView view = running_view();
  view.phases = {view.phases[0], view.phases[0], view.phases[1]};
  view.phases[1].state = "active";
  view.phases[1].turns_done = 4;
  view.phases[2].state = "pending";
  EXPECT_NE(joined(render_status(view, at(0), kPipe)).find("\n > preflight 4/6  . stage\n"),
            std::string::npos);
}

TEST(RenderStatus, the_budget_line_names_who_is_in_quarantine) {
  core::UpgradeView view = running_view();
  view.hosts[0].state = "quarantined";
  view.hosts[2].state = "quarantined";
  EXPECT_NE(joined(render_status(view, at(0), kPipe))
                .find(" budget     conductor 1 of 1 in use, api [rack1] 0 of 1 in use, "
                      "in quarantine: cond1 api1, failures 0 of 0 tolerated\n"),
            std::string::npos);
}

TEST(RenderBlocked, a_pause_after_a_failure_says_what_moves_it_and_not_only_where_to_look) {
  core::UpgradeView view = blocked_view();
  view.state = "PAUSED";
  view.blocked->command = "rollmill logs u-7f3a 17";
  EXPECT_NE(joined(render_blocked(view, at(0), kPipe))
                .find("   do:  rollmill logs u-7f3a 17\n   then: rollmill upgrade retry u-7f3a\n"),
            std::string::npos);
  view.blocked->command = "rollmill upgrade resume u-7f3a";
  EXPECT_EQ(joined(render_blocked(view, at(0), kPipe)).find("then:"), std::string::npos);
  view.state = "RUNNING";
  view.blocked->command = "";
  EXPECT_EQ(joined(render_blocked(view, at(0), kPipe)).find("then:"), std::string::npos);
}

TEST(RenderReport, tells_times_probes_pauses_approvals_repeats_and_warnings) {
  std::vector<core::EventView> events = {event(40, "UpgradePaused", "paused by root@ctl: lunch"),
                                         event(41, "StepSucceeded", "x"),
                                         event(50, "UpgradeResumed", "resumed by root@ctl")};
  for (core::EventView& each : events) each.host = "";
  expect_picture("report", render_report(finished_view(), events, kPipe));
}

TEST(RenderReport, a_warning_that_phase_and_step_bring_is_told_once) {
  core::UpgradeView view = finished_view();
  view.phases[0].checks = {{"preflight.no-pin", core::Verdict::Warning, "cond2: pinned"}};
  view.steps[0].phase = "preflight";
  view.steps[0].checks = {{"preflight.no-pin", core::Verdict::Warning, "pinned"}};
  const std::string text = joined(render_report(view, {}, kPipe));
  EXPECT_NE(text.find("  preflight preflight.no-pin: warning: cond2: pinned\n"), std::string::npos);
  EXPECT_EQ(text.find("preflight cond2 preflight.no-pin"), std::string::npos) << text;
}

TEST(RenderReport, control_characters_of_hosts_and_people_do_not_reach_the_terminal) {
  const std::string evil = "evil\x1b[2J\rname\nline 2";
  core::UpgradeView view = finished_view();
  view.created_by = view.reason = view.probe_error = view.approvals[0].reason = evil;
  view.steps[0].message = view.hosts[0].release = view.phases[0].checks[0].summary = evil;
  for (const std::string& line : render_report(view, {event(40, "UpgradePaused", evil)}, kPipe)) {
    EXPECT_EQ(line, printable(line));
  }
}

TEST(RenderReport, tells_who_put_a_host_in_quarantine_and_why) {
  const std::vector<core::EventView> events = {
      event(40, "HostQuarantined", "in quarantine by root@ctl: dead mainboard")};
  EXPECT_NE(joined(render_report(finished_view(), events, kPipe))
                .find("\n  2026-11-22T15:00:40.000Z cond2 in quarantine by root@ctl: dead "
                      "mainboard\n"),
            std::string::npos);
}

TEST(RenderReport, names_the_plan_that_was_started_and_the_one_it_became) {
  core::UpgradeView view = finished_view();
  view.first_plan_id = view.plan_id;
  EXPECT_NE(joined(render_report(view, {}, kPipe)).find("  plan 4c1d9e\n"), std::string::npos);
  view.first_plan_id = "0a0a0a";
  EXPECT_NE(
      joined(render_report(view, {}, kPipe)).find("  plan 0a0a0a, after it turned round 4c1d9e\n"),
      std::string::npos);
}

TEST(RenderReport, says_of_which_way_a_step_is_and_tells_the_same_once) {
  core::UpgradeView view = finished_view();
  core::StepView forward = view.steps[0];
  forward.phase = "preflight";
  forward.direction = "FORWARD";
  forward.checks = {{"preflight.no-pin", core::Verdict::Warning, "pinned"}};
  core::StepView back = forward;
  back.direction = "BACK";
  view.steps = {forward, back, forward};
  const std::string text = joined(render_report(view, {}, kPipe));
  EXPECT_NE(text.find("  step 17 back: preflight cond2 start: succeeded at attempt 2"),
            std::string::npos);
  const std::string warning = "preflight cond2 preflight.no-pin: warning: pinned\n";
  const std::size_t first = text.find("\n  " + warning);
  ASSERT_NE(first, std::string::npos) << text;
  EXPECT_NE(text.find("\n  back: " + warning), std::string::npos) << text;
  EXPECT_EQ(text.find("\n  " + warning, first + 1), std::string::npos) << text;
}

TEST(RenderReport, says_nothing_of_what_did_not_happen) {
  core::UpgradeView view = finished_view();
  view.approvals.clear();
  view.steps.clear();
  view.phases[0].checks.clear();
  const std::string text = joined(render_report(view, {}, kPipe));
  EXPECT_EQ(text.find("Pauses"), std::string::npos);
  EXPECT_EQ(text.find("Approvals"), std::string::npos);
  EXPECT_EQ(text.find("repeated"), std::string::npos);
  EXPECT_EQ(text.find("warned"), std::string::npos);
}

TEST(RenderEvent, is_one_stable_line) {
  core::EventView told = event(7, "StepSucceeded", "cond2: drain done\nafter 4.2s");
  EXPECT_EQ(event_line(told),
            "2026-11-22T15:00:07.000Z info conductors cond2 cond2: drain done after 4.2s");
  told.phase = "";
  told.host = "";
  EXPECT_EQ(event_line(told), "2026-11-22T15:00:07.000Z info - - cond2: drain done after 4.2s");
}

TEST(Style, clips_by_characters_and_marks_the_cut) {
  const Style ascii{};
  Style unicode;
  unicode.unicode = true;
  EXPECT_EQ(clip(ascii, "abcdef", 6), "abcdef");
  EXPECT_EQ(clip(ascii, "abcdefg", 6), "abcd..");
  EXPECT_EQ(clip(unicode, "äöüäöüx", 6), "äöüäö…");
  EXPECT_EQ(clip(ascii, "abc", 0), "");
  EXPECT_EQ(width("\x1b[31mäb\x1b[0m"), 2U);
}

TEST(Style, wraps_at_blanks) {
  EXPECT_EQ(wrap("one two three four five six", 20),
            (std::vector<std::string>{"one two three four", "five six"}));
  EXPECT_TRUE(wrap("", 20).empty());
}

}  // namespace
}  // namespace rollmill::cli
