#include "sim/checks/watch.h"

#include <algorithm>
#include <utility>

#include "rollmill/core/engine.h"

namespace rollmill::sim {
namespace {

const std::string kUpgradeStream = "upgrades/";

std::string name_of(const core::TaskKey& key) {
  return key.upgrade.text + " step " + std::to_string(key.step.value) + " attempt " +
         std::to_string(key.attempt) + " term " + std::to_string(key.epoch);
}

}  // namespace

void Watch::stored(const std::vector<ports::Record>& records) {
  for (const ports::Record& record : records) {
    if (!record.stream.starts_with(kUpgradeStream)) continue;
    if (const auto* store = dynamic_cast<const FactStore*>(&codec_)) {
      apply(store->at(record), record.stream);
      continue;
    }
    const auto fact = codec_.decode(record);
    if (fact.ok()) apply(*fact, record.stream);
    if (!fact.ok()) wrong_("promise 6: a fact cannot be read back: " + fact.error().message);
  }
}

void Watch::apply(const core::Fact& fact, const std::string& stream) {
  core::Upgrade& upgrade = upgrades_[stream];
  const bool begins = std::holds_alternative<core::UpgradePlanned>(fact.body);
  if (begins) newest_ = &upgrade;
  if (!begins && upgrade.plan == nullptr) {
    return wrong_("promise 6: the journal has " + std::string(core::fact_kind(fact.body)) +
                  " of an upgrade that never began");
  }
  transitions_.note(upgrade, fact.body);
  judge(upgrade, fact.body);
  core::evolve(upgrade, fact);
  ++facts_;
  if (on_fact) on_fact(upgrade, fact);
}

/// What the controller writes down must be so, by the agents' own journals and by the policy.
void Watch::judge(const core::Upgrade& before, const core::FactBody& fact) {
  if (const auto* done = std::get_if<core::StepSucceeded>(&fact)) {
    const base::HostIndex host = before.plan->steps.at(done->step.value).host;
    const core::TaskKey key{before.id, done->step, done->attempt, before.epoch};
    const Known* known = find(before.plan->fleet.hosts[host.value].name, key);
    if (known == nullptr || !known->ended) {
      wrong_("promise 6: a success was written down that no agent's journal has: " + name_of(key));
    }
  } else if (const auto* sent = std::get_if<core::StepDispatched>(&fact)) {
    const std::uint32_t tries = sent->attempt - before.steps.at(sent->step.value).budget_from;
    if (tries > before.plan->policy.max_attempts) {
      wrong_("promise 8: step " + std::to_string(sent->step.value) + " is tried " +
             std::to_string(tries) + " times by itself; the policy has " +
             std::to_string(before.plan->policy.max_attempts));
    }
  }
}

void Watch::stored_by_agent(const base::HostName& host, const std::vector<ports::Record>& records) {
  for (const ports::Record& record : records) {
    if (const auto* store = dynamic_cast<const TaskFactStore*>(&tasks_)) {
      note(host, store->at(record));
      continue;
    }
    const auto fact = tasks_.decode(record);
    if (fact.ok()) note(host, *fact);
    if (!fact.ok()) wrong_("promise 6: a fact of an agent cannot be read back");
  }
}

void Watch::note(const base::HostName& host, const core::TaskFact& fact) {
  std::vector<Known>& known = known_[host];
  if (const auto* taken = std::get_if<core::TaskTaken>(&fact)) {
    const core::TaskKey& key = taken->task.key;
    if (key.epoch < terms_[host]) {
      wrong_("promise 5: " + host.text + " obeys a term that is over: " + name_of(key));
    }
    known.push_back({key, false});
  } else if (const auto* ended = std::get_if<core::TaskEnded>(&fact)) {
    for (Known& each : known) each.ended |= each.key.same_task(ended->report.key);
  }
}

const Watch::Known* Watch::find(const base::HostName& host, const core::TaskKey& key) const {
  const auto found = known_.find(host);
  if (found == known_.end()) return nullptr;
  for (auto each = found->second.rbegin(); each != found->second.rend(); ++each) {
    if (each->key.same_task(key)) return &*each;
  }
  return nullptr;
}

/// Append first, then perform; and nothing new is sent while the upgrade stands.
void Watch::task_sent(const Gateway& gateway, const core::SendTask& command) {
  if (&gateway != current_) return;
  const core::TaskKey& key = command.task.key;
  const auto found = upgrades_.find(kUpgradeStream + key.upgrade.text);
  if (found == upgrades_.end()) return wrong_("promise 6: a task of no upgrade: " + name_of(key));
  const core::Upgrade& upgrade = found->second;
  const core::StepRun& step = upgrade.steps.at(key.step.value);
  const bool flies =
      step.state == core::StepState::Dispatched || step.state == core::StepState::Running;
  if (!flies || step.attempt != key.attempt) {
    wrong_("promise 6: a task was sent that the journal does not have: " + name_of(key));
  }
  if (upgrade.hosts[upgrade.plan->steps[key.step.value].host.value].quarantine) {
    wrong_("promise 7: a task was sent to a host in quarantine: " + name_of(key));
  }
  if (key.epoch != upgrade.epoch) wrong_("promise 5: a task of another term: " + name_of(key));
  const bool stands = upgrade.state != core::UpgradeState::Running;
  if (stands && step.state != core::StepState::Running) {
    wrong_("promise 7: a task was sent while the upgrade was " +
           std::string(core::to_string(upgrade.state)) + ": " + name_of(key));
  }
}

/// What was acknowledged will not be sent again: its outcome must be durable.
void Watch::ack_sent(const Gateway& gateway, const core::AckReport& command) {
  if (&gateway != current_) return;
  const core::TaskKey& key = command.key;
  const auto found = upgrades_.find(kUpgradeStream + key.upgrade.text);
  if (found == upgrades_.end() || core::is_final(found->second.state)) return;
  const core::StepRun& step = found->second.steps.at(key.step.value);
  const bool flies =
      step.state == core::StepState::Dispatched || step.state == core::StepState::Running;
  if (flies && step.attempt == key.attempt) {
    wrong_("promise 6: a result was acknowledged that the journal does not have: " + name_of(key));
  }
}

void Watch::report_sent(const Uplink& uplink, const core::TaskReport& report) {
  base::Epoch& term = terms_[uplink.host()];
  term = std::max(term, report.key.epoch);
  const Known* known = find(uplink.host(), report.key);
  const bool refusal = std::holds_alternative<core::TaskRefused>(report.outcome);
  if (known == nullptr) {
    if (!refusal) wrong_("promise 6: a report of a task that is not in the agent's journal");
    return;
  }
  if (core::is_final(report.outcome) && !refusal && !known->ended) {
    wrong_("promise 6: a result was told that the agent's journal does not have: " +
           name_of(report.key));
  }
}

void Watch::effect_begins(const base::HostName& host, const core::TaskKey& task) {
  const Known* known = find(host, task);
  if (known == nullptr) {
    return wrong_("promise 6: " + host.text +
                  " acts before its journal has the task: " + name_of(task));
  }
  if (known->ended) {
    wrong_("promise 5: " + host.text + " acts for a task that has ended: " + name_of(task));
  }
}

void Watch::check_invariants() {
  for (const std::string& broken : core::check_invariants(*newest_)) {
    wrong_("invariant: " + broken);
  }
}

void Watch::after_event(const controller::History* history, std::uint32_t closely) {
  if (checked_ == facts_ || newest_ == nullptr) return;
  checked_ = facts_;
  if (++changes_ % closely != 0) return;
  check_invariants();
  if (changes_ % (closely * 16) == 0) check_whole(history);
}

void Watch::check_whole(const controller::History* history) {
  if (newest_ == nullptr) return;
  check_invariants();
  if (history == nullptr || history->runs().empty()) return;
  const controller::Run& run = *history->runs().back();
  if (run.put_away() || run.id != newest_->id) return;
  const std::string differs = difference(run.upgrade, *newest_);
  if (!differs.empty()) {
    wrong_("promise 6: the controller's state is not the fold of its journal: " + differs);
  }
}

std::string difference(const core::Upgrade& one, const core::Upgrade& other) {
  std::string found;
  const auto compare = [&](const char* name, auto member) {
    if (found.empty() && !(one.*member == other.*member)) found = name;
  };
  using core::Upgrade;
  if (one.plan == nullptr || other.plan == nullptr) return one.plan == other.plan ? "" : "plan";
  if (one.plan != other.plan && !(*one.plan == *other.plan)) return "plan";
  compare("state", &Upgrade::state);
  compare("direction", &Upgrade::direction);
  compare("turning", &Upgrade::turning);
  compare("leg", &Upgrade::leg);
  compare("past_return", &Upgrade::past_return);
  compare("epoch", &Upgrade::epoch);
  compare("phase", &Upgrade::phase);
  compare("wave", &Upgrade::wave);
  compare("pause", &Upgrade::pause);
  compare("failures", &Upgrade::failures);
  compare("phases", &Upgrade::phases);
  compare("waves", &Upgrade::waves);
  compare("turns", &Upgrade::turns);
  compare("steps", &Upgrade::steps);
  compare("hosts", &Upgrade::hosts);
  compare("services", &Upgrade::services);
  compare("approvals", &Upgrade::approvals);
  compare("probes", &Upgrade::probes);
  compare("domains", &Upgrade::domains);
  compare("ready", &Upgrade::ready);
  compare("in_flight", &Upgrade::in_flight);
  compare("startable", &Upgrade::startable);
  compare("unreachable", &Upgrade::unreachable);
  compare("failed_turns", &Upgrade::failed_turns);
  compare("turns_of_host", &Upgrade::turns_of_host);
  compare("timers", &Upgrade::timers);
  compare("new_services", &Upgrade::new_services);
  compare("unpinned_services", &Upgrade::unpinned_services);
  return found;
}

}  // namespace rollmill::sim
