#include "http/metrics.h"

#include <gtest/gtest.h>

#include <set>

#include "support/golden.h"

namespace rollmill::http {
namespace {

const ports::ControllerInfo kInfo{"0.1.0", "lab", 3, true, 120, 5, 4};

core::UpgradeView upgrade() {
  core::UpgradeView view;
  view.id = "u-7f3a";
  view.fleet = "lab";
  view.from = "35.0";
  view.to = "39.0";
  view.state = "PAUSED";
  view.current_phase = "conductors";
  view.elapsed = base::Duration{83'045};
  view.failures = 1;
  core::PhaseView done;
  done.name = "expand";
  done.direction = "FORWARD";
  done.state = "done";
  done.elapsed = base::Duration{1007};
  done.probes_sent = 10;
  core::PhaseView active;
  active.name = "conductors";
  active.direction = "FORWARD";
  active.state = "active";
  active.elapsed = base::Duration{20'000};
  active.probes_sent = 300;
  active.probes_failed = 2;
  active.longest_gap = base::Duration{412};
  view.phases = {done, active};
  core::HostView pinned;
  pinned.release = "39.0";
  pinned.pin = "35.0";
  core::HostView old;
  view.hosts = {pinned, old};
  view.blocked = core::Blocked{"NODES_BUSY",
                               "x",
                               base::TimePoint{std::chrono::seconds{1700000000}},
                               "nobody: it ends by itself",
                               "",
                               ""};
  return view;
}

/// Turned back in the middle of the preflight, and forward again: the last leg has two preflights.
core::UpgradeView upgrade_with_legs() {
  core::UpgradeView view = upgrade();
  core::PhaseView preflight;
  preflight.name = "preflight";
  preflight.direction = "FORWARD";
  preflight.elapsed = base::Duration{1000};
  preflight.probes_sent = 100;
  preflight.probes_failed = 3;
  preflight.longest_gap = base::Duration{300};
  core::PhaseView back = preflight;
  back.direction = "BACK";
  back.probes_failed = 0;
  view.past_phases = {preflight, back};
  preflight.probes_failed = 1;
  preflight.longest_gap = base::Duration{200};
  view.phases = {preflight, preflight};
  view.current_phase = "preflight";
  return view;
}

void expect_line(const core::UpgradeView& view, const std::string& line) {
  const std::string page = print_metrics("0.1.0", kInfo, &view);
  EXPECT_NE(page.find(line + "\n"), std::string::npos) << line << " is not in\n" << page;
}

TEST(Metrics, whole_page_is_as_promised) {
  const core::UpgradeView view = upgrade();
  test::expect_golden("http/golden/metrics.txt", print_metrics("0.1.0", kInfo, &view));
}

TEST(Metrics, without_an_upgrade_only_the_controller_is_shown) {
  const std::string page = print_metrics("0.1.0", kInfo, nullptr);
  EXPECT_EQ(page.find("rollmill_upgrade"), std::string::npos);
  EXPECT_NE(page.find("rollmill_hosts_connected 4\n"), std::string::npos);
}

TEST(Metrics, quotes_and_line_ends_in_labels_are_escaped) {
  core::UpgradeView view = upgrade();
  view.fleet = "a\"b\\c\nd";
  EXPECT_NE(print_metrics("v", kInfo, &view).find("fleet=\"a\\\"b\\\\c\\nd\""), std::string::npos);
}

TEST(Metrics, a_turn_begins_no_counter_again) {
  const core::UpgradeView view = upgrade_with_legs();
  expect_line(view, R"(rollmill_probe_requests_total{phase="preflight",direction="FORWARD"} 300)");
  expect_line(view, R"(rollmill_probe_failures_total{phase="preflight",direction="FORWARD"} 5)");
  expect_line(view, R"(rollmill_probe_requests_total{phase="preflight",direction="BACK"} 100)");
  expect_line(view,
              R"(rollmill_probe_longest_gap_seconds{phase="preflight",direction="FORWARD"} 0.300)");
  expect_line(view,
              R"(rollmill_upgrade_phase_seconds{phase="preflight",direction="FORWARD"} 3.000)");
  expect_line(view, R"(rollmill_upgrade_phase{phase="preflight",direction="FORWARD"} 1)");
  expect_line(view, R"(rollmill_upgrade_phase{phase="preflight",direction="BACK"} 0)");
}

TEST(Metrics, who_can_clear_it_is_one_word) {
  core::UpgradeView view = upgrade();
  view.blocked->who = "operator: read the conductor's log on cond1";
  expect_line(view, R"(rollmill_upgrade_blocked{code="NODES_BUSY",who="operator"} 1)");
  view.blocked->who = "approver, then operator";
  expect_line(view, R"(rollmill_upgrade_blocked{code="NODES_BUSY",who="approver"} 1)");
}

TEST(Metrics, what_has_ended_goes_nowhere) {
  core::UpgradeView view = upgrade();
  view.direction = "BACK";
  expect_line(view, "rollmill_upgrade_goes_back 1");
  view.state = "ROLLED_BACK";
  expect_line(view, "rollmill_upgrade_goes_back 0");
  view.state = "ABORTED";
  expect_line(view, "rollmill_upgrade_goes_back 0");
}

void expect_no_series_twice(const core::UpgradeView& view) {
  std::istringstream page(print_metrics("0.1.0", kInfo, &view));
  std::set<std::string> families;
  std::set<std::string> series;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("# TYPE ")) families.insert(line.substr(7, line.find(' ', 7) - 7));
    if (line.starts_with("#")) continue;
    const std::string name = line.substr(0, line.rfind(' '));
    EXPECT_TRUE(series.insert(name).second) << line;
    EXPECT_TRUE(families.contains(name.substr(0, name.find('{')))) << line;
  }
}

TEST(Metrics, every_sample_has_a_family_and_no_series_comes_twice) {
  expect_no_series_twice(upgrade());
  expect_no_series_twice(upgrade_with_legs());
}

}  // namespace
}  // namespace rollmill::http
