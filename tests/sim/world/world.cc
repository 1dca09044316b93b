#include "sim/world/world.h"

#include <algorithm>
#include <utility>

#include "codec/fact_codec.h"
#include "codec/task_codec.h"
#include "rollmill/core/engine.h"
#include "sim/faults/faults.h"
#include "sim/people/people.h"

namespace rollmill::sim {
namespace {

constexpr std::uint64_t kMostEvents = 3'000'000;
constexpr base::Duration kMostTime = std::chrono::hours{24 * 14};
constexpr std::size_t kMostBroken = 5;
/// More than any partition lasts, and the patience of both ends.
constexpr base::Duration kMostQuiet = std::chrono::minutes{25};

}  // namespace

World::World(const Scenario& scenario, std::function<void(const std::string&)> trace)
    : scenario_(scenario),
      trace_(std::move(trace)),
      random_(scenario.seed),
      real_codec_(codec::make_fact_codec()),
      real_task_codec_(codec::make_task_codec()),
      codec_(scenario.real_codec ? *real_codec_
                                 : static_cast<const ports::FactCodec&>(fact_store_)),
      task_codec_(scenario.real_codec ? *real_task_codec_
                                      : static_cast<const ports::TaskCodec&>(task_store_)),
      watch_(codec_, task_codec_, [this](const std::string& what) { wrong(what); }),
      network_(scheduler_, random_.fork("network"), watch_),
      deployment_(scheduler_, random_.fork("deployment"), scenario_.layout),
      faults_(std::make_unique<Faults>(*this)),
      people_(std::make_unique<People>(*this)) {
  watch_.on_fact = [this](const core::Upgrade& upgrade, const core::Fact& done) {
    fact(upgrade, done);
  };
  deployment_.on_effect([this](const Effect& done, Moment moment) { effect(done, moment); });
  add_controller(std::make_shared<Disk>());
  make_agents();
}

/// Whatever still rests is unwound while all it refers to is there.
World::~World() { scheduler_.shut_down(); }

ControllerNode& World::add_controller(std::shared_ptr<Disk> disk) {
  const std::string name = "ctl" + std::to_string(controllers_.size() + 1);
  const std::size_t place = controllers_.size();
  NodeHooks hooks;
  hooks.decide_append = [this, place](const auto& records) {
    return faults_->append(*controllers_[place], records);
  };
  hooks.stored = [this](const auto& records) {
    // Also of one whose place is to be taken: it writes on until the next one has taken it.
    watch_.stored(records);
  };
  hooks.ended = [this, place] {
    if (traced()) trace(controllers_[place]->name() + " ended");
    if (place + 1 != controllers_.size()) return;
    watch_.set_current(nullptr);
    restart(
        [this, place] {
          if (place + 1 == controllers_.size()) controller().boot();
        },
        std::chrono::seconds{1});
  };
  hooks.wrong = [this](const std::string& what) { wrong(what); };
  hooks.serving = [this, place](const Gateway* gateway) {
    if (place + 1 == controllers_.size()) watch_.set_current(gateway);
  };
  controllers_.push_back(std::make_unique<ControllerNode>(
      scheduler_, network_, ControllerSetup{name, scenario_.layout.fleet, scenario_.policy, codec_},
      std::move(disk), std::move(hooks)));
  return *controllers_.back();
}

void World::make_agents() {
  for (std::size_t i = 0; i < deployment_.host_count(); ++i) {
    NodeHooks hooks;
    const base::HostName name{deployment_.host(i).name()};
    hooks.decide_append = [this, i](const auto&) { return faults_->agent_append(i); };
    hooks.stored = [this, name](const auto& records) { watch_.stored_by_agent(name, records); };
    hooks.ended = [this, i] {
      if (traced()) trace(agents_[i]->name().text + " agent ended");
      restart([this, i] { boot_agent(i); }, std::chrono::seconds{1});
    };
    hooks.wrong = [this](const std::string& what) { wrong(what); };
    if (traced()) {
      hooks.log = [this, name](const std::string& line) { trace(name.text + " agent: " + line); };
    }
    agents_.push_back(std::make_unique<AgentNode>(scheduler_, network_, deployment_.host(i),
                                                  scenario_.layout.fleet.id, task_codec_,
                                                  scenario_.pace, std::move(hooks)));
  }
}

/// The service manager starts a program again after a while.
void World::restart(std::function<void()> boot, base::Duration least) {
  const base::Duration rest{random_.below(10'000)};
  scheduler_.after(least + rest, std::move(boot));
}

void World::boot_agent(std::size_t host) {
  if (agents_[host]->up()) return;
  if (deployment_.host(host).is_off()) {
    scheduler_.after(std::chrono::seconds{5}, [this, host] { boot_agent(host); });
    return;
  }
  agents_[host]->boot();
}

void World::wrong(const std::string& what) {
  if (broken_.size() < kMostBroken) broken_.push_back(what);
  if (traced()) trace("BROKEN: " + what);
}

void World::trace(const std::string& line) {
  if (!trace_) return;
  const auto ms = (scheduler_.now() - Scheduler::start_time()).count();
  std::string time = std::to_string(ms / 1000) + "." + std::to_string(1000 + ms % 1000).substr(1);
  time.insert(0, 12 - std::min<std::size_t>(12, time.size()), ' ');
  trace_(time + " " + line);
}

/// FNV-1a over eight bytes at a time.
void World::mix(std::uint64_t value) { fingerprint_ = (fingerprint_ ^ value) * 0x100000001B3ULL; }

void World::effect(const Effect& done, Moment moment) {
  AgentNode& agent = *agents_[done.host];
  mix(static_cast<std::uint64_t>(scheduler_.now().time_since_epoch().count()) * 64 +
      static_cast<std::uint64_t>(done.deed) * 4 + static_cast<std::uint64_t>(moment));
  if (traced()) {
    trace(agent.name().text + " " + to_string(moment) + " " + to_string(done.deed) +
          (done.task != nullptr ? " step " + std::to_string(done.task->step.value) : ""));
  }
  if (moment == Moment::Before && done.task != nullptr) {
    watch_.effect_begins(agent.name(), *done.task);
  }
  faults_->effect(done.host, moment);
}

void World::fact(const core::Upgrade& upgrade, const core::Fact& done) {
  mix(static_cast<std::uint64_t>(scheduler_.now().time_since_epoch().count()) * 64 +
      done.body.index());
  if (const auto* approval = std::get_if<core::ApprovalGiven>(&done.body)) {
    if (approval->gate == "unpin") deployment_.approved();
  }
  if (std::holds_alternative<core::UpgradePlanned>(done.body)) deployment_.approved(false);
  if (const auto* skipped = std::get_if<core::StepSkipped>(&done.body)) {
    deployment_.vouched_for(upgrade.plan->steps[skipped->step.value].host.value);
  }
  tell_left_out(upgrade, done);
  if (traced()) {
    const core::EventView event = core::make_event(upgrade, watch_.facts(), done);
    trace("fact " + event.kind + (event.host.empty() ? "" : " " + event.host) + ": " + event.text);
  }
  people_->fact(upgrade, done);
}

/// In quarantine a host is its people's until the upgrade turns round or the next one begins.
void World::tell_left_out(const core::Upgrade& upgrade, const core::Fact& done) {
  const auto* quarantined = std::get_if<core::HostQuarantined>(&done.body);
  const bool over = std::holds_alternative<core::UpgradePlanned>(done.body) ||
                    std::holds_alternative<core::DirectionTurned>(done.body);
  if (quarantined == nullptr && !over) return;
  if (quarantined != nullptr) coverage_.add("cleared/quarantine");
  for (std::size_t i = 0; i < upgrade.hosts.size(); ++i) {
    deployment_.left_out(i, upgrade.hosts[i].quarantine.has_value());
  }
}

const controller::History* World::history() {
  const controller::Controller* running = controller().controller();
  return running == nullptr ? nullptr : &running->history();
}

void World::after_event() {
  const auto& found = deployment_.broken_promises();
  for (; seen_broken_ < found.size(); ++seen_broken_) wrong("promise " + found[seen_broken_]);
  watch_.after_event(history(), scenario_.look_closely);
}

void World::live() {
  controller().boot();
  for (std::size_t i = 0; i < hosts(); ++i) agents_[i]->boot();
  people_->begin();
  do {
    step_through();
    if (broken_.empty()) wait_for_acks();
  } while (broken_.empty() && people_->find_work());
}

void World::step_through() {
  const base::TimePoint limit = Scheduler::start_time() + kMostTime;
  while (broken_.empty() && !people_->content()) {
    if (scheduler_.steps() > kMostEvents || scheduler_.now() > limit || !scheduler_.step()) {
      return wrong("promise 8: no end in sight: " + people_->trouble());
    }
    after_event();
  }
}

/// Whoever has a result and a way to tell it is told that it was heard.
void World::wait_for_acks() {
  const base::TimePoint limit = scheduler_.now() + kMostQuiet;
  const auto goes_on = [&] { return waits_for_ack() != nullptr && !people_->has_work(); };
  while (goes_on() && scheduler_.now() < limit && scheduler_.step()) after_event();
  if (const AgentNode* agent = waits_for_ack(); agent != nullptr && goes_on()) {
    wrong("promise 8: nobody acknowledges a result of " + agent->name().text);
  }
}

const AgentNode* World::waits_for_ack() {
  const Gateway* gateway = controller().gateway();
  for (const auto& node : agents_) {
    const agent::Executor* executor = node->executor();
    if (executor == nullptr || gateway == nullptr || !gateway->seat(node->name())) continue;
    for (const agent::TaskRun& run : executor->tasks) {
      if (run.state == agent::TaskState::Ended) return node.get();
    }
  }
  return nullptr;
}

void World::judge_end() {
  watch_.check_whole(history());
  const core::Upgrade* last = watch_.upgrade();
  if (last == nullptr || (last->state != core::UpgradeState::Succeeded &&
                          last->state != core::UpgradeState::RolledBack)) {
    return;
  }
  for (const std::string& what : deployment_.broken_at_rest()) wrong("at rest: promise " + what);
}

Outcome World::run() {
  try {
    live();
    if (broken_.empty()) judge_end();
  } catch (const BrokenAssumption& assumption) {
    wrong("broken assumption " + assumption.text);
  } catch (const std::exception& error) {
    wrong(std::string("an exception: ") + error.what());
  }
  Outcome outcome;
  outcome.seed = scenario_.seed;
  outcome.broken = broken_;
  outcome.end = people_->end();
  outcome.upgrades = people_->upgrades();
  outcome.succeeded = people_->succeeded();
  outcome.rolled_back = people_->rolled_back();
  outcome.events = scheduler_.steps();
  outcome.facts = watch_.facts();
  outcome.took = scheduler_.now() - Scheduler::start_time();
  outcome.fingerprint = fingerprint_;
  outcome.coverage = coverage_;
  watch_.transitions().add_to(outcome.coverage);
  return outcome;
}

}  // namespace rollmill::sim
