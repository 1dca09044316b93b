#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "core/blocked_tables.h"
#include "rollmill/core/checks.h"
#include "rollmill/core/engine.h"
#include "support/builders.h"
#include "support/engine_loop.h"

/// The catalogues behind `explain`. What it says when is told by the scenarios.
namespace rollmill::core {
namespace {

std::string all_scenarios() {
  std::string text;
  for (const auto& entry : std::filesystem::directory_iterator(ROLLMILL_SCENARIOS_DIR)) {
    std::ostringstream one;
    one << std::ifstream(entry.path()).rdbuf();
    text += one.str();
  }
  return text;
}

bool belongs_to_a_check(const std::string& code) {
  for (const CheckInfo& check : check_catalogue()) {
    if (check.blocked_code == code) return true;
  }
  return false;
}

TEST(Catalogue, codes_are_unique_and_complete) {
  std::set<std::string> seen;
  for (const BlockedInfo& info : blocked_catalogue()) {
    EXPECT_TRUE(seen.insert(info.code).second) << info.code << " is there twice";
    EXPECT_NE(std::string(info.meaning), "") << info.code;
    EXPECT_NE(std::string(info.who), "") << info.code;
    EXPECT_EQ(find_blocked(info.code), &info);
  }
  EXPECT_EQ(find_blocked("NO_SUCH_CODE"), nullptr);
}

/// Alerts ask for the first word.
TEST(Catalogue, who_begins_with_one_of_three) {
  for (const BlockedInfo& info : blocked_catalogue()) {
    const std::string who = info.who;
    const std::string first = who.substr(0, who.find_first_of(":, "));
    EXPECT_TRUE(first == "operator" || first == "approver" || first == "nobody")
        << info.code << ": " << who;
  }
}

TEST(Catalogue, codes_are_upper_snake) {
  for (const BlockedInfo& info : blocked_catalogue()) {
    EXPECT_EQ(std::string(info.code).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
              std::string::npos)
        << info.code;
  }
}

TEST(Catalogue, checks_are_unique_and_lead_to_codes_that_exist) {
  std::set<std::string> seen;
  for (const CheckInfo& check : check_catalogue()) {
    EXPECT_TRUE(seen.insert(check.id).second) << check.id << " is there twice";
    EXPECT_NE(find_blocked(check.blocked_code), nullptr) << check.id << ": " << check.blocked_code;
    EXPECT_NE(std::string(check.meaning), "") << check.id;
    EXPECT_EQ(find_check(check.id), &check);
  }
  EXPECT_EQ(find_check("preflight.nonsense"), nullptr);
}

TEST(Catalogue, checks_that_guard_a_promise_cannot_be_waived) {
  for (const char* id : {"preflight.one-old-release", "preflight.no-unknown-conductor",
                         "preflight.no-pin", "gate.all-new", "gate.all-pinned",
                         "gate.no-unknown-conductor", "gate.rows-old", "contract.unpinned",
                         "start.pin-in-force", "conductor.process-gone"}) {
    ASSERT_NE(find_check(id), nullptr) << id;
    EXPECT_FALSE(find_check(id)->waivable) << id;
  }
}

TEST(Catalogue, commands_leave_open_only_what_explain_fills_in) {
  for (const BlockedInfo& info : blocked_catalogue()) {
    std::string text = std::string(info.who) + " " + info.command;
    for (const char* name : {"{upgrade}", "{host}", "{step}", "{gate}"}) {
      for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
        text.erase(at, std::string(name).size());
      }
    }
    EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << info.code << ": " << text;
  }
}

/// A code of the engine is either what a check leads to, or somebody has told its story.
TEST(Catalogue, every_code_of_the_engine_has_a_story) {
  const std::string stories = all_scenarios();
  for (const BlockedInfo& info : engine_codes()) {
    const std::string code = info.code;
    // What people cannot bring about: tests of the guard and of turning round force it.
    if (code == "PROMISE_GUARD" || code == "BUDGET_SPENT" || belongs_to_a_check(code)) continue;
    EXPECT_NE(stories.find("  " + code + " since"), std::string::npos) << code;
  }
}

test::EngineLoop with_steps_in_flight() {
  const Plan plan = test::plan_for(test::fleet("cond x2, api x2, admin schema"));
  test::EngineLoop loop(plan, test::FleetTwin(plan.fleet, plan.from));
  loop.begin(plan, {"alice", ""});
  loop.come_all();
  return loop;
}

TEST(StepThatWaits, needs_nobody_within_its_time) {
  test::EngineLoop loop = with_steps_in_flight();
  const TaskWaiting waiting{"HEARTBEAT_STALE", "cond1 is not alive", loop.now};
  loop.report({"cond1"}, {0}, waiting);
  const auto blocked = explain(loop.state, loop.now);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->code, "HEARTBEAT_STALE");
  EXPECT_EQ(blocked->who, "nobody: it ends by itself, until " +
                              base::format_time(loop.state.steps[0].deadline) + " at the latest");
  EXPECT_EQ(blocked->command, "");
  loop.report({"cond1"}, {0}, TaskFailed{"HEARTBEAT_STALE", "not alive", false, {}, {}});
  while (loop.go_on()) {
  }
  EXPECT_EQ(explain(loop.state, loop.now)->who, "operator: read the conductor's log on cond1");
}

TEST(StepThatWaits, for_what_a_person_must_bring_comes_first_and_says_so) {
  test::EngineLoop loop = with_steps_in_flight();
  loop.report({"cond1"}, {0}, TaskWaiting{"HEARTBEAT_STALE", "not alive", loop.now});
  loop.pass(std::chrono::seconds{5});
  loop.report({"cond2"}, {1}, TaskWaiting{"API_UNAVAILABLE", "no API answers", loop.now});
  const auto blocked = explain(loop.state, loop.now);
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->code, "API_UNAVAILABLE");
  EXPECT_EQ(blocked->who, "operator: bring the API back; the step goes on by itself");
}

TEST(PrintedCommand, stands_for_an_event) {
  using test::event_of_command;
  const auto retry = event_of_command("rollmill upgrade retry u1 --step 4");
  ASSERT_TRUE(retry && std::holds_alternative<RetryRequested>(*retry));
  EXPECT_EQ(std::get<RetryRequested>(*retry).step, base::StepIndex{4});
  const auto approve = event_of_command("rollmill upgrade approve u1 unpin");
  ASSERT_TRUE(approve && std::holds_alternative<ApproveRequested>(*approve));
  EXPECT_EQ(std::get<ApproveRequested>(*approve).gate, "unpin");
  EXPECT_FALSE(event_of_command("rollmill logs u1 4").has_value());
  EXPECT_FALSE(event_of_command("").has_value());
}

}  // namespace
}  // namespace rollmill::core
