#include "sim/ironic/roll.h"

#include "agent/pacer.h"
#include "agent/task_context.h"
#include "agent/verbs/job.h"
#include "agent/verbs/verbs.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::test {
namespace {

using core::Verb;

class SimPacer : public agent::Pacer {
 public:
  SimPacer(sim::Scheduler& time, sim::Host& host) : time_(time), host_(host) {}
  base::TimePoint now() const override { return host_.now(); }
  void rest(base::Duration duration) override { time_.rest(duration); }
  void wake() override {}

 private:
  sim::Scheduler& time_;
  sim::Host& host_;
};

core::Host one_host(const std::string& name, const std::string& service, const std::string& role,
                    const std::string& domain) {
  core::Host host;
  host.name.text = name;
  host.services.push_back({service, role, domain});
  return host;
}

std::string tell(const core::TaskOutcome& outcome, std::string& message) {
  return std::visit(
      base::Overloaded{[](const core::TaskAccepted&) { return std::string("accepted"); },
                       [](const core::TaskWaiting& waiting) { return waiting.code; },
                       [&](const core::TaskSucceeded& done) {
                         message.clear();
                         for (const core::CheckResult& check : done.checks)
                           if (check.verdict != core::Verdict::Ok)
                             message += check.id + ": " + check.summary + "\n";
                         return std::string("ok");
                       },
                       [&](const core::TaskFailed& failed) {
                         message = failed.message;
                         return failed.code;
                       },
                       [](const core::TaskRefused& refused) { return refused.code; }},
      outcome);
}

}  // namespace

sim::Layout layout(std::size_t conductors, std::size_t apis) {
  sim::Layout made;
  made.fleet.id.text = "lab";
  made.fleet.hosts.emplace_back();
  made.fleet.hosts.back().name.text = "admin";
  made.fleet.hosts.back().schema = true;
  for (std::size_t i = 0; i < conductors; ++i)
    made.fleet.hosts.push_back(
        one_host("cond" + std::to_string(i + 1), "ironic-conductor", "conductor",
                 conductors > 3 && i >= (conductors + 1) / 2 ? "rack2" : ""));
  for (std::size_t i = 0; i < apis; ++i)
    made.fleet.hosts.push_back(one_host("api" + std::to_string(i + 1), "ironic-api", "api", ""));
  return made;
}

Roll::Roll(sim::Layout layout, std::uint64_t seed)
    : site(time, sim::Random(seed), std::move(layout)) {
  args.from = site.site().layout.release;
  args.to = to;
  args.window_drain = std::chrono::minutes{15};
  args.window_heartbeat = std::chrono::minutes{10};
}

sim::Daemon& Roll::daemon(const std::string& host_name) {
  for (sim::Daemon* each : site.site().daemons)
    if (site.host(each->host).name() == host_name) return *each;
  std::abort();
}

std::vector<std::string> Roll::hosts_with(const std::string& role) const {
  std::vector<std::string> names;
  for (const core::Host& host : const_cast<Roll*>(this)->site.site().layout.fleet.hosts)
    if (!host.services.empty() && host.services[0].role == role) names.push_back(host.name.text);
  return names;
}

core::Task Roll::next_task(Verb verb) {
  core::Task task;
  task.key = {{"u-1"}, {step_++}, 1, epoch};
  task.verb = verb;
  task.args = args;
  task.time_limit = limit;
  return task;
}

void Roll::begin(sim::Program& agent, sim::Host& host, const core::Task& task) {
  done_ = false;
  agent.start([this, &host, task] {
    SimPacer pacer(time, host);
    agent::TaskContext context(pacer, host.output(), task.time_limit,
                               [](const core::TaskWaiting&) {});
    const agent::AgentSettings settings = host.settings();
    const agent::HostPorts ports = host.ports();
    agent::Job job(settings, ports, task, context, context.started_at());
    (void)host.output().bind(task.key);
    outcome_ = agent::run_task(job);
    (void)host.output().bind(std::nullopt);
    done_ = true;
  });
}

