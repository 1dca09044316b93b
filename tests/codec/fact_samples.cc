#include "codec/fact_samples.h"

#include <chrono>
#include <memory>

namespace rollmill::test {
namespace {

using namespace core;
using base::Duration;
using base::HostIndex;
using base::PhaseIndex;
using base::StepIndex;
using base::TimePoint;
using base::TurnIndex;
using base::WaveIndex;

TimePoint at(int minute) {
  return TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}} +
         std::chrono::hours{15} + std::chrono::minutes{minute} + Duration{678};
}

Fleet fleet_sample() {
  return {base::FleetId{"lab"},
          "nova",
          {{base::HostName{"cond1"}, {{"ironic-conductor", "conductor", "rack1"}}, true}}};
}

Policy policy_sample() {
  Policy policy;
  policy.budgets = {{"conductor", {2, 3}}};
  policy.canary = 2;
  policy.max_wave = 3;
  policy.soak = Duration{4000};
  policy.max_attempts = 5;
  policy.retry_delay = Duration{6000};
  policy.failures_tolerated = 7;
  policy.failures_tolerated_domain = 8;
  policy.busy = BusyPolicy::GoOn;
  policy.on_failure = OnFailure::Rollback;
  policy.deadlines = {Duration{1}, Duration{2},  Duration{3},  Duration{4},
                      Duration{5}, Duration{6},  Duration{7},  Duration{8},
                      Duration{9}, Duration{10}, Duration{11}, Duration{12}};
  policy.window_drain = Duration{9000};
  policy.window_heartbeat = Duration{10000};
  policy.migrate_batch = 11;
  policy.migrate_pause = Duration{12000};
  policy.allow_unsupported_hop = true;
  policy.waived_checks = {{"preflight.disk", "a \"small\" disk\nis enough"}};
  policy.backup_reference = "nightly-4711";
  policy.max_clock_skew = Duration{13000};
  return policy;
}

std::vector<CheckResult> checks_sample() {
  return {{"conductor.heartbeat-fresh", Verdict::Failed, "heartbeat is 90 s old"},
          {"conductor.registered", Verdict::Warning, "registered as Zürich"}};
}

}  // namespace

TaskArgs task_args_sample() {
  TaskArgs args;
  args.service = "ironic-conductor";
  args.role = "conductor";
  args.domain = "rack1";
  args.from = {35, 1};
  args.to = {39, 2};
  args.new_release = true;
  args.pinned = true;
  args.schema = true;
  args.baseline = true;
  args.unpinned_rows = true;
  args.busy = BusyPolicy::GoOn;
  args.outage_accepted = true;
  args.window_drain = Duration{1500};
  args.window_heartbeat = Duration{2500};
  args.migrate_batch = 77;
  args.migrate_pause = Duration{3500};
  return args;
}

HostFacts host_facts_sample() {
  return {at(1),
          "35.0",
          {{"ironic-conductor", true, "35.0", "35.0", true, at(2)}},
          {{"release.version", "35.0.1-10"}}};
}

TaskSucceeded task_succeeded_sample() { return {false, checks_sample(), host_facts_sample()}; }

TaskFailed task_failed_sample() {
  return {"HEARTBEAT_STALE", "look at it", true, checks_sample(), host_facts_sample()};
}

Plan plan_sample() {
  Plan plan;
  plan.id = base::PlanId{"4c1d"};
  plan.fleet = fleet_sample();
  plan.policy = policy_sample();
  plan.from = {35, 0};
  plan.to = {39, 0};
  plan.phases = {
      {PhaseKind::Conductors, GateSpec{"expand", "heavy"}, false, "A back in", WaveIndex{1}, 2,
       Direction::Back, 3, true}};
  plan.waves = {{"canary", TurnIndex{1}, 2, Duration{3000}, PhaseIndex{4}}};
  plan.turns = {{HostIndex{1}, "ironic-conductor", base::ServiceIndex{2}, "conductor", "rack1",
                 true, StepIndex{3}, 4, WaveIndex{5}}};
  plan.steps = {{Verb::Drain, HostIndex{1}, task_args_sample(), Duration{5000}, TurnIndex{6}}};
  plan.notes = {"cond2 is on 39.0 already"};
  return plan;
}

std::vector<Fact> fact_samples() {
  const std::vector<FactBody> bodies = {
      UpgradePlanned{base::UpgradeId{"u-7f3a"}, std::make_shared<const Plan>(plan_sample()),
                     "root@ctl", "security fix", "r-1"},
      UpgradeStarted{},
      ControllerStarted{18446744073709551615U},
      AgentConnected{HostIndex{1}, "0.1.0", "b-1"},
      AgentLost{HostIndex{1}, "stream closed"},
      PhaseStarted{PhaseIndex{1}},
      PhaseReset{PhaseIndex{2}},
      PhaseFinished{PhaseIndex{3}},
      GateReached{PhaseIndex{4}, at(3)},
      ApprovalGiven{"unpin", "anna", "all green", at(4)},
      ApprovalExpired{"unpin"},
      GatePassed{PhaseIndex{5}},
      WaveStarted{WaveIndex{1}},
      SoakStarted{WaveIndex{2}, at(5)},
      WaveFinished{WaveIndex{3}},
      TurnStarted{TurnIndex{1}},
      TurnFinished{TurnIndex{2}},
      TurnFailed{TurnIndex{3}},
      WaveStalled{WaveIndex{4}, at(6)},
      WaveUnstalled{WaveIndex{5}},
      StepDispatched{StepIndex{1}, 2, at(7)},
      StepAccepted{StepIndex{2}, 3},
      StepWaiting{StepIndex{3}, 4, {"NODES_BUSY", "n01 is deploying", at(8)}},
      StepSucceeded{StepIndex{4}, 5, task_succeeded_sample()},
      StepFailed{StepIndex{5}, 6, task_failed_sample()},
      StepRetryPlanned{StepIndex{6}, at(9), "anna", "disk was full"},
      StepSkipped{StepIndex{7}, "anna", "host is gone"},
      PhaseJudged{PhaseIndex{6}, checks_sample()},
      UpgradePaused{"PAUSED_BY_OPERATOR", "lunch", "anna"},
      UpgradeResumed{"anna", "back"},
      UpgradeAborted{"anna", "enough"},
      UpgradeSucceeded{},
      ApiProbed{10, 2, Duration{750}, "connection refused"},
      DirectionTurned{Direction::Forward, "anna", "wrong evening"},
      PlanExtended{std::make_shared<const Plan>(plan_sample())},
      HostQuarantined{HostIndex{1}, "anna", "dead mainboard"},
      UpgradeRolledBack{},
  };
  std::vector<Fact> facts;
  for (const FactBody& body : bodies) facts.push_back({at(0), body});
  return facts;
}

}  // namespace rollmill::test
