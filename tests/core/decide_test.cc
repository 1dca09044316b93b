#include <gtest/gtest.h>

#include "support/builders.h"
#include "support/engine_loop.h"

/// Every state of a step against every outcome that an agent may report, and every state of an
/// upgrade against everything that a person may ask for: facts, or a refusal with a sentence.
namespace rollmill::core {
namespace {

using test::EngineLoop;

const base::HostName kHost{"cond1"};
constexpr base::StepIndex kStage{6};  // the stage of cond1, in the fleet below
const Actor kAlice{"alice", "because"};

/// A fleet whose agents have all come; the stage phase has just begun.
EngineLoop staging() {
  const Plan plan = test::plan_for(test::fleet("cond x2, api x2, admin schema"));
  EngineLoop loop(plan, test::FleetTwin(plan.fleet, plan.from));
  loop.begin(plan, kAlice);
  loop.come_all();
  while (loop.state.phase.value == 0) loop.go_on();
  return loop;
}

EngineLoop after(const std::vector<TaskOutcome>& outcomes) {
  EngineLoop loop = staging();
  for (const TaskOutcome& outcome : outcomes) loop.report(kHost, kStage, outcome);
  return loop;
}

TaskFailed failure(bool retryable) { return {"STAGE_FAILED", "no room", retryable, {}, {}}; }

EngineLoop skipped() {
  EngineLoop loop = after({failure(false)});
  evolve(loop.state, {loop.now, StepSkipped{kStage, "alice", "because"}});
  return loop;
}

/// "StepFailed TurnFailed", "refused", or "nothing new".
std::string outcome_of(const Decision& decision) {
  if (decision.refusal) {
    EXPECT_TRUE(decision.facts.empty());
    EXPECT_NE(decision.refusal->message, "");
    return "refused";
  }
  std::string kinds;
  for (const Fact& fact : decision.facts) {
    kinds += (kinds.empty() ? "" : " ") + std::string(fact_kind(fact.body));
  }
  return kinds.empty() ? "nothing new" : kinds;
}

std::string row(const EngineLoop& loop) {
  const StepRun& run = loop.state.steps[kStage.value];
  const std::vector<TaskOutcome> outcomes = {
      TaskAccepted{}, TaskWaiting{"API_UNAVAILABLE", "the API is away", loop.now},
      TaskSucceeded{}, failure(false), failure(true), TaskRefused{"DRIVER_MISSING", "no driver"}};
  std::string text = std::string(to_string(run.state)) + ":\n";
  for (const TaskOutcome& outcome : outcomes) {
    const TaskReport report{{loop.state.id, kStage, run.attempt, 1}, outcome};
    const Decision decision = decide(loop.state, TaskReported{kHost, report}, loop.now);
    text += "  " + outcome_of(decision) + "\n";
    const bool acked = !decision.commands.empty() &&
                       std::holds_alternative<AckReport>(decision.commands.back());
    EXPECT_EQ(acked, is_final(outcome)) << "a final report must be acknowledged, always";
  }
  return text;
}

// Rows: accepted, waiting, succeeded, failed, failed and retryable, refused.
TEST(DecideStep, pending_refuses_every_report) {
  EXPECT_EQ(row(after({failure(true)})),
            "pending:\n  refused\n  refused\n  refused\n  refused\n  refused\n  refused\n");
}

TEST(DecideStep, dispatched_takes_every_report) {
  EXPECT_EQ(row(staging()),
            "dispatched:\n  StepAccepted\n  StepWaiting\n  StepSucceeded TurnFinished\n"
            "  StepFailed TurnFailed\n  StepFailed StepRetryPlanned\n  StepFailed TurnFailed\n");
}

TEST(DecideStep, running_takes_every_report_and_a_second_acceptance_says_nothing_new) {
  EXPECT_EQ(row(after({TaskAccepted{}})),
            "running:\n  nothing new\n  StepWaiting\n  StepSucceeded TurnFinished\n"
            "  StepFailed TurnFailed\n  StepFailed StepRetryPlanned\n  StepFailed TurnFailed\n");
}

TEST(DecideStep, succeeded_refuses_every_report) {
  EXPECT_EQ(row(after({TaskSucceeded{}})),
            "succeeded:\n  refused\n  refused\n  refused\n  refused\n  refused\n  refused\n");
}

TEST(DecideStep, failed_takes_only_a_late_success) {
  EXPECT_EQ(row(after({failure(false)})),
            "failed:\n  refused\n  refused\n  StepSucceeded TurnFinished UpgradeResumed\n"
            "  refused\n  refused\n  refused\n");
}

TEST(DecideStep, skipped_refuses_every_report) {
  EXPECT_EQ(row(skipped()),
            "skipped:\n  refused\n  refused\n  refused\n  refused\n  refused\n  refused\n");
}

TEST(DecideStep, same_waiting_twice_says_nothing_new) {
  EngineLoop loop = staging();
  const TaskWaiting waiting{"API_UNAVAILABLE", "the API is away", loop.now};
  loop.report(kHost, kStage, waiting);
  const std::size_t before = loop.facts.size();
  loop.report(kHost, kStage, waiting);
  EXPECT_EQ(loop.facts.size(), before);
}

/// What each person's verb leads to in the given state.
std::string people(const EngineLoop& loop) {
  const std::vector<Event> events = {PauseRequested{kAlice},
                                     ResumeRequested{kAlice},
                                     AbortRequested{kAlice},
                                     ApproveRequested{"unpin", kAlice, {}},
                                     RetryRequested{std::nullopt, kAlice},
                                     SkipRequested{kStage, kAlice},
                                     UpgradeRequested{}};
  std::string text = std::string(to_string(loop.state.state)) + ":\n";
  for (const Event& event : events) {
    text += "  " + outcome_of(decide(loop.state, event, loop.now)) + "\n";
  }
  return text;
}

// Rows: pause, resume, abort, approve, retry, skip, start.
TEST(DecidePeople, nothing_but_a_start_before_there_is_an_upgrade) {
  EngineLoop loop;
  const Plan plan = test::plan_for(test::fleet("cond x2, api x2, admin schema"));
  UpgradeRequested request;
  request.plan = std::make_shared<const Plan>(plan);
  EXPECT_EQ(outcome_of(decide(loop.state, PauseRequested{kAlice}, loop.now)), "refused");
  EXPECT_EQ(outcome_of(decide(loop.state, AdvanceWanted{}, loop.now)), "refused");
  EXPECT_EQ(outcome_of(decide(loop.state, request, loop.now)), "UpgradePlanned UpgradeStarted");
}

TEST(DecidePeople, running) {
  EXPECT_EQ(people(staging()),
            "RUNNING:\n  UpgradePaused\n  refused\n  UpgradeAborted\n  ApprovalGiven\n"
            "  refused\n  refused\n  refused\n");
}

TEST(DecidePeople, paused_by_a_failure) {
  EXPECT_EQ(people(after({failure(false)})),
            "PAUSED:\n  UpgradePaused\n  UpgradeResumed\n  UpgradeAborted\n  ApprovalGiven\n"
            "  StepRetryPlanned UpgradeResumed\n  refused\n  refused\n")
      << "install relies on what is staged: it is not left out";
}

TEST(DecidePeople, paused_by_a_person) {
  EngineLoop loop = after({failure(false)});
  loop.handle(PauseRequested{kAlice});
  EXPECT_EQ(people(loop),
            "PAUSED:\n  refused\n  UpgradeResumed\n  UpgradeAborted\n  ApprovalGiven\n"
            "  StepRetryPlanned\n  refused\n  refused\n");
}

TEST(DecidePeople, aborted_and_succeeded_refuse_everything) {
  EngineLoop loop = staging();
  loop.handle(AbortRequested{kAlice});
  const std::string nothing =
      "  refused\n  refused\n  refused\n  refused\n  refused\n  refused\n  refused\n";
  EXPECT_EQ(people(loop), "ABORTED:\n" + nothing);
  loop = staging();
  loop.handle(ApproveRequested{"unpin", kAlice, {}});
  while (loop.go_on()) continue;
  EXPECT_EQ(people(loop), "SUCCEEDED:\n" + nothing);
}

TEST(Decide, events_of_hosts_outside_the_fleet_are_refused) {
  const EngineLoop loop = staging();
  const base::HostName stranger{"db1"};
  EXPECT_EQ(outcome_of(decide(loop.state, AgentCame{stranger, "0.1", "b"}, loop.now)), "refused");
  EXPECT_EQ(outcome_of(decide(loop.state, AgentWent{stranger, "reset"}, loop.now)), "refused");
  EXPECT_EQ(outcome_of(decide(loop.state, AgentWent{kHost, "reset"}, loop.now)), "AgentLost");
}

TEST(Decide, deciding_changes_nothing) {
  const EngineLoop loop = staging();
  const Upgrade before = loop.state;
  (void)decide(loop.state, AbortRequested{kAlice}, loop.now);
  (void)decide(loop.state, TimePassed{}, loop.now + std::chrono::hours{1});
  EXPECT_EQ(test::difference(before, loop.state), "");
}

}  // namespace
}  // namespace rollmill::core
