#include "sim/ironic/promises.h"

#include <algorithm>
#include <utility>

namespace rollmill::sim {
namespace {

constexpr std::size_t kKeptTasks = 32;

std::string text_of(const core::TaskKey& key) {
  return key.upgrade.text + " step " + std::to_string(key.step.value) + " attempt " +
         std::to_string(key.attempt) + " of term " + std::to_string(key.epoch);
}

std::string text_of(const ProcessLife& process) {
  return core::to_string(model_of(process.release).number) +
         (process.pinned ? " pinned" : " unpinned");
}

/// What an effect takes back; itself where nothing does.
Deed inverse(Deed deed) {
  if (deed == Deed::Stop) return Deed::Start;
  if (deed == Deed::Start) return Deed::Stop;
  if (deed == Deed::TakeOut) return Deed::PutIn;
  if (deed == Deed::PutIn) return Deed::TakeOut;
  if (deed == Deed::Write) return Deed::Remove;
  if (deed == Deed::Remove) return Deed::Write;
  return deed;
}

}  // namespace

std::size_t Promises::add_group(const std::string& role, const std::string& domain,
                                core::Budget budget) {
  const std::string name = role + " \"" + domain + "\"";
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (groups_[i].name == name) return i;
  groups_.push_back({name, budget, 0, 0, 0});
  return groups_.size() - 1;
}

void Promises::add_service(const Daemon& daemon) {
  daemons_.push_back(&daemon);
  down_.push_back(false);
  ++groups_[daemon.group].services;
}

void Promises::add_host(std::string name) {
  hosts_.emplace_back();
  hosts_.back().name = std::move(name);
}

void Promises::broke(const std::string& what) {
  broken_.push_back(what + " at " + base::format_time(time_.now()));
}

std::string Promises::label(const Daemon& daemon) const {
  return daemon.service.name + " of " + hosts_[daemon.host].name;
}

void Promises::goes_down(const Daemon& daemon) {
  const auto place = std::find(daemons_.begin(), daemons_.end(), &daemon) - daemons_.begin();
  const auto index = static_cast<std::size_t>(place);
  if (down_[index] || hosts_[daemon.host].left_out) return;
  down_[index] = true;
  Group& group = groups_[daemon.group];
  ++group.down;
  const bool too_many = group.down > group.budget.max_unavailable;
  const std::uint32_t up = group.services - group.left_out - group.down;
  const bool too_few_left = up < group.budget.min_available;
  if (too_many || too_few_left)
    broke("1: " + std::to_string(group.down) + " of " + std::to_string(group.services) + " " +
          group.name + " are down by our hand, the last is " + label(daemon));
}

void Promises::comes_up(const Daemon& daemon) {
  const auto place = std::find(daemons_.begin(), daemons_.end(), &daemon) - daemons_.begin();
  const auto index = static_cast<std::size_t>(place);
  if (!down_[index]) return;
  down_[index] = false;
  --groups_[daemon.group].down;
}

/// New code never runs unpinned beside old code, and never before its approval.
void Promises::starts(const Daemon& daemon, const ProcessLife& process) {
  if (process.origin == Origin::World) return;
  for (const Daemon* other : daemons_) {
    if (other == &daemon || !other->process) continue;
    const ProcessLife& its = *other->process;
    const bool newer = process.writes > its.release;
    const bool older = process.release < its.writes && !its.disturbed;
    if ((newer || older) && !process.disturbed)
      broke("2: " + label(daemon) + " starts " + text_of(process) + " while " + label(*other) +
            " runs " + text_of(its));
  }
  const bool new_code = process.release > first_;
  if (new_code && process.writes > first_ && !approved_ && !process.disturbed)
    broke("3: " + label(daemon) + " starts unpinned before the approval");
}

void Promises::contracts(std::size_t host, ReleaseId code) {
  for (const Daemon* each : daemons_) {
    if (!each->process || each->process->disturbed) continue;
    if (each->process->release == code && !each->process->pinned) continue;
    broke("3: " + hosts_[host].name + " contracts while " + label(*each) + " runs " +
          text_of(*each->process));
  }
}

/// A task of a lower term is nothing new to a host only if it had begun there before.
void Promises::binds(std::size_t host, const core::TaskKey& key) {
  Seen& seen = hosts_[host];
  const bool known = std::any_of(seen.tasks.begin(), seen.tasks.end(),
                                 [&](const core::TaskKey* each) { return each->same_task(key); });
  if (!known && key.epoch < seen.highest)
    broke("5: " + seen.name + " takes a task of an older term, " + text_of(key) + ", after term " +
          std::to_string(seen.highest));
  seen.highest = std::max(seen.highest, key.epoch);
  if (!seen.tasks.empty() && seen.tasks.back()->same_task(key)) return;
  seen.effects.clear();
  if (seen.tasks.size() >= kKeptTasks) seen.tasks.erase(seen.tasks.begin());
  seen.tasks.push_back(&key);
}

void Promises::begins(const Effect& effect, std::uint64_t subject, bool at_work) {
  Seen& seen = hosts_[effect.host];
  if (effect.task == nullptr) {
    broke("5: " + seen.name + " does \"" + to_string(effect.deed) + "\" without a task");
    return;
  }
  if (at_work)
    broke("5: " + seen.name + " begins \"" + to_string(effect.deed) + "\" for " +
          text_of(*effect.task) + " while a command of another task runs");
  std::erase_if(seen.effects, [&](const auto& each) {
    return each.first.deed == inverse(effect.deed) && inverse(effect.deed) != effect.deed;
  });
  for (const auto& [earlier, about] : seen.effects) {
    if (earlier.deed != effect.deed || about != subject || effect.deed == Deed::Migrate) continue;
    broke("5: " + seen.name + " does \"" + to_string(effect.deed) + "\" twice for " +
          text_of(*effect.task));
  }
  seen.effects.emplace_back(effect, subject);
}

void Promises::left_out(std::size_t host, bool is) {
  if (std::exchange(hosts_[host].left_out, is) == is) return;
  for (const Daemon* each : daemons_) {
    if (each->host != host) continue;
    if (is) comes_up(*each);
    groups_[each->group].left_out += is ? 1U : -1U;
  }
}

void Promises::vouched_for(std::size_t host) {
  for (const Daemon* each : daemons_) {
    if (each->host != host) continue;
    comes_up(*each);
    vouched_.insert(each);
  }
}

bool Promises::is_vouched_for(std::size_t host) const {
  return std::any_of(vouched_.begin(), vouched_.end(),
                     [&](const Daemon* each) { return each->host == host; });
}

void Promises::disturbed(std::size_t host) { hosts_[host].effects.clear(); }

void Promises::list_failed(const std::string& why) {
  const bool by_their_word =
      std::any_of(vouched_.begin(), vouched_.end(),
                  [](const Daemon* each) { return each->drained || !each->process; });
  if (!by_their_word) broke("12: a list failed: " + why);
}

}  // namespace rollmill::sim
