#include "core/plan_builder.h"

#include <algorithm>
#include <utility>

#include "core/navigation.h"

namespace rollmill::core {
namespace {

base::Duration deadline_of(const Deadlines& deadlines, Verb verb) {
  switch (verb) {
    case Verb::Inspect:
    case Verb::Survey:
    case Verb::Attest:
      return deadlines.inspect;
    case Verb::Stage:
      return deadlines.stage;
    case Verb::Install:
      return deadlines.install;
    case Verb::Expand:
      return deadlines.schema;
    case Verb::Migrate:
      return deadlines.migrate;
    case Verb::Pin:
    case Verb::Unpin:
    case Verb::Restore:
      return deadlines.configure;
    case Verb::Drain:
      return deadlines.quiet;
    case Verb::Stop:
      return deadlines.stop;
    case Verb::Start:
      return deadlines.start;
    case Verb::Probe:
    case Verb::Enlist:
      return deadlines.probe;
  }
  base::check_failed("a verb without a deadline", __FILE__, __LINE__);
}

template <typename Tag, typename List>
base::Index<Tag> end_of(const List& list) {
  return base::Index<Tag>{static_cast<std::uint32_t>(list.size())};
}

}  // namespace

std::vector<Verb> proof_of(const RoleInfo& role) {
  return role.serves_api ? std::vector{Verb::Probe, Verb::Enlist} : std::vector{Verb::Probe};
}

base::Error no_plan(const std::vector<std::string>& problems) {
  std::string message = "no plan is possible:";
  for (const std::string& problem : problems) message += "\n  - " + problem;
  return {base::ErrorCode::FailedPrecondition, message};
}

PlanBuilder::PlanBuilder(Plan& plan) : plan_(plan) {
  if (!plan_.phases.empty()) {
    direction_ = plan_.phases.back().direction;
    leg_ = plan_.phases.back().leg;
  }
  for (std::uint32_t host = 0; host < plan_.fleet.hosts.size(); ++host) {
    const std::vector<Service>& services = plan_.fleet.hosts[host].services;
    for (std::size_t position = 0; position < services.size(); ++position) {
      by_role_[services[position].role].push_back(end_of<base::ServiceTag>(places_));
      places_.push_back({base::HostIndex{host}, position});
    }
  }
}

void PlanBuilder::begin_phase(PhaseKind kind, std::string undo, bool reversible) {
  Phase phase;
  phase.kind = kind;
  phase.undo = std::move(undo);
  phase.reversible = reversible;
  phase.direction = direction_;
  phase.leg = leg_;
  phase.first_wave = end_of<base::WaveTag>(plan_.waves);
  plan_.phases.push_back(std::move(phase));
}

void PlanBuilder::begin_leg(Direction direction) {
  direction_ = direction;
  ++leg_;
}

void PlanBuilder::add_everywhere(const std::string& label, const std::vector<Verb>& verbs,
                                 const TaskArgs& common, bool services_only) {
  begin_wave(label);
  for (std::uint32_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
    const Host& host = plan_.fleet.hosts[i];
    if (services_only && host.services.empty()) continue;
    TaskArgs own = common;
    own.schema = host.schema;
    add_host_turn({i}, std::vector<TaskArgs>(verbs.size(), own), verbs);
  }
}

void PlanBuilder::add_schema_turn(const std::vector<Verb>& verbs, const TaskArgs& common) {
  begin_wave("schema host");
  for (std::uint32_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
    if (!plan_.fleet.hosts[i].schema) continue;
    TaskArgs own = common;
    own.schema = true;
    add_host_turn({i}, std::vector<TaskArgs>(verbs.size(), own), verbs);
  }
}

void PlanBuilder::add_first_wave(std::vector<base::ServiceIndex> services,
                                 const std::function<Absence(base::ServiceIndex)>& absence,
                                 const std::function<void(base::ServiceIndex)>& add_turn) {
  if (services.empty()) return;
  begin_wave("services that are down or were under way", plan_.policy.soak);
  std::stable_sort(
      services.begin(), services.end(),
      [&](base::ServiceIndex a, base::ServiceIndex b) { return absence(a) < absence(b); });
  std::for_each(services.begin(), services.end(), add_turn);
}

void PlanBuilder::add_waves(const std::vector<base::ServiceIndex>& services,
                            const std::function<void(base::ServiceIndex)>& add_turn) {
  const std::size_t cap = plan_.policy.max_wave == 0 ? services.size() : plan_.policy.max_wave;
  std::size_t size = plan_.policy.canary == 0 ? cap : plan_.policy.canary;
  std::size_t at = 0;
  for (std::uint32_t number = 1; at < services.size(); ++number) {
    const bool canary = number == 1 && plan_.policy.canary != 0;
    begin_wave(canary ? "canary" : "wave " + std::to_string(number), plan_.policy.soak);
    const std::size_t end = std::min(services.size(), at + std::min(size, cap));
    for (; at < end; ++at) add_turn(services[at]);
    size = canary && plan_.policy.max_wave == 0 ? std::max<std::size_t>(2, size * 2) : size * 2;
  }
}

void PlanBuilder::set_gate(GateSpec gate) { plan_.phases.back().gate = std::move(gate); }

void PlanBuilder::begin_wave(std::string label, base::Duration soak) {
  Wave wave;
  wave.label = std::move(label);
  wave.soak = soak;
  wave.first_turn = end_of<base::TurnTag>(plan_.turns);
  wave.phase = base::PhaseIndex{static_cast<std::uint32_t>(plan_.phases.size() - 1)};
  plan_.waves.push_back(std::move(wave));
  ++plan_.phases.back().wave_count;
}

void PlanBuilder::add_host_turn(base::HostIndex host, const std::vector<TaskArgs>& args,
                                const std::vector<Verb>& verbs) {
  ROLLMILL_CHECK(args.size() == verbs.size());
  if (is_set(left_out_, host.value)) return;
  Turn turn;
  turn.host = host;
  turn.first_step = end_of<base::StepTag>(plan_.steps);
  turn.wave = base::WaveIndex{static_cast<std::uint32_t>(plan_.waves.size() - 1)};
  plan_.turns.push_back(std::move(turn));
  ++plan_.waves.back().turn_count;
  for (std::size_t i = 0; i < verbs.size(); ++i) add_step(verbs[i], host, args[i]);
}

void PlanBuilder::add_service_turn(base::ServiceIndex index, bool takes_down,
                                   const std::vector<Verb>& verbs, TaskArgs args) {
  if (is_set(left_out_, host_of(index).value)) return;
  const Service& what = service(index);
  args.service = what.name;
  args.role = what.role;
  args.domain = what.domain;
  args.busy = plan_.policy.busy;
  args.outage_accepted = budget_of(plan_.policy, what.role).min_available == 0;
  add_host_turn(host_of(index), std::vector<TaskArgs>(verbs.size(), args), verbs);
  Turn& turn = plan_.turns.back();
  turn.service = what.name;
  turn.role = what.role;
  turn.domain = what.domain;
  turn.service_index = index;
  turn.takes_down = takes_down;
}

const Service& PlanBuilder::service(base::ServiceIndex index) const {
  const Place& place = places_.at(index.value);
  return plan_.fleet.hosts[place.host.value].services[place.position];
}

base::HostIndex PlanBuilder::host_of(base::ServiceIndex index) const {
  return places_.at(index.value).host;
}

const std::vector<base::ServiceIndex>& PlanBuilder::services_of(const std::string& role) const {
  static const std::vector<base::ServiceIndex> kNone;
  const auto found = by_role_.find(role);
  return found == by_role_.end() ? kNone : found->second;
}

TaskArgs PlanBuilder::common() const {
  TaskArgs args;
  args.from = plan_.from;
  args.to = plan_.to;
  return args;
}

void PlanBuilder::add_step(Verb verb, base::HostIndex host, const TaskArgs& args) {
  Step step;
  step.verb = verb;
  step.host = host;
  step.args = args;
  step.deadline = deadline_of(plan_.policy.deadlines, verb);
  step.turn = base::TurnIndex{static_cast<std::uint32_t>(plan_.turns.size() - 1)};
  plan_.steps.push_back(std::move(step));
  ++plan_.turns.back().step_count;
}

}  // namespace rollmill::core