std::string Roll::run(const std::string& name, Verb verb) {
  sim::Host& where = host(name);
  args.service = where.settings().services.empty() ? "" : where.settings().services[0].service.name;
  sim::Program agent(time, nullptr);
  begin(agent, where, next_task(verb));
  const base::TimePoint end = time.now() + std::chrono::hours{24};
  while (!done_ && time.now() < end && time.step()) {
  }
  if (!done_) {
    agent.kill();
    (void)time.step();
    return "stuck";
  }
  return tell(outcome_, message_);
}

void Roll::run_and_kill(const std::string& name, Verb verb, base::Duration after) {
  sim::Host& where = host(name);
  args.service = where.settings().services.empty() ? "" : where.settings().services[0].service.name;
  sim::Program agent(time, nullptr);
  begin(agent, where, next_task(verb));
  time.after(after, [&agent] { agent.kill(); });
  const base::TimePoint end = time.now() + after;
  while (agent.alive() && time.now() <= end && time.step()) {
  }
  where.agent_died();
}

void Roll::pass(base::Duration duration) {
  bool over = false;
  time.after(duration, [&over] { over = true; });
  while (!over && time.step()) {
  }
}

std::string Roll::each(const Runs& runs) {
  for (const auto& [name, verb] : runs)
    if (const std::string code = run(name, verb); code != "ok")
      return name + " " + core::to_string(verb) + " " + code + ": " + message_;
  return {};
}

std::string Roll::before() {
  Runs runs;
  const auto& hosts = site.site().layout.fleet.hosts;
  for (const core::Host& each : hosts) runs.emplace_back(each.name.text, Verb::Inspect);
  for (const core::Host& each : hosts) runs.emplace_back(each.name.text, Verb::Stage);
  if (std::string failed = each(runs); !failed.empty()) return failed;
  args.baseline = true;
  std::string failed =
      each({{"admin", Verb::Survey}, {"admin", Verb::Install}, {"admin", Verb::Expand}});
  args.baseline = false;
  runs.clear();
  for (const core::Host& each : hosts)
    if (!each.services.empty()) runs.emplace_back(each.name.text, Verb::Pin);
  return failed.empty() ? each(runs) : failed;
}

std::string Roll::turn(const std::string& name) {
  args.new_release = args.pinned = true;
  Runs runs{{name, Verb::Drain},
            {name, Verb::Stop},
            {name, Verb::Install},
            {name, Verb::Start},
            {name, Verb::Probe}};
  if (daemon(name).role == sim::Role::Api) runs.emplace_back(name, Verb::Enlist);
  std::string failed = each(runs);
  args.new_release = args.pinned = false;
  return failed;
}

std::string Roll::unpin_turn(const std::string& name) {
  args.new_release = true;
  Runs runs{{name, Verb::Drain},
            {name, Verb::Stop},
            {name, Verb::Unpin},
            {name, Verb::Start},
            {name, Verb::Probe}};
  if (daemon(name).role == sim::Role::Api) runs.emplace_back(name, Verb::Enlist);
  std::string failed = each(runs);
  args.new_release = false;
  return failed;
}

std::string Roll::after() {
  args.unpinned_rows = true;
  Runs runs{{"admin", Verb::Migrate}, {"admin", Verb::Survey}};
  for (const core::Host& each : site.site().layout.fleet.hosts)
    runs.emplace_back(each.name.text, Verb::Restore);
  std::string failed = each(runs);
  args.unpinned_rows = false;
  return failed;
}

std::string Roll::upgrade() {
  if (std::string failed = before(); !failed.empty()) return failed;
  for (const char* role : {"conductor", "api"})
    for (const std::string& name : hosts_with(role))
      if (std::string failed = turn(name); !failed.empty()) return failed;
  site.approved();
  for (const char* role : {"conductor", "api"})
    for (const std::string& name : hosts_with(role))
      if (std::string failed = unpin_turn(name); !failed.empty()) return failed;
  return after();
}

std::vector<std::string> deeds(const sim::Deployment& site, const std::string& host) {
  std::vector<std::string> found;
  for (const sim::Effect& effect : site.effects()) {
    const std::string& name = const_cast<sim::Deployment&>(site).host(effect.host).name();
    if (host.empty() || name == host) found.push_back(name + " " + sim::to_string(effect.deed));
  }
  return found;
}

}  // namespace rollmill::test
