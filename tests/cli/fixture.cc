#include "cli/fixture.h"

namespace rollmill::cli {
namespace {

core::PhaseView phase(const std::string& name, const std::string& state, std::uint32_t done,
                      std::uint32_t total, int milliseconds) {
  core::PhaseView view;
  view.name = name;
  view.state = state;
  view.turns_done = done;
  view.turns_total = total;
  view.elapsed = base::Duration{milliseconds};
  view.reversible = name != "unpin" && name != "contract" && name != "verify";
  return view;
}

core::HostView host(const std::string& name, const std::string& release, const std::string& pin,
                    const std::string& state) {
  core::HostView view;
  view.name = name;
  view.services = {"ironic-conductor"};
  view.connected = true;
  view.connected_since = at(-600);
  view.agent_version = "0.1.0";
  view.release = release;
  view.pin = pin;
  view.state = state;
  view.steps_total = 20;
  return view;
}

}  // namespace

base::TimePoint at(int seconds) {
  return *base::parse_time("2026-11-22T15:00:00Z") + std::chrono::seconds{seconds};
}

core::UpgradeView running_view() {
  core::UpgradeView view;
  view.id = "u-7f3a";
  view.plan_id = "4c1d9e";
  view.fleet = "lab";
  view.state = "RUNNING";
  view.from = "35.0";
  view.to = "39.0";
  view.created_by = "root@ctl";
  view.created_at = at(-83);
  view.elapsed = std::chrono::milliseconds{83'400};
  view.reversible_text = "yes, until unpin";
  view.current_phase = "conductors";
  view.probes_sent = 1842;
  view.longest_gap = base::Duration{412};
  view.phases = {phase("preflight", "done", 6, 6, 3200),     phase("stage", "done", 6, 6, 900),
                 phase("expand", "done", 1, 1, 1700),        phase("pin", "done", 6, 6, 400),
                 phase("conductors", "active", 1, 2, 21000), phase("api", "pending", 0, 1, 0),
                 phase("gate", "pending", 0, 4, 0),          phase("unpin", "pending", 0, 3, 0),
                 phase("contract", "pending", 0, 1, 0),      phase("verify", "pending", 0, 4, 0)};
  view.phases[4].wave = "wave 2 of 2";
  core::HostView busy = host("cond2", "35.0", "35.0", "waiting");
  busy.doing = "drain";
  busy.waits_for = "1 node is reserved: n01 (deploying since 14:59:20Z)";
  busy.since = at(-12);
  busy.deadline = at(1788);
  busy.steps_done = 3;
  core::HostView done = host("cond1", "39.0", "35.0", "idle");
  done.steps_done = 9;
  core::HostView away = host("api1", "35.0", "35.0", "idle");
  away.connected = false;
  away.connected_since = at(-4);
  view.hosts = {done, busy, away, host("admin", "39.0", "", "idle")};
  view.budgets = {{"conductor", "", 2, 1, 0, 1, 1}, {"api", "rack1", 1, 0, 0, 1, 0}};
  return view;
}

core::UpgradeView blocked_view() {
  core::UpgradeView view = running_view();
  view.current_phase = "unpin";
  for (core::PhaseView& each : view.phases) {
    if (each.state == "active") each.state = "done";
    if (each.name == "api" || each.name == "gate") each.state = "done";
    if (each.name == "unpin") each.state = "awaiting";
  }
  view.hosts[1].state = "idle";
  view.hosts[1].doing = "";
  view.hosts[1].waits_for = "";
  view.hosts[2].connected = true;
  view.blocked = core::Blocked{"APPROVAL_MISSING",
                               "phase unpin is the point of no return and nobody has approved it",
                               at(-125),
                               "approver",
                               "rollmill upgrade approve u-7f3a unpin",
                               "operating.md#approval_missing"};
  return view;
}

core::UpgradeView finished_view() {
  core::UpgradeView view = running_view();
  view.state = "SUCCEEDED";
  view.reason = "security fix";
  view.current_phase = "";
  view.finished_at = at(30);
  view.elapsed = std::chrono::milliseconds{113'400};
  view.reversible = false;
  view.reversible_text = "no, forward only";
  for (core::PhaseView& each : view.phases) {
    each.state = "done";
    each.turns_done = each.turns_total;
    each.wave = "";
    each.probes_sent = 200;
    each.longest_gap = base::Duration{120};
  }
  view.phases[4].probes_failed = 2;
  view.phases[4].longest_gap = base::Duration{412};
  view.probes_sent = 2000;
  view.probes_failed = 2;
  view.probe_error = "GET /v1/nodes?limit=1: status 502";
  view.phases[0].checks = {{"preflight.clock-skew", core::Verdict::Warning, "2.1s at api1"},
                           {"preflight.no-pin", core::Verdict::Ok, "none"}};
  view.hosts = {host("cond1", "39.0", "", "done"), host("cond2", "39.0", "", "done")};
  for (core::HostView& each : view.hosts) each.steps_done = 20;
  view.approvals = {{"unpin", "boss@ctl", "window agreed", at(0), at(86400), false}};
  core::StepView step;
  step.index = 17;
  step.phase = "conductors";
  step.host = "cond2";
  step.service = "ironic-conductor";
  step.verb = "start";
  step.state = "succeeded";
  step.attempt = 2;
  step.finished_at = at(5);
  step.code = "HEARTBEAT_STALE";
  step.message = "no heartbeat within 30s";
  view.steps = {step};
  return view;
}

core::EventView event(base::Sequence sequence, const std::string& kind, const std::string& text) {
  core::EventView view;
  view.sequence = sequence;
  view.at = at(static_cast<int>(sequence));
  view.kind = kind;
  view.phase = "conductors";
  view.host = "cond2";
  view.severity = "info";
  view.text = text;
  return view;
}

base::Result<PlanShown> FakeClient::plan(const PlanWanted& wanted) {
  asked.push_back("plan " + core::to_string(wanted.to) + (wanted.policy ? " with a policy" : ""));
  if (plan_refusal) return *plan_refusal;
  if (refusal) return *refusal;
  PlanShown shown;
  shown.plan.id = {"4c1d9e"};
  const bool newest = wanted.to == core::ReleaseNumber{};  // that of the upgrade under way
  shown.plan.to = newest ? core::ReleaseNumber{39, 0} : wanted.to;
  shown.printed = "the plan\nplan 4c1d9e\n";
  return shown;
}

base::Result<core::UpgradeView> FakeClient::start(const StartWanted& wanted) {
  std::string text = "start " + core::to_string(wanted.plan.to) + " plan " + wanted.plan_id +
                     " request " + wanted.request_id + " because of " + wanted.reason;
  for (const std::string& gate : wanted.approve) text += " approve " + gate;
  asked.push_back(text);
  if (refusal) return *refusal;
  return running_view();
}

base::Result<core::UpgradeView> FakeClient::deed(const std::string& what,
                                                 const base::UpgradeId& upgrade,
                                                 const std::string& reason) {
  asked.push_back(what + " [" + upgrade.text + "] because of [" + reason + "]");
  if (refusal) return *refusal;
  return answer;
}

base::Result<core::UpgradeView> FakeClient::pause(const base::UpgradeId& upgrade,
                                                  const std::string& reason) {
  return deed("pause", upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::resume(const base::UpgradeId& upgrade,
                                                   const std::string& reason) {
  return deed("resume", upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::quarantine(const base::UpgradeId& upgrade,
                                                       const base::HostName& host, bool api_is_out,
                                                       const std::string& reason) {
  return deed("quarantine " + host.text + (api_is_out ? " (its API is out)" : ""), upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::rollback(const base::UpgradeId& upgrade, bool undo,
                                                     const std::string& reason) {
  return deed(undo ? "rollback --undo" : "rollback", upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::abort(const base::UpgradeId& upgrade,
                                                  const std::string& reason) {
  return deed("abort", upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::approve(const base::UpgradeId& upgrade,
                                                    const std::string& gate,
                                                    std::optional<base::Duration> valid_for,
                                                    const std::string& reason) {
  const std::string term = valid_for ? " for " + base::format_duration(*valid_for) : "";
  return deed("approve " + gate + term, upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::retry(const base::UpgradeId& upgrade,
                                                  std::optional<base::StepIndex> step,
                                                  const std::string& reason) {
  return deed(step ? "retry step " + std::to_string(step->value) : "retry", upgrade, reason);
}
base::Result<core::UpgradeView> FakeClient::skip(const base::UpgradeId& upgrade,
                                                 base::StepIndex step, const std::string& reason) {
  return deed("skip step " + std::to_string(step.value), upgrade, reason);
}

base::Result<core::UpgradeView> FakeClient::get(const base::UpgradeId&, core::Detail) {
  if (views.empty()) return base::Error{base::ErrorCode::NotFound, "there is no upgrade"};
  const base::Result<core::UpgradeView> view = views.front();
  if (views.size() > 1) views.erase(views.begin());
  return view;
}

base::Result<std::vector<core::UpgradeView>> FakeClient::list() {
  std::vector<core::UpgradeView> all;
  for (const auto& view : views) all.push_back(*view);
  return all;
}

base::Result<std::vector<ports::FleetHostView>> FakeClient::hosts() { return fleet; }
base::Result<ports::ControllerInfo> FakeClient::info() {
  if (refusal) return *refusal;
  return information;
}

base::Result<std::vector<core::EventView>> FakeClient::events(const base::UpgradeId&,
                                                              base::Sequence after) {
  std::vector<core::EventView> found;
  for (const core::EventView& each : stream) {
    if (each.sequence > after) found.push_back(each);
  }
  return found;
}

base::Status FakeClient::watch(const base::UpgradeId& upgrade, base::Sequence after,
                               const std::function<bool(const core::EventView&)>& sink) {
  asked.push_back("watch " + upgrade.text + " after " + std::to_string(after));
  for (const core::EventView& each : stream) {
    if (each.sequence > after && !sink(each)) break;
  }
  return base::success();
}

base::Status FakeClient::logs(const base::UpgradeId& upgrade, base::StepIndex step, bool follow,
                              const std::function<bool(const ports::LogChunk&)>& sink) {
  asked.push_back("logs " + upgrade.text + " step " + std::to_string(step.value) +
                  (follow ? " follow" : ""));
  for (const ports::LogChunk& chunk : output) {
    if (!sink(chunk)) break;
  }
  return base::success();
}

ExitCode Terminal::run(const std::vector<std::string>& arguments) {
  std::ostringstream out_stream;
  std::ostringstream err_stream;
  std::istringstream in_stream(answer);
  if (full) out_stream.setstate(std::ios::badbit);
  const Console console{.out = out_stream,
                        .err = err_stream,
                        .in = in_stream,
                        .out_is_terminal = is_terminal,
                        .in_is_terminal = is_terminal,
                        .columns = [this] { return columns; },
                        .rows = [this] { return rows; },
                        .environment = [this](const char* name) -> std::optional<std::string> {
                          const auto found = environment.find(name);
                          if (found == environment.end()) return std::nullopt;
                          return found->second;
                        },
                        .now = [this] { return now; },
                        .rest =
                            [this](base::Duration duration) {
                              now += duration;
                              if (duration == base::Duration{0}) return rests_until_interrupt != 0;
                              return rests_until_interrupt < 0 || --rests_until_interrupt > 0;
                            },
                        .user = "root@ctl"};
  Doors doors;
  doors.connect =
      [this](const ConnectOptions& options) -> base::Result<std::shared_ptr<ControlClient>> {
    connected = options;
    if (connect_error) return *connect_error;
    return std::shared_ptr<ControlClient>(client, [](ControlClient*) {});  // the test owns it
  };
  doors.read_policy = [](const std::string& file) -> base::Result<core::Policy> {
    if (file == "good.json") return core::Policy{};
    return base::Error{base::ErrorCode::InvalidArgument, file + ":1: /canary: is wrong"};
  };
  doors.request_id = [] { return std::string("r-1"); };
  doors.version = "0.1.0";
  const ExitCode code = cli::run(arguments, console, doors);
  out = out_stream.str();
  err = err_stream.str();
  return code;
}

}  // namespace rollmill::cli
