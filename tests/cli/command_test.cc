#include <gtest/gtest.h>

#include "cli/fixture.h"

namespace rollmill::cli {
namespace {

using Asked = std::vector<std::string>;

class Command : public testing::Test {
 protected:
  Command() {
    terminal_.client = &client_;
    client_.views = {running_view()};
  }

  FakeClient client_;
  Terminal terminal_;
};

TEST_F(Command, plan_prints_it_and_the_command_that_runs_exactly_it) {
  EXPECT_EQ(terminal_.run({"plan", "39.0", "--policy", "good.json"}), ExitCode::Ok);
  EXPECT_EQ(client_.asked, (Asked{"plan 39.0 with a policy"}));
  EXPECT_EQ(terminal_.out,
            "the plan\nplan 4c1d9e\n\nRun exactly this with:\n"
            "  rollmill upgrade start --to 39.0 --policy good.json --plan 4c1d9e\n");
}

TEST_F(Command, plan_of_the_way_back_ends_with_what_can_be_done_now) {
  const auto last_line = [&](const std::vector<std::string>& arguments) {
    EXPECT_EQ(terminal_.run(arguments), ExitCode::Ok) << terminal_.err;
    return terminal_.out.substr(std::string("the plan\nplan 4c1d9e\n\n").size());
  };
  const std::vector<std::string> from_now = {"plan", "--reverse", "--from-now"};
  EXPECT_EQ(last_line(from_now), "Go this way with:\n  rollmill upgrade rollback\n");
  const std::string none = "is under way; a rollback of one would go this way.\n";
  EXPECT_EQ(last_line({"plan", "--to", "35.0", "--reverse"}), "No upgrade to 35.0 " + none)
      << "the one under way goes to 39.0";
  client_.views[0]->direction = "BACK";
  EXPECT_EQ(last_line(from_now),
            "Upgrade u-7f3a goes back already; see: rollmill upgrade status u-7f3a\n");
  client_.views[0]->state = "ROLLED_BACK";
  EXPECT_EQ(last_line({"plan", "--to", "39.0", "--reverse"}), "No upgrade to 39.0 " + none);
  client_.views.clear();
  EXPECT_EQ(last_line({"plan", "--to", "39.0", "--reverse"}), "No upgrade to 39.0 " + none);
}

TEST_F(Command, wrong_releases_and_policies_are_usage_errors) {
  EXPECT_EQ(terminal_.run({"plan", "gazpacho"}), ExitCode::Usage);
  EXPECT_EQ(terminal_.err,
            "rollmill: \"gazpacho\" is not a release; write MAJOR.MINOR, such as 39.0\n");
  EXPECT_EQ(terminal_.run({"plan", "39.0", "--policy", "bad.json"}), ExitCode::Usage);
  EXPECT_EQ(terminal_.err, "rollmill: the policy is not usable:\nbad.json:1: /canary: is wrong\n");
}

TEST_F(Command, start_without_a_terminal_needs_a_word) {
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0"}), ExitCode::Usage);
  EXPECT_EQ(terminal_.err,
            "rollmill: there is no terminal to ask on; add --yes, or --plan ID with the id that "
            "`rollmill plan` prints\n");
  EXPECT_TRUE(client_.asked.empty());
}

TEST_F(Command, start_runs_exactly_the_plan_that_was_shown) {
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0", "--yes", "--detach", "--reason", "fix",
                           "--approve", "unpin"}),
            ExitCode::Ok);
  EXPECT_EQ(
      client_.asked,
      (Asked{"plan 39.0", "start 39.0 plan 4c1d9e request r-1 because of fix approve unpin"}));
  EXPECT_EQ(terminal_.out,
            "the plan\nplan 4c1d9e\nupgrade u-7f3a has started. Watch it with:\n"
            "  rollmill upgrade watch u-7f3a\n");
}

TEST_F(Command, start_asks_on_a_terminal_and_takes_no_for_an_answer) {
  terminal_.is_terminal = true;
  terminal_.answer = "\n";
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0"}), ExitCode::Error);
  EXPECT_EQ(client_.asked, (Asked{"plan 39.0"}));
  EXPECT_EQ(terminal_.err,
            "Start this upgrade? [y/N] Nothing was started. The same plan later: rollmill upgrade "
            "start --to 39.0 --plan 4c1d9e\n");
  terminal_.answer = "y\n";
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0", "--detach"}), ExitCode::Ok);
}

TEST_F(Command, start_beside_an_upgrade_under_way_speaks_of_that_and_not_of_its_half_done_hosts) {
  client_.plan_refusal = base::Error{base::ErrorCode::FailedPrecondition, "no plan is possible"};
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0", "--yes"}), ExitCode::Error);
  EXPECT_EQ(terminal_.err,
            "rollmill: no plan is possible\n  upgrade u-7f3a (35.0 to 39.0) is RUNNING, and there "
            "is one at a time; see: rollmill upgrade status u-7f3a\n");
  client_.views = {finished_view()};
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0", "--yes"}), ExitCode::Error);
  EXPECT_EQ(terminal_.err, "rollmill: no plan is possible\n");
}

