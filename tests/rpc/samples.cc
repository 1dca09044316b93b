#include "rpc/samples.h"

namespace rollmill::rpc {
namespace {

using std::chrono::milliseconds;

base::TimePoint at(int seconds) {
  return base::TimePoint{milliseconds{1'700'000'000'123 + 1000LL * seconds}};
}
base::Duration lasting(int seconds) { return milliseconds{1000LL * seconds + 7}; }

core::PhaseView sample_phase() {
  return {.name = "conductors",
          .state = "active",
          .direction = "BACK",
          .turns_done = 1,
          .turns_total = 3,
          .elapsed = lasting(12),
          .reversible = true,
          .undo = "A back in",
          .wave = "canary",
          .checks = {sample_check()},
          .probes_sent = 100,
          .probes_failed = 2,
          .longest_gap = lasting(1)};
}

core::HostView sample_host() {
  return {.name = "cond1",
          .services = {"ironic-conductor"},
          .connected = true,
          .connected_since = at(1),
          .agent_version = "0.1.0",
          .release = "35.0",
          .pin = "35.0",
          .doing = "drain",
          .state = "waiting",
          .waits_for = "2 nodes are reserved",
          .since = at(2),
          .deadline = at(3),
          .step = 17,
          .steps_done = 4,
          .steps_total = 9};
}

core::StepView sample_step() {
  return {.index = 17,
          .phase = "conductors",
          .direction = "BACK",
          .host = "cond1",
          .service = "ironic-conductor",
          .verb = "drain",
          .state = "failed",
          .attempt = 2,
          .changed = true,
          .dispatched_at = at(4),
          .finished_at = at(5),
          .code = "NODES_BUSY",
          .message = "2 nodes are reserved",
          .checks = {sample_check()}};
}

core::Deadlines sample_deadlines() {
  return {.inspect = lasting(1),
          .stage = lasting(2),
          .install = lasting(3),
          .schema = lasting(4),
          .migrate = lasting(5),
          .configure = lasting(6),
          .quiet = lasting(7),
          .stop = lasting(8),
          .start = lasting(9),
          .probe = lasting(10),
          .agent_lost = lasting(11),
          .approval = lasting(12)};
}

}  // namespace

core::TaskArgs sample_args() {
  return {.service = "ironic-conductor",
          .role = "conductor",
          .domain = "rack1",
          .from = {35, 1},
          .to = {39, 2},
          .new_release = true,
          .pinned = true,
          .schema = true,
          .baseline = true,
          .unpinned_rows = true,
          .busy = core::BusyPolicy::GoOn,
          .window_drain = lasting(900),
          .window_heartbeat = lasting(600),
          .migrate_batch = 500,
          .migrate_pause = lasting(1)};
}

core::Task sample_task() {
  return {.key = {{"u1"}, {17}, 2, 7},
          .verb = core::Verb::Drain,
          .args = sample_args(),
          .time_limit = lasting(1800)};
}

core::HostFacts sample_facts() {
  return {.read_at = at(6),
          .installed_release = "35.0",
          .services = {{.service = "ironic-conductor",
                        .running = true,
                        .release = "35.0",
                        .pin = "35.0",
                        .config_newer_than_process = true,
                        .started_at = at(7)}},
          .details = {{"release.version", "35.0.1-10"}}};
}

core::CheckResult sample_check() {
  return {.id = "conductor.heartbeat-fresh",
          .verdict = core::Verdict::Warning,
          .summary = "the heartbeat is 12 s old"};
}

core::Policy sample_policy() {
  return {.budgets = {{"api", {2, 3}}, {"conductor", {4, 5}}},
          .canary = 2,
          .max_wave = 3,
          .soak = lasting(11),
          .max_attempts = 3,
          .retry_delay = lasting(6),
          .failures_tolerated = 4,
          .failures_tolerated_domain = 1,
          .busy = core::BusyPolicy::GoOn,
          .on_failure = core::OnFailure::Rollback,
          .deadlines = sample_deadlines(),
          .window_drain = lasting(901),
          .window_heartbeat = lasting(601),
          .migrate_batch = 501,
          .migrate_pause = lasting(2),
          .allow_unsupported_hop = true,
          .waived_checks = {{"preflight.clocks", "known"}},
          .backup_reference = "nightly-42",
          .max_clock_skew = lasting(3)};
}

core::Plan sample_plan() {
  core::Plan plan{.id = {"p1"},
                  .fleet = {},
                  .policy = sample_policy(),
                  .from = {35, 1},
                  .to = {39, 2},
                  .phases = {},
                  .waves = {},
                  .turns = {},
                  .steps = {},
                  .notes = {"cond2 is on 39.2 already"}};
  plan.fleet = {.id = {"f1"},
                .profile = "ironic",
                .hosts = {{{"adm1"}, {{"ironic-api", "api", "rack2"}}, true},
                          {{"cond1"}, {{"ironic-conductor", "conductor", "rack1"}}, true}}};
  plan.phases = {{.kind = core::PhaseKind::Unpin,
                  .gate = core::GateSpec{"unpin", "no way back"},
                  .reversible = true,
                  .undo = "none",
                  .first_wave = {1},
                  .wave_count = 2,
                  .direction = core::Direction::Back,
                  .leg = 3,
                  .finds_way = true}};
  // As many of each as the positions above and below reach, so that the plan can be printed.
  plan.waves.assign(
      3,
      {.label = "canary", .first_turn = {3}, .turn_count = 4, .soak = lasting(10), .phase = {1}});
  plan.turns.assign(7, {.host = {1},
                        .service = "ironic-conductor",
                        .service_index = base::ServiceIndex{1},
                        .role = "conductor",
                        .domain = "rack1",
                        .takes_down = true,
                        .first_step = {5},
                        .step_count = 6,
                        .wave = {1}});
  plan.steps.assign(11, {.verb = core::Verb::Unpin,
                         .host = {1},
                         .args = sample_args(),
                         .deadline = lasting(120),
                         .turn = {1}});
  return plan;
}

core::UpgradeView sample_view() {
  return {.id = "u1",
          .plan_id = "p1",
          .first_plan_id = "p0",
          .fleet = "f1",
          .state = "RUNNING",
          .direction = "BACK",
          .from = "35.1",
          .to = "39.2",
          .created_by = "root@ctl",
          .reason = "security",
          .created_at = at(8),
          .finished_at = at(9),
          .elapsed = lasting(60),
          .blocked = core::Blocked{"NODES_BUSY", "2 nodes are reserved", at(10), "operator",
                                   "rollmill upgrade retry u1", "operating.md#nodes_busy"},
          .reversible = true,
          .reversible_text = "yes, until unpin",
          .current_phase = "conductors",
          .failures = 1,
          .failures_tolerated = 2,
          .probes_sent = 1000,
          .probes_failed = 3,
          .longest_gap = lasting(2),
          .probe_error = "503",
          .phases = {sample_phase()},
          .past_phases = {sample_phase()},
          .hosts = {sample_host()},
          .budgets = {{"conductor", "rack1", 3, 1, 1, 2, 1}},
          .approvals = {{"unpin", "ann", "agreed", at(11), at(12), true}},
          .steps = {sample_step()}};
}

core::EventView sample_event(base::Sequence sequence) {
  return {.sequence = sequence,
          .at = at(13),
          .kind = "StepSucceeded",
          .phase = "conductors",
          .host = "cond1",
          .verb = "drain",
          .step = 17,
          .severity = "warning",
          .text = "cond1: drain done after 4.2s"};
}

ports::AgentHello sample_hello(const std::string& host, base::Epoch obeyed) {
  return {.fleet = {"f1"},
          .host = {host},
          .boot_id = "b1",
          .agent_version = "0.1.0",
          .protocol = 1,
          .facts = sample_facts(),
          .epoch = obeyed};
}

ports::FleetHostView sample_fleet_host(const std::string& name) {
  return {.name = name,
          .schema = true,
          .services = {{"ironic-conductor", "conductor", "rack1"}},
          .connected = true,
          .since = at(14),
          .agent_version = "0.1.0",
          .facts = sample_facts()};
}

ports::ControllerInfo sample_info() {
  return {.version = "0.1.0",
          .fleet = "f1",
          .epoch = 7,
          .ready = true,
          .last_sequence = 99,
          .hosts = 6,
          .hosts_connected = 5};
}

}  // namespace rollmill::rpc
