#include <gtest/gtest.h>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::seconds;
using Effects = std::vector<std::string>;

TEST(ProbeApi, proves_a_new_pinned_api_by_body_and_microversion) {
  ApiStory story;
  story.make_started();
  const Told told = story.run(Verb::Probe);
  EXPECT_EQ(told.message(), "");
  for (const char* id :
       {"api.process-new", "start.pin-in-force", "api.answers", "api.answers-json",
        "api.max-microversion", "api.one-above-is-406", "api.lists", "api.round-trip"})
    EXPECT_EQ(told.verdict(id), "ok") << id;
  EXPECT_EQ(told.summary("api.max-microversion"), "Up to 1.111.");
  EXPECT_EQ(told.summary("api.one-above-is-406"), "1.112 is answered with 406.");
  EXPECT_TRUE(story.effects().empty());
}

TEST(ProbeApi, wants_the_maximum_of_the_release_when_it_is_unpinned) {
  ApiStory story;
  story.make_started();
  story.host.config.ours.clear();
  story.args.pinned = false;
  EXPECT_EQ(story.run(Verb::Probe).code(), "MICROVERSION_WRONG");
  story.host.own_api.maximum = "1.115";
  EXPECT_TRUE(story.run(Verb::Probe).ok());
}

TEST(ProbeApi, wants_the_maximum_of_the_old_release_before_anything_was_done) {
  ApiStory story;
  EXPECT_TRUE(story.run(Verb::Probe).ok());
  story.host.own_api.maximum = "1.115";
  EXPECT_EQ(story.run(Verb::Probe).code(), "MICROVERSION_WRONG");
}

TEST(ProbeApi, waits_for_an_api_that_answers_only_after_a_while) {
  ApiStory story;
  story.make_started();
  story.host.own_api.up = false;
  story.host.world.in(seconds{4}, [&] { story.host.own_api.up = true; });
  const Told told = story.run(Verb::Probe);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_EQ(told.waited,
            (Effects{"API_NOT_ANSWERING: The API of api1 does not answer: connection refused"}));
}

TEST(ProbeApi, gives_each_failure_its_own_code) {
  struct Row {
    const char* code;
    std::function<void(ApiStory&)> break_it;
  };
  const std::vector<Row> rows = {
      {"API_NOT_ANSWERING", [](auto& s) { s.host.own_api.up = false; }},
      {"API_ANSWERS_NO_JSON", [](auto& s) { s.host.own_api.swallowed = true; }},
      {"MICROVERSION_WRONG", [](auto& s) { s.host.own_api.maximum = "1.115"; }},
      {"MICROVERSION_NOT_CAPPED", [](auto& s) { s.host.own_api.uncapped = true; }},
      {"API_LIST_FAILED", [](auto& s) { s.host.world.broken["api.list_once"] = "500"; }},
      {"ROUND_TRIP_FAILED", [](auto& s) { s.host.world.broken["api.driver_round_trip"] = "500"; }},
      {"ROUND_TRIP_FAILED", [](auto& s) { s.host.ironic.conductors.clear(); }},
      {"PIN_WRONG", [](auto& s) { s.host.config.ours.clear(); }},
      {"PROCESS_WRONG",
       [](auto& s) {
         s.host.release.number = {35, 0};
       }},
      {"DRIVER_MISSING", [](auto& s) { s.host.has_own_api = false; }},
  };
  for (const Row& row : rows) {
    ApiStory story;
    story.make_started();
    row.break_it(story);
    const Told told = story.run(Verb::Probe);
    EXPECT_EQ(told.code(), row.code) << told.message();
  }
}

TEST(Enlist, puts_it_in_only_when_it_answers_and_believes_the_balancer_only_twice) {
  ApiStory story;
  story.make_started();
  story.host.own_api.up = false;
  story.host.world.in(seconds{4}, [&] { story.host.own_api.up = true; });
  const base::TimePoint before = story.host.world.now();
  const Told told = story.run(Verb::Enlist);
  EXPECT_TRUE(told.ok()) << told.message();
  EXPECT_TRUE(told.changed());
  EXPECT_EQ(story.effects(), (Effects{"put in"}));
  EXPECT_GE(story.host.world.now() - before, seconds{6});
  EXPECT_EQ(told.verdict("api.balancer-sees-it"), "ok");
}

TEST(Enlist, sees_a_balancer_that_takes_it_out_again) {
  ApiStory story;
  story.make_started();
  story.host.world.in(seconds{1}, [&] { story.host.balancer.now = {false, 0, "DOWN"}; });
  EXPECT_EQ(story.run(Verb::Enlist).code(), "BALANCER_NOT_SERVING");
}

TEST(Enlist, never_puts_in_an_api_that_does_not_answer_by_itself) {
  ApiStory story;
  story.make_started();
  story.host.own_api.swallowed = true;
  EXPECT_EQ(story.run(Verb::Enlist).code(), "API_ANSWERS_NO_JSON");
  story.host.own_api.swallowed = false;
  story.host.own_api.up = false;
  EXPECT_EQ(story.run(Verb::Enlist).code(), "API_NOT_ANSWERING");
  EXPECT_TRUE(story.effects().empty());
}

TEST(Enlist, changes_nothing_when_it_is_in_already) {
  ApiStory story;
  story.make_started();
  story.host.balancer.now = {true, 0, "UP"};
  const Told told = story.run(Verb::Enlist);
  EXPECT_TRUE(told.ok());
  EXPECT_FALSE(told.changed());
  EXPECT_TRUE(story.effects().empty());
}

TEST(Enlist, fails_on_a_balancer_that_refuses_or_does_nothing) {
  ApiStory story;
  story.make_started();
  story.host.balancer.stuck = true;
  EXPECT_EQ(story.run(Verb::Enlist).code(), "BALANCER_NOT_SERVING");
  story.host.world.broken["balancer.put_in"] = "No such server.";
  EXPECT_EQ(story.run(Verb::Enlist).code(), "BALANCER_NOT_SERVING");
}

}  // namespace
}  // namespace rollmill::test
