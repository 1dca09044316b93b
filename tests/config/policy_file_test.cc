#include "config/policy_file.h"

#include <gtest/gtest.h>

namespace rollmill::config {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::string error_of(const std::string& text) {
  const auto policy = parse_policy(text, "policy.json");
  return policy.ok() ? "no error" : policy.error().message;
}

TEST(PolicyFile, empty_object_is_the_default_policy_of_the_core) {
  const auto policy = parse_policy("{}", "policy.json");
  ASSERT_TRUE(policy.ok()) << policy.error().message;
  EXPECT_EQ(*policy, core::Policy{});
}

TEST(PolicyFile, reads_every_key) {
  const auto policy = parse_policy(R"({
    "budgets": {"conductor": {"max_unavailable": 2, "min_available": 0}, "api": {}},
    "canary": 2, "max_wave": 5, "soak": "1m", "max_attempts": 3, "retry_delay": "7s",
    "failures_tolerated": 4, "failures_tolerated_domain": 1, "busy": "go-on",
    "on_failure": "rollback",
    "deadlines": {"quiet": "45m"}, "window_drain": "20m", "window_heartbeat": "11m",
    "migrate_batch": 50, "migrate_pause": "2s", "allow_unsupported_hop": true,
    "backup_reference": "dump 7", "max_clock_skew": "500ms"
  })",
                                   "policy.json");
  ASSERT_TRUE(policy.ok()) << policy.error().message;
  core::Policy wanted;
  wanted.budgets = {{"conductor", {2, 0}}, {"api", {1, 1}}};
  wanted.canary = 2;
  wanted.max_wave = 5;
  wanted.soak = minutes{1};
  wanted.max_attempts = 3;
  wanted.retry_delay = seconds{7};
  wanted.failures_tolerated = 4;
  wanted.failures_tolerated_domain = 1;
  wanted.busy = core::BusyPolicy::GoOn;
  wanted.on_failure = core::OnFailure::Rollback;
  wanted.deadlines.quiet = minutes{45};
  wanted.window_drain = minutes{20};
  wanted.window_heartbeat = minutes{11};
  wanted.migrate_batch = 50;
  wanted.migrate_pause = seconds{2};
  wanted.allow_unsupported_hop = true;
  wanted.backup_reference = "dump 7";
  wanted.max_clock_skew = std::chrono::milliseconds{500};
  EXPECT_EQ(*policy, wanted);
}

TEST(PolicyFile, a_budget_that_lets_nothing_go_is_refused) {
  EXPECT_EQ(error_of("{\"budgets\": {\n\"conductor\": {\"max_unavailable\": 0}}}"),
            "policy.json:2: /budgets/conductor/max_unavailable: must be from 1 to 1000000000, and "
            "is 0");
}

TEST(PolicyFile, contradictions_are_refused) {
  EXPECT_EQ(error_of(R"({"canary": 3, "max_wave": 2,
"failures_tolerated_domain": 2, "failures_tolerated": 1,
"soak": "8d", "retry_delay": "20m"})"),
            "policy.json:1: /canary: the canary (3) is larger than the largest wave, max_wave (2); "
            "lower it, or set max_wave to 0\n"
            "policy.json:2: /failures_tolerated_domain: more failures are tolerated in one domain "
            "(2) than in the whole upgrade, failures_tolerated (1)\n"
            "policy.json:3: /soak: the soak after a wave (8d00h) is not shorter than "
            "deadlines.approval (7d00h): approvals given in advance would expire while it lasts\n"
            "policy.json:3: /retry_delay: a retry waits longer (20m00s) than an agent may be away, "
            "deadlines.agent_lost (10m00s)");
}

TEST(PolicyFile, durations_must_be_durations) {
  EXPECT_EQ(error_of(R"({"soak": "10 sec"})"),
            "policy.json:1: /soak: \"10 sec\" is not a duration; write a whole number and a unit: "
            "\"250ms\", \"10s\", \"5m\", \"2h\" or \"7d\"");
  EXPECT_EQ(error_of(R"({"soak": 10})"),
            "policy.json:1: /soak: must be a duration in quotes, such as \"10s\", and is 10");
  EXPECT_EQ(error_of(R"({"deadlines": {"stop": "10ms"}})"),
            "policy.json:1: /deadlines/stop: a deadline under 1s lets no step succeed; give it "
            "more time");
}

/// It is told as a name that nobody knows, whatever it holds.
TEST(PolicyFile, deadline_of_an_unknown_name_may_hold_anything) {
  for (const char* value : {R"("45-")", "45", "null"}) {
    const std::string error = error_of(R"({"deadlines": {"quite": )" + std::string(value) + "}}");
    EXPECT_NE(error.find("/deadlines/quite"), std::string::npos) << error;
    EXPECT_NE(error.find("quiet"), std::string::npos) << "what may be meant: " << error;
  }
}

TEST(PolicyFile, unknown_roles_checks_and_words_are_refused) {
  EXPECT_EQ(error_of(R"({"budgets": {"conducter": {}}})"),
            "policy.json:1: /budgets/conducter: \"conducter\" is not a role; known are "
            "\"conductor\" or \"api\"; did you mean \"conductor\"?");
  EXPECT_EQ(error_of(R"({"busy": "go_on"})"),
            "policy.json:1: /busy: \"go_on\" is not one of \"fail\" or \"go-on\"; did you mean "
            "\"go-on\"?");
  EXPECT_EQ(error_of(R"({"waived_checks": {"no.such.check": "why"}})"),
            "policy.json:1: /waived_checks/no.such.check: \"no.such.check\" is not a check; "
            "docs/operating.md lists all checks");
}

TEST(PolicyFile, a_waiver_needs_a_reason) {
  EXPECT_EQ(error_of(R"({"waived_checks": {"preflight.backup-attested": ""}})"),
            "policy.json:1: /waived_checks/preflight.backup-attested: a check is waived without a "
            "reason; "
            "write why it may fail");
  const auto policy =
      parse_policy(R"({"waived_checks": {"preflight.backup-attested": "a lab"}})", "p");
  ASSERT_TRUE(policy.ok()) << policy.error().message;
  EXPECT_EQ(policy->waived_checks.at("preflight.backup-attested"), "a lab");
}

}  // namespace
}  // namespace rollmill::config