TEST_F(Command, start_with_a_plan_that_changed_is_drift) {
  client_.refusal = base::Error{base::ErrorCode::Aborted, "the plan has changed:\n- a\n+ b"};
  EXPECT_EQ(terminal_.run({"upgrade", "start", "39.0", "--plan", "old"}), ExitCode::Drift);
  EXPECT_EQ(client_.asked, (Asked{"start 39.0 plan old request r-1 because of "}));
  EXPECT_EQ(terminal_.err, "rollmill: the plan has changed:\n- a\n+ b\n");
}

TEST_F(Command, nobody_answering_says_where_it_looked) {
  client_.refusal = base::Error{base::ErrorCode::Unavailable, "cannot connect"};
  EXPECT_EQ(terminal_.run({"upgrade", "pause"}), ExitCode::Unavailable);
  EXPECT_EQ(
      terminal_.err,
      "rollmill: cannot connect\n  asked 127.0.0.1:7443; another address: --server HOST:PORT, "
      "or ROLLMILL_SERVER\n");
}

TEST_F(Command, output_that_went_nowhere_is_an_error) {
  terminal_.full = true;
  EXPECT_EQ(terminal_.run({"upgrade", "report", "-o", "json"}), ExitCode::Error);
  EXPECT_NE(terminal_.err.find("not all of the output could be written"), std::string::npos);
}

TEST_F(Command, trouble_with_tls_is_told_in_words_that_say_what_to_change) {
  const std::vector<std::string> plain = {"upgrade", "pause"};
  const std::vector<std::string> tls = {"upgrade", "pause", "--ca",  "ca",
                                        "--cert",  "c.pem", "--key", "c.key"};
  const auto told = [&](const std::vector<std::string>& line, const char* words) {
    client_.refusal = base::Error{base::ErrorCode::Unavailable, words};
    EXPECT_EQ(terminal_.run(line), ExitCode::Unavailable);
    return terminal_.err;
  };
  EXPECT_NE(told(tls, "x: certificate verify failed").find("not signed by what --ca names"),
            std::string::npos);
  EXPECT_NE(told(tls, "Peer name 10.0.0.1 is not in").find("does not name the host of --server"),
            std::string::npos);
  EXPECT_NE(told(tls, "wrong version number").find("speaks plain text"), std::string::npos);
  EXPECT_NE(told(tls, "empty address list").find("do not belong together"), std::string::npos);
  EXPECT_NE(told(tls, "Socket closed").find("refused the certificate of --cert"),
            std::string::npos);
  EXPECT_NE(told(plain, "Socket closed").find("may want TLS"), std::string::npos);
  EXPECT_EQ(told(plain, "Connection refused").find("TLS"), std::string::npos);
}

TEST_F(Command, every_deed_is_passed_on_with_its_reason) {
  for (const std::vector<std::string>& line :
       {std::vector<std::string>{"upgrade", "pause", "--reason", "lunch"},
        {"upgrade", "resume", "u-1"},
        {"upgrade", "abort", "u-1", "--reason", "wrong"},
        {"upgrade", "approve", "unpin"},
        {"upgrade", "approve", "u-1", "unpin", "--valid-for", "8h"},
        {"upgrade", "retry"},
        {"upgrade", "retry", "u-1", "--step", "17"},
        {"upgrade", "skip", "--step", "3", "--reason", "by hand"}}) {
    EXPECT_EQ(terminal_.run(line), ExitCode::Ok) << line[1] << terminal_.err;
  }
  EXPECT_EQ(client_.asked,
            (Asked{"pause [] because of [lunch]", "resume [u-1] because of []",
                   "abort [u-1] because of [wrong]", "approve unpin [] because of []",
                   "approve unpin for 8h00m [u-1] because of []", "retry [] because of []",
                   "retry step 17 [u-1] because of []", "skip step 3 [] because of [by hand]"}));
}

