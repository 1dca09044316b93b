#include "sim/people/people.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "core/navigation.h"
#include "rollmill/core/engine.h"
#include "sim/world/world.h"

namespace rollmill::sim {
namespace {

constexpr std::uint32_t kMostDeeds = 1000;
constexpr std::uint32_t kMostStarts = 60;
constexpr base::Duration kQuiet = std::chrono::minutes{2};
/// By then a deadline has done what it does, whoever was stopped or dead meanwhile.
constexpr base::Duration kOverdue = std::chrono::minutes{15};
/// Longer than any deadline but that of an approval: by then somebody must say why nothing moves.
constexpr base::Duration kLongest = std::chrono::hours{13};

/// Words of a message that ask for something on the host it names.
struct Advice {
  const char* words;
  void (Host::*follow)();
  bool everywhere = false;  ///< It names no host: on each of them.
};

constexpr Advice kAdvice[] = {
    {"does not answer without", &Host::set_right, true},
    {"estart it", &Host::restart_services},
    {"; start it", &Host::set_right},
    {"put it back into the balancer", &Host::set_right},
    {"it must be stopped first", &Host::stop_services},
    {"kills it after", &Host::raise_stop_limits},
    {"run ironic-dbsync online_data_migr", &Host::migrate_data},
    {"rows that nothing saves again", &Host::restore_backup},
};

}  // namespace

People::People(World& world)
    : world_(world),
      random_(Random{world.scenario().seed}.fork("people")),
      starts_left_(world.scenario().habits.starts) {}

void People::begin() {
  moved_at_ = world_.time().now();
  world_.time().after(std::chrono::seconds{5}, [this] { look(); });
}

void People::look_again() {
  const base::Duration rest = world_.scenario().habits.looks_every;
  const auto most = static_cast<std::uint64_t>(rest.count());
  world_.time().after(rest / 2 + base::Duration{random_.below(most)}, [this] { look(); });
}

void People::look() {
  const core::Upgrade* upgrade = world_.watch().upgrade();
  // A start that was asked for long ago may be answered now.
  if (waits_for_quiet_ && upgrade != nullptr && core::is_final(upgrade->state)) {
    content_ = true;
    return;
  }
  waits_for_quiet_ = false;
  if (world_.watch().facts() != last_facts_) {
    last_facts_ = world_.watch().facts();
    moved_at_ = world_.time().now();
    if (upgrade != nullptr) read_status(*upgrade);
  }
  if (upgrade == nullptr) {
    start();
  } else if (core::is_final(upgrade->state)) {
    ended(*upgrade);
  } else {
    look_at(*upgrade);
  }
  if (waits_for_quiet_) {
    world_.time().after(kQuiet, [this] { look(); });
  } else {
    look_again();
  }
}

/// Whoever looks begins with the status: it can be told in every state. To tell all of it is dear,
/// so most people ask for less.
void People::read_status(const core::Upgrade& upgrade) const {
  const bool all = last_facts_ % 4 == 0;
  (void)core::make_view(upgrade, world_.time().now(),
                        all ? core::Detail::Steps : core::Detail::Summary);
}

/// Promise 8: something moves, or there is a word for why not.
void People::look_at(const core::Upgrade& upgrade) {
  for (const base::StepIndex step : upgrade.in_flight) {
    if (world_.time().now() - upgrade.steps[step.value].deadline < kOverdue) continue;
    world_.wrong("promise 8: step " + std::to_string(step.value) + " is overdue since " +
                 base::format_time(upgrade.steps[step.value].deadline));
  }
  const auto blocked = core::explain(upgrade, world_.time().now());
  if (!blocked) {
    last_trouble_ = "nothing is said to be blocked";
    if (world_.time().now() - moved_at_ > kLongest) {
      world_.wrong("promise 8: nothing moves for hours and nobody says why");
    }
    return;
  }
  last_trouble_ = blocked->code + ": " + blocked->reason;
  if (core::find_blocked(blocked->code) == nullptr) {
    world_.wrong("promise 8: no such code in the catalogue: " + blocked->code);
  }
  if (blocked->code == "PROMISE_GUARD") world_.wrong("promise guard: " + blocked->reason);
  if (core::needs_nobody(*blocked) || still_sleeps(*blocked)) return;
  clear(upgrade, *blocked);
}

void People::clear(const core::Upgrade& upgrade, const core::Blocked& blocked) {
  if (++deeds_ > kMostDeeds) {
    return world_.wrong("promise 8: a person cannot clear " + last_trouble_);
  }
  world_.coverage().add("cleared/" + blocked.code);
  if (world_.traced()) world_.trace("person sees " + last_trouble_);
  if (blocked.code.starts_with("APPROVAL")) return clear_gate(upgrade);
  if (blocked.code == "PAUSED_BY_OPERATOR") {
    return request(upgrade, core::ResumeRequested{actor_});
  }
  if (upgrade.state != core::UpgradeState::Paused && upgrade.failed_turns.empty()) return;
  if (leave_out(upgrade)) return;
  repair_hosts(upgrade);
  if (skip_proof(upgrade)) return;
  do_as_told(upgrade, blocked.reason);
  retry_or_resume(upgrade);
}

bool People::still_sleeps(const core::Blocked& blocked) const {
  const bool waits = blocked.code == "APPROVAL_MISSING" || blocked.code == "APPROVAL_EXPIRED";
  return waits && world_.scenario().habits.approves_late && !resumed_late_;
}

/// One who comes too late goes on first and finds that the approval is still missing.
void People::clear_gate(const core::Upgrade& upgrade) {
  const bool late = world_.scenario().habits.approves_late && !resumed_late_;
  if (!late) approve(upgrade, "approver");
  resumed_late_ = resumed_late_ || late;
  if (upgrade.state == core::UpgradeState::Paused) {
    request(upgrade, core::ResumeRequested{actor_});
  }
}

/// What is in quarantine is for later: the rest has to come to its end without it.
void People::repair_hosts(const core::Upgrade& upgrade) {
  for (std::uint32_t i = 0; i < world_.hosts(); ++i) {
    if (!upgrade.hosts[i].quarantine) world_.deployment().host(i).repair();
  }
  world_.controller().set_clock(base::Duration{0});
}

/// On the hosts that the messages name: one line each, as they are printed.
void People::do_as_told(const core::Upgrade& upgrade, std::string messages) {
  for (const base::TurnIndex turn : upgrade.failed_turns) {
    const base::StepIndex step = core::current_step(upgrade, turn);
    messages += "\n" + core::host_name(upgrade, core::step_at(upgrade, step).host) + ": " +
                upgrade.steps[step.value].message;
  }
  if (messages.find("abort, then plan again") != std::string::npos) {
    return request(upgrade, core::AbortRequested{actor_});
  }
  std::istringstream lines(messages);
  for (std::string line; std::getline(lines, line);) follow(line);
}

void People::follow(const std::string& line) {
  for (const Advice& advice : kAdvice) {
    if (line.find(advice.words) == std::string::npos) continue;
    for (std::size_t i = 0; i < world_.hosts(); ++i) {
      Host& host = world_.deployment().host(i);
      if (advice.everywhere || line.find(host.name()) != std::string::npos) (host.*advice.follow)();
    }
  }
}

/// On the way back: the first host that fails, or whose agent is away, asked for once.
bool People::leave_out(const core::Upgrade& upgrade) {
  if (!world_.scenario().habits.leaves_out || upgrade.direction != core::Direction::Back) {
    return false;
  }
  const auto& turns = upgrade.failed_turns.empty() ? upgrade.unreachable : upgrade.failed_turns;
  if (turns.empty()) return false;
  const base::HostIndex host = upgrade.plan->turns[turns.begin()->value].host;
  if (!left_out_.emplace(upgrade.id, host).second) return false;
  request(upgrade,
          core::QuarantineRequested{
              upgrade.plan->fleet.hosts[host.value].name, {actor_.by, "it is for later"}, true});
  return true;
}

/// A step that would only look, on a host where all is well by now.
bool People::skip_proof(const core::Upgrade& upgrade) {
  if (!world_.scenario().habits.skips || upgrade.failed_turns.empty()) return false;
  const base::TurnIndex index = *upgrade.failed_turns.begin();
  const base::StepIndex step = core::current_step(upgrade, index);
  const core::Step& plan = core::step_at(upgrade, step);
  const bool compares = plan.verb == core::Verb::Survey && !plan.args.baseline;
  if (!compares && plan.verb != core::Verb::Probe) return false;
  if (!world_.deployment().host(plan.host.value).healthy()) return false;
  request(upgrade, core::SkipRequested{step, {actor_.by, "the host was looked at by hand"}});
  return true;
}

/// No upgrade is on its way: what one left by half is put right, too.
void People::set_hosts_right() {
  for (std::size_t i = 0; i < world_.hosts(); ++i) world_.deployment().host(i).set_right();
  world_.controller().set_clock(base::Duration{0});
}

void People::retry_or_resume(const core::Upgrade& upgrade) {
  world_.controller().ask([this, id = upgrade.id](controller::Controller& controller) {
    const auto retried = controller.request(id, core::RetryRequested{std::nullopt, actor_});
    if (world_.traced() && !retried.ok()) {
      world_.trace("retry refused: " + retried.error().message);
    }
    if (!retried.ok()) (void)controller.request(id, core::ResumeRequested{actor_});
  });
}

void People::request(const core::Upgrade& upgrade, core::Event event) {
  world_.controller().ask(
      [this, id = upgrade.id, event = std::move(event)](controller::Controller& controller) {
        const auto done = controller.request(id, event);
        if (!done.ok() && world_.traced()) world_.trace("refused: " + done.error().message);
      });
}

void People::approve(const core::Upgrade& upgrade, const std::string& by) {
  if (upgrade.phase.value >= upgrade.plan->phases.size()) return;
  const auto& gate = upgrade.plan->phases[upgrade.phase.value].gate;
  if (gate) request(upgrade, core::ApproveRequested{gate->name, {by, "all is well"}, {}});
}

void People::start() {
  if (++starts_ > kMostStarts) {
    return world_.wrong("promise 8: no upgrade can be started: " + last_trouble_);
  }
  ports::StartAsked asked;
  asked.to = {39, 0};
  asked.policy = world_.scenario().policy;
  asked.actor = actor_;
  asked.request_id = "start-" + std::to_string(starts_);
  if (world_.scenario().habits.approve_ahead) asked.approve = {"unpin"};
  world_.controller().ask([this, asked](controller::Controller& controller) {
    const auto started = controller.start(asked);
    if (started.ok()) return;
    last_trouble_ = started.error().message;
    if (world_.traced()) world_.trace("start refused: " + last_trouble_);
    set_hosts_right();
  });
}

void People::ended(const core::Upgrade& upgrade) {
  if (upgrade.state == core::UpgradeState::Succeeded || starts_left_ == 0) {
    // What is given up for good stays as it is.
    waits_for_quiet_ = true;
    return;
  }
  --starts_left_;
  if (!world_.scenario().habits.trusts) set_hosts_right();
  start();
}

void People::fact(const core::Upgrade& upgrade, const core::Fact& fact) {
  if (std::holds_alternative<core::UpgradePlanned>(fact.body)) ++upgrades_;
  if (const auto* turned = std::get_if<core::DirectionTurned>(&fact.body)) {
    if (turned->direction == core::Direction::Back) rolled_back_ = true;
    world_.deployment().approved(false);
  }
  if (std::holds_alternative<core::StepSkipped>(fact.body)) skipped_ = true;
  if (upgrade.state == core::UpgradeState::Succeeded) judge_success();
  if (upgrade.state == core::UpgradeState::RolledBack) judge_way_back(upgrade);
}

/// A process of the old release that read the pin before it was taken out writes the same rows as
/// one that did not.
void People::judge_way_back(const core::Upgrade& upgrade) {
  std::vector<bool> left_out;
  for (const core::HostRun& host : upgrade.hosts) left_out.push_back(host.quarantine.has_value());
  if (!world_.deployment().all_on_release({35, 0}, left_out)) {
    world_.wrong("an upgrade was rolled back, but not everything runs the old release: " +
                 world_.deployment().describe());
  }
}

/// What it says is so.
void People::judge_success() {
  ++succeeded_;
  if (!world_.deployment().all_on({39, 0}, false)) {
    world_.wrong("an upgrade succeeded, but not everything runs the new release unpinned: " +
                 world_.deployment().describe());
  }
  if (!skipped_ && world_.deployment().any_drained()) {
    world_.wrong("an upgrade succeeded, but an API is left out of the balancer: " +
                 world_.deployment().describe());
  }
}

std::string People::trouble() const {
  return last_trouble_.empty() ? "nobody has looked" : last_trouble_;
}

bool People::has_work() const {
  const core::Upgrade* upgrade = world_.watch().upgrade();
  return content_ && upgrade != nullptr && !core::is_final(upgrade->state);
}

bool People::find_work() {
  if (!has_work()) return false;
  content_ = false;
  waits_for_quiet_ = false;
  look();
  return true;
}

std::string People::end() const {
  const core::Upgrade* upgrade = world_.watch().upgrade();
  return upgrade == nullptr ? "NONE" : core::to_string(upgrade->state);
}

}  // namespace rollmill::sim
