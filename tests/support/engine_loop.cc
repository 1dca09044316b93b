#include "support/engine_loop.h"

#include <algorithm>
#include <sstream>

#include "rollmill/base/overloaded.h"
#include "support/builders.h"

namespace rollmill::test {
namespace {

using core::Command;
using core::Event;
using core::Fact;

constexpr int kMostAdvances = 100000;
constexpr base::Duration kWorkTime{1000};

const core::Actor kOperator{"operator", "as advised"};

}  // namespace

EngineLoop::EngineLoop(const core::Plan& plan, FleetTwin twin)
    : fleet(std::move(twin)), now(start_time()) {
  fleet.policy = plan.policy;
  for (const core::Host& host : plan.fleet.hosts) agents[host.name];
}

void EngineLoop::begin(const std::vector<Event>& events) {
  for (const Event& event : events) {
    for (const Fact& fact : core::decide(state, event, now).facts) apply(fact);
  }
  if (on_append) on_append(*this);
  advance();
  if (thorough) check_advice();
}

std::optional<base::Error> EngineLoop::handle(const Event& event) {
  bool moved = false;
  const std::optional<base::Error> refusal = handle_one(event, moved);
  if (moved) advance();
  if (thorough) check_advice();
  std::vector<std::pair<base::HostName, core::TaskReport>> resend;
  resend.swap(resend_);
  for (const auto& [host, task_report] : resend) handle(core::TaskReported{host, task_report});
  return refusal;
}

void EngineLoop::advance() {
  bool moved = true;
  for (int i = 0; moved && i < kMostAdvances; ++i) handle_one(core::AdvanceWanted{}, moved);
  if (moved) broken.insert("advancing does not end");
}

std::optional<base::Error> EngineLoop::handle_one(const Event& event, bool& moved) {
  const core::Decision decision = core::decide(state, event, now);
  if (decision.refusal && (!decision.facts.empty() || decision.refusal->message.empty())) {
    broken.insert("a refusal with facts or without a sentence");
  }
  for (const Fact& fact : decision.facts) apply(fact);
  moved = !decision.facts.empty();
  if (moved && on_append) on_append(*this);
  for (const Command& command : decision.commands) perform(command);
  return decision.refusal;
}

void EngineLoop::apply(const Fact& fact) {
  facts.push_back(std::make_shared<const Fact>(fact));
  core::evolve(state, fact);
  if (const auto* out = std::get_if<core::HostQuarantined>(&fact.body)) {
    fleet.quarantined.insert(state.plan->fleet.hosts[out->host.value].name.text);
  }
  if (on_fact) on_fact(fact);
  if (!thorough) return;
  if (std::holds_alternative<core::UpgradeRolledBack>(fact.body)) check_rolled_back();
  for (const std::string& what : core::check_invariants(state)) {
    broken.insert(std::string(core::fact_kind(fact.body)) + ": " + what);
  }
}

void EngineLoop::perform(const Command& command) {
  if (on_command) on_command(command);
  std::visit(base::Overloaded{
                 [&](const core::SendTask& c) { receive(c.host, c.task); },
                 [&](const core::CancelTask& c) { cancel(c.host, c.key); },
                 [&](const core::AckReport& c) {
                   agents.at(c.host).unacknowledged.erase({c.key.step, c.key.attempt});
                 },
             },
             command);
}

void EngineLoop::receive(const base::HostName& host, const core::Task& task) {
  AgentTwin& agent = agents.at(host);
  if (!agent.connected) return;
  const auto known = agent.ended.find({task.key.step, task.key.attempt});
  if (known == agent.ended.end()) {
    agent.open[task.key.step] = task;
  } else {
    resend_.push_back({host, known->second});
  }
}

/// A task that is open goes on, as one behind its last safe point does; one that never came is
/// refused.
void EngineLoop::cancel(const base::HostName& host, const core::TaskKey& key) {
  const AgentTwin& agent = agents.at(host);
  const bool known =
      agent.open.contains(key.step) || agent.ended.contains({key.step, key.attempt});
  if (!agent.connected || known) return;
  resend_.push_back({host, {key, core::TaskRefused{"CANCELLED", "cancelled before it arrived"}}});
}

/// What an upgrade that went back must leave behind.
void EngineLoop::check_rolled_back() {
  for (const core::Host& host : state.plan->fleet.hosts) {
    const HostTwin& twin = fleet.host(host.name.text);
    if (state.hosts[state.host_index.at(host.name).value].quarantine) continue;
    const std::string name = host.name.text;
    if (twin.installed != state.plan->from) broken.insert(name + ": not of the old release");
    if (twin.pin || twin.drop_in) broken.insert("promise 10: " + name + ": our drop-in is left");
    for (const ServiceTwin& service : twin.services) {
      const bool well = service.running && service.release == state.plan->from &&
                        !service.pin && (service.serving || service.service.role != "api");
      if (!well) broken.insert(name + ": " + service.service.name + " is not as it was");
    }
  }
}

void EngineLoop::come(const base::HostName& host) {
  AgentTwin& agent = agents.at(host);
  agent.connected = true;
  for (const auto& key : agent.unacknowledged) resend_.push_back({host, agent.ended.at(key)});
  handle(core::AgentCame{host, "0.1.0", "boot-1"});
}

void EngineLoop::begin(const core::Plan& plan, const core::Actor& actor) {
  core::UpgradeRequested request;
  request.upgrade.text = "u1";
  request.plan = std::make_shared<const core::Plan>(plan);
  request.actor = actor;
  begin({request, core::TakenOver{1}});
}

void EngineLoop::come_all() {
  for (const auto& [host, agent] : agents) {
    if (!agent.connected) come(host);
  }
}

void EngineLoop::go(const base::HostName& host, const std::string& reason) {
  agents.at(host).connected = false;
  handle(core::AgentWent{host, reason});
}

void EngineLoop::succeed(const base::HostName& host, base::StepIndex step) {
  const core::Task task = agents.at(host).open.at(step);
  if (state.steps.at(step.value).state == core::StepState::Dispatched) {
    report(host, step, core::TaskAccepted{});
  }
  report(host, step, fleet.perform(host, task, now));
  for (const std::string& what : fleet.broken) broken.insert(what);
}

std::optional<base::Error> EngineLoop::report(const base::HostName& host, base::StepIndex step,
                                              const core::TaskOutcome& outcome) {
  AgentTwin& agent = agents.at(host);
  const core::TaskReport task_report{agent.open.at(step).key, outcome};
  if (is_final(outcome)) {
    const std::pair key{step, task_report.key.attempt};
    agent.ended[key] = task_report;
    agent.unacknowledged.insert(key);
    agent.open.erase(step);
  }
  if (!agent.connected) return std::nullopt;
  return handle(core::TaskReported{host, task_report});
}

void EngineLoop::pass(base::Duration time) {
  const base::TimePoint until = now + time;
  for (int rings = 0; rings < kMostAdvances; ++rings) {
    const auto next = core::next_timer(state);
    if (!next || *next > until) break;
    now = std::max(now, *next);
    const std::size_t before = facts.size();
    handle(core::TimePassed{});
    if (facts.size() != before) continue;
    broken.insert("a timer rings and nothing follows");
    break;
  }
  now = until;
}

bool EngineLoop::go_on() {
  const AgentTwin* worker = nullptr;
  const base::HostName* host = nullptr;
  for (const auto& [name, agent] : agents) {
    if (!agent.connected || agent.held || agent.open.empty()) continue;
    if (worker && worker->open.begin()->first < agent.open.begin()->first) continue;
    worker = &agent;
    host = &name;
  }
  if (worker) {
    const base::StepIndex step = worker->open.begin()->first;
    pass(kWorkTime);
    if (worker->open.contains(step)) succeed(*host, step);
    return true;
  }
  const bool asks_a_person = state.state != core::UpgradeState::Running ||
                             state.phases.at(state.phase.value).state == core::PhaseState::Awaiting;
  const auto next = core::next_timer(state);
  const bool waits = std::any_of(agents.begin(), agents.end(),
                                 [](const auto& entry) { return !entry.second.open.empty(); });
  if (!asks_a_person && !next && !waits) {
    broken.insert("promise 8: it stands still, and nobody is asked");
  }
  if (asks_a_person || !next) return false;
  pass(std::max(base::Duration{0}, *next - now));
  return true;
}

void EngineLoop::crash() {
  core::Upgrade replayed;
  for (const auto& fact : facts) core::evolve(replayed, *fact);
  const std::string differs = difference(replayed, state);
  if (!differs.empty()) broken.insert("promise 6: the fold differs in " + differs);
  state = std::move(replayed);
  for (auto& [host, agent] : agents) agent.connected = false;
  handle(core::TakenOver{state.epoch + 1});
}

void EngineLoop::check_advice() {
  const auto blocked = core::explain(state, now);
  if (!blocked) return;
  const std::string place = blocked->code + ": ";
  if (core::find_blocked(blocked->code) == nullptr) broken.insert(place + "not in the catalogue");
  if (blocked->reason.empty() || blocked->who.empty()) broken.insert(place + "says too little");
  if ((blocked->reason + blocked->who + blocked->command).find('{') != std::string::npos) {
    broken.insert(place + "a brace is left open");
  }
  const auto advised = event_of_command(blocked->command);
  if (!advised) return;
  const core::Decision decision = core::decide(state, *advised, now);
  if (!decision.refusal) return;
  broken.insert(place + "the advised \"" + blocked->command + "\" would be refused: " +
                decision.refusal->message);
}

std::optional<Event> event_of_command(const std::string& command) {
  std::istringstream in(command);
  std::string program, noun, verb, upgrade, word;
  in >> program >> noun >> verb >> upgrade >> word;
  if (program != "rollmill" || noun != "upgrade") return std::nullopt;
  std::optional<base::StepIndex> step;
  if (std::uint32_t number = 0; word == "--step" && in >> number) step = base::StepIndex{number};
  if (verb == "resume") return core::ResumeRequested{kOperator};
  if (verb == "retry") return core::RetryRequested{step, kOperator};
  if (verb == "approve") return core::ApproveRequested{word, kOperator, {}};
  if (verb == "abort") return core::AbortRequested{kOperator};
  if (verb == "skip" && step) return core::SkipRequested{*step, kOperator};
  return std::nullopt;
}

}  // namespace rollmill::test
