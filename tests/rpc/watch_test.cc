#include <gtest/gtest.h>

#include <thread>

#include "rpc/houses.h"

namespace rollmill::rpc {
namespace {

core::EventView event_of(base::Sequence sequence, const std::string& kind) {
  core::EventView event = sample_event(sequence);
  event.kind = kind;
  return event;
}

/// A watch on a thread of its own.
struct Watcher {
  Watcher(const std::string& address, WatchAsked asked)
      : thread([this, address, asked](const std::stop_token& stop) { run(address, asked, stop); }) {
  }

  void run(const std::string& address, const WatchAsked& asked, const std::stop_token& stop) {
    ControlClientOptions options;
    options.controller = address;
    const auto client = make_control_client(options);
    const auto ended =
        (*client)->watch(asked,
                         {.update =
                              [this](const WatchUpdate& update) {
                                if (update.event) events.add(update.event->sequence);
                                if (update.upgrade) views.add(*update.upgrade);
                                return true;
                              },
                          .away = [this](const base::Error& error) { away.add(error.message); }},
                         stop);
    end.add(ended.ok() ? "ok" : ended.error().message);
  }

  Record<base::Sequence> events;
  Record<core::UpgradeView> views;
  Record<std::string> away;
  Record<std::string> end;
  std::jthread thread;  ///< Last: starts when the rest is there.
};

using Sequences = std::vector<base::Sequence>;
using Lines = std::vector<std::string>;

TEST(Watch, past_and_coming_events_come_once_and_the_end_of_the_upgrade_ends_it) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  house.control.history = {event_of(1, "UpgradePlanned"), event_of(2, "UpgradeStarted")};
  house.open();
  Watcher watcher(house.address(), {});
  EXPECT_EQ(watcher.events.wait_for(2), (Sequences{1, 2}));
  house.control.happen(event_of(3, "StepSucceeded"));
  EXPECT_EQ(watcher.events.wait_for(3), (Sequences{1, 2, 3}));
  house.control.happen(event_of(4, "UpgradeSucceeded"));
  EXPECT_EQ(watcher.end.wait_for(1), Lines{"ok"});
  EXPECT_EQ(watcher.events.all(), (Sequences{1, 2, 3, 4}));
  EXPECT_EQ(watcher.views.all().size(), 0U);
}

TEST(Watch, begins_behind_the_sequence_given) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  for (base::Sequence i = 1; i <= 5; ++i) house.control.history.push_back(sample_event(i));
  house.open();
  Watcher watcher(house.address(), {.upgrade = {"u1"}, .after = 3});
  EXPECT_EQ(watcher.events.wait_for(2), (Sequences{4, 5}));
}

TEST(Watch, view_comes_at_the_start_and_after_events) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  house.open();
  Watcher watcher(house.address(), {.with_view = true});
  core::UpgradeView expected = sample_view();
  expected.steps.clear();
  EXPECT_EQ(watcher.views.wait_for(1).at(0), expected);
  house.loop.run_and_wait([&] { house.control.upgrades[0].state = "ABORTED"; });
  house.control.happen(event_of(1, "UpgradeAborted"));
  EXPECT_EQ(watcher.end.wait_for(1), Lines{"ok"});
  EXPECT_EQ(watcher.views.all().back().state, "ABORTED");
  EXPECT_EQ(watcher.events.all(), Sequences{1});
}

TEST(Watch, ended_upgrade_is_told_to_its_end_and_no_further) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  house.control.upgrades[0].state = "SUCCEEDED";
  for (base::Sequence i = 1; i <= 600; ++i) house.control.history.push_back(sample_event(i));
  house.open();
  Watcher watcher(house.address(), {});
  EXPECT_EQ(watcher.end.wait_for(1), Lines{"ok"});
  EXPECT_EQ(watcher.events.all().size(), 600U);
  EXPECT_EQ(watcher.events.all().back(), 600U);
}

TEST(Watch, goes_on_where_it_stopped_when_the_controller_comes_back) {
  auto first = std::make_unique<ControllerHouse>();
  first->control.upgrades = {sample_view()};
  first->control.history = {sample_event(1), sample_event(2)};
  first->open();
  const std::string address = first->address();
  Watcher watcher(address, {});
  watcher.events.wait_for(2);
  first.reset();
  ASSERT_GE(watcher.away.wait_for(1).size(), 1U);

  ServerOptions options;
  options.address = address;
  ControllerHouse second(options);
  second.control.upgrades = {sample_view()};
  for (base::Sequence i = 1; i <= 4; ++i) second.control.history.push_back(sample_event(i));
  second.open();
  EXPECT_EQ(watcher.events.wait_for(4), (Sequences{1, 2, 3, 4}));
  EXPECT_EQ(second.control.event_reads.all().at(0), 2U);
}

TEST(Watch, patience_has_an_end) {
  Watcher watcher("127.0.0.1:1", {.patience = base::Duration{0}});
  const Lines ended = watcher.end.wait_for(1);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended[0].starts_with("cannot reach rollmilld at 127.0.0.1:1")) << ended[0];
}

TEST(Watch, unknown_upgrade_ends_it_at_once) {
  ControllerHouse house;
  house.open();
  Watcher watcher(house.address(), {.upgrade = {"u9"}});
  EXPECT_EQ(watcher.end.wait_for(1), Lines{"there is no upgrade u9"});
}

TEST(Watch, stop_ends_it_while_nothing_happens) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  house.open();
  Watcher watcher(house.address(), {.with_view = true});
  watcher.views.wait_for(1);
  watcher.thread.request_stop();
  EXPECT_EQ(watcher.end.wait_for(1), Lines{"ok"});
}

TEST(Watch, update_that_says_enough_ends_it) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  for (base::Sequence i = 1; i <= 5; ++i) house.control.history.push_back(sample_event(i));
  house.open();
  ControlClientOptions options;
  options.controller = house.address();
  const auto client = make_control_client(options);
  int seen = 0;
  const auto ended =
      (*client)->watch({}, {.update = [&](const auto&) { return ++seen < 2; }, .away = {}}, {});
  EXPECT_TRUE(ended.ok());
  EXPECT_EQ(seen, 2);
}

TEST(Watch, many_watchers_see_the_same) {
  ControllerHouse house;
  house.control.upgrades = {sample_view()};
  house.open();
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (int i = 0; i < 5; ++i) {
    watchers.push_back(std::make_unique<Watcher>(house.address(), WatchAsked{.with_view = true}));
  }
  Sequences expected;
  for (base::Sequence i = 1; i <= 50; ++i) {
    expected.push_back(i);
    house.control.happen(i < 50 ? sample_event(i) : event_of(i, "UpgradeSucceeded"));
  }
  for (const auto& watcher : watchers) {
    EXPECT_EQ(watcher->end.wait_for(1), Lines{"ok"});
    EXPECT_EQ(watcher->events.all(), expected);
  }
}

}  // namespace
}  // namespace rollmill::rpc