TEST_F(Command, an_aborted_upgrade_says_what_stays_and_how_to_go_on) {
  EXPECT_EQ(terminal_.run({"upgrade", "abort", "--yes"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out,
            "upgrade u-7f3a is aborted; what it did stays as it is, pins too. A new one takes over "
            "from there: rollmill upgrade start --to 39.0\n");
}

TEST_F(Command, what_cannot_be_taken_back_is_asked_on_a_terminal) {
  terminal_.is_terminal = true;
  for (const char* verb : {"abort", "approve"}) {
    std::vector<std::string> line = {"upgrade", verb, "u-1"};
    if (std::string(verb) == "approve") line.emplace_back("unpin");
    terminal_.answer = "n\n";
    EXPECT_EQ(terminal_.run(line), ExitCode::Error);
    EXPECT_NE(terminal_.err.find("Nothing was done."), std::string::npos);
  }
  EXPECT_TRUE(client_.asked.empty());
  EXPECT_EQ(terminal_.run({"upgrade", "abort", "u-1", "--yes"}), ExitCode::Ok);
}

TEST_F(Command, rollback_says_what_the_turn_ends) {
  core::UpgradeView paused = running_view();
  paused.state = "PAUSED";
  paused.approvals = {{"unpin", "boss", "", at(0), at(9), false},
                      {"expand", "boss", "", at(0), at(9), true}};
  paused.blocked =
      core::Blocked{"PAUSED_BY_OPERATOR", "paused by eve: \x1blunch", at(0), "operator", "", ""};
  client_.views = {paused};
  client_.answer.direction = "BACK";
  EXPECT_EQ(terminal_.run({"upgrade", "rollback"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(terminal_.out.find('\n')),
            "\n  the approval of unpin is void\n  this ends the pause: paused by eve:  lunch\n");
  client_.views = {running_view()};
  EXPECT_EQ(terminal_.run({"upgrade", "rollback", "--undo"}), ExitCode::Ok);
  EXPECT_EQ(std::count(terminal_.out.begin(), terminal_.out.end(), '\n'), 1);
}

TEST_F(Command, resume_says_so_when_the_same_block_still_stands) {
  EXPECT_EQ(terminal_.run({"upgrade", "resume"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out, "upgrade u-7f3a goes on\n");
  core::UpgradeView paused = blocked_view();
  paused.state = "PAUSED";
  client_.answer = paused;
  EXPECT_EQ(terminal_.run({"upgrade", "resume"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.find("upgrade u-7f3a stands still: resume"), 0U) << terminal_.out;
  EXPECT_NE(terminal_.out.find("BLOCKED  APPROVAL_MISSING"), std::string::npos);
}

TEST_F(Command, refusals_are_errors) {
  client_.refusal = base::Error{base::ErrorCode::FailedPrecondition, "upgrade u-1 is not paused"};
  EXPECT_EQ(terminal_.run({"upgrade", "resume"}), ExitCode::Error);
  EXPECT_EQ(terminal_.err, "rollmill: upgrade u-1 is not paused\n");
}

TEST_F(Command, status_is_a_picture_or_json) {
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 42), "u-7f3a  35.0 -> 39.0  fleet lab  RUNNING  ");
  EXPECT_EQ(terminal_.run({"upgrade", "status", "-o", "jsonl"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 15), "{\"id\":\"u-7f3a\",");
  client_.views.clear();
  EXPECT_EQ(terminal_.run({"upgrade", "status"}), ExitCode::Error);
  EXPECT_EQ(terminal_.err, "rollmill: there is no upgrade\n");
}

TEST_F(Command, events_are_lines_or_json) {
  client_.stream = {event(1, "PhaseStarted", "conductors begins"), event(2, "StepFailed", "no"),
                    event(3, "ApiProbed", "22 sent, 0 failed")};
  EXPECT_EQ(terminal_.run({"events"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out,
            "2026-11-22T15:00:01.000Z info conductors cond2 conductors begins\n"
            "2026-11-22T15:00:02.000Z info conductors cond2 no\n");
  EXPECT_EQ(terminal_.run({"events", "-o", "jsonl"}), ExitCode::Ok);
  EXPECT_EQ(std::count(terminal_.out.begin(), terminal_.out.end(), '\n'), 3);
  EXPECT_EQ(terminal_.out.substr(0, 14), "{\"sequence\":1,");
}

TEST_F(Command, logs_pick_the_step_that_failed_when_none_is_named) {
  core::UpgradeView view = finished_view();
  core::StepView failed = view.steps[0];
  failed.index = 21;
  failed.state = "failed";
  view.steps.push_back(failed);
  client_.views = {view};
  client_.output = {{"apt-get install", "line 1\n", false}, {"", "line 2\n", true}};
  EXPECT_EQ(terminal_.run({"logs"}), ExitCode::Ok);
  EXPECT_EQ(client_.asked, (Asked{"logs u-7f3a step 21"}));
  EXPECT_EQ(terminal_.out, "$ apt-get install\nline 1\nline 2\n");
  EXPECT_EQ(terminal_.err, "step 21: start ironic-conductor on cond2 (conductors), failed\n");
  EXPECT_EQ(terminal_.run({"logs", "u-7f3a", "17", "-f"}), ExitCode::Ok);
  EXPECT_EQ(client_.asked.back(), "logs u-7f3a step 17 follow");
  EXPECT_EQ(terminal_.run({"logs", "99"}), ExitCode::Error);
  EXPECT_EQ(terminal_.err,
            "rollmill: upgrade u-7f3a has no step 99; `rollmill upgrade report -o json` lists its "
            "steps\n");
}

TEST_F(Command, report_json_holds_the_upgrade_and_its_pauses) {
  client_.views = {finished_view()};
  client_.stream = {event(1, "StepFailed", "x"), event(2, "UpgradePaused", "lunch")};
  EXPECT_EQ(terminal_.run({"upgrade", "report", "-o", "json"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 26), "{\"upgrade\":{\"id\":\"u-7f3a\",");
  EXPECT_NE(terminal_.out.find("\"pauses\":[{\"sequence\":2,"), std::string::npos);
  EXPECT_EQ(terminal_.out.find("StepFailed"), std::string::npos);
}

}  // namespace
}  // namespace rollmill::cli
