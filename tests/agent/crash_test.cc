#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "agent/story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using Effects = std::vector<std::string>;

struct Row {
  Verb verb;
  std::function<std::unique_ptr<Story>()> tell;
};

std::unique_ptr<Story> conductor(const std::function<void(ConductorStory&)>& prepare) {
  auto story = std::make_unique<ConductorStory>();
  prepare(*story);
  return story;
}

std::vector<Row> rows() {
  return {
      {Verb::Stage, [] { return conductor([](auto& s) { s.host.release.there.clear(); }); }},
      {Verb::Install,
       [] {
         return conductor(
             [](auto& s) { s.host.services.daemons[FakeHost::kConductor].main.reset(); });
       }},
      {Verb::Expand, [] { return std::make_unique<SchemaStory>(); }},
      {Verb::Pin,
       [] {
         return conductor([](auto& s) {
           s.args.service = "";
           s.args.window_drain = minutes{15};
         });
       }},
      {Verb::Stop,
       [] {
         return conductor(
             [](auto& s) { s.host.services.daemons[FakeHost::kConductor].window = minutes{15}; });
       }},
      {Verb::Start, [] { return conductor([](auto& s) { s.make_ready_to_start(); }); }},
      {Verb::Unpin,
       [] {
         return conductor([](auto& s) {
           s.make_ready_to_start();
           s.host.config.ours.push_back({"conductor", "heartbeat_timeout", "600"});
         });
       }},
      {Verb::Restore,
       [] {
         return conductor([](auto& s) {
           s.args.service = "";
           s.host.config.ours = {{"conductor", "heartbeat_timeout", "600"}};
           s.host.services.daemons[FakeHost::kConductor].window = minutes{15};
         });
       }},
      {Verb::Drain, [] { return std::make_unique<ApiStory>(); }},
      {Verb::Enlist,
       [] {
         auto story = std::make_unique<ApiStory>();
         story->make_started();
         return story;
       }},
      {Verb::Migrate,
       [] {
         auto story = std::make_unique<SchemaStory>();
         story->args.migrate_batch = 10;
         return story;
       }},
  };
}

TEST(Crash, after_any_effect_of_any_verb_leads_to_the_same_effects_once) {
  for (const Row& row : rows()) {
    const auto whole = row.tell();
    ASSERT_TRUE(whole->run(row.verb).ok()) << core::to_string(row.verb);
    const Effects expected = whole->effects();
    ASSERT_FALSE(expected.empty()) << core::to_string(row.verb);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      const auto story = row.tell();
      story->host.world.crash_after = at;
      EXPECT_THROW(story->run(row.verb), Crash) << core::to_string(row.verb);
      const Told told = story->run(row.verb);
      EXPECT_TRUE(told.ok()) << core::to_string(row.verb) << ": " << told.message();
      EXPECT_EQ(story->effects(), expected) << core::to_string(row.verb) << " at " << at;
      EXPECT_EQ(story->host.release.left_over, "") << core::to_string(row.verb) << " at " << at;
    }
  }
}

TEST(Crash, between_a_restores_write_and_its_note_is_made_good) {
  ConductorStory story;
  story.make_ready_to_start();
  story.host.config.ours = {{"conductor", "heartbeat_timeout", "600"}};
  ASSERT_TRUE(story.host.services.start(FakeHost::kConductor).ok());
  story.host.world.pass(minutes{1});
  story.args.service = "";
  story.args.pinned = false;
  story.host.world.crash_after = 0;
  EXPECT_THROW(story.run(Verb::Restore), Crash);
  ASSERT_TRUE(story.run(Verb::Restore).ok());
  EXPECT_TRUE(story.run(Verb::Attest).ok());
}

}  // namespace
}  // namespace rollmill::test
