#include <algorithm>
#include <utility>

#include "controller/controller.h"

namespace rollmill::controller {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::uint32_t kMostEvents = 1000;

}  // namespace

Result<Run*> Controller::find_run(const base::UpgradeId& id) {
  Run* const run = id.empty() ? history_.newest() : history_.find(id);
  if (run != nullptr) return run;
  if (id.empty()) {
    return Error{ErrorCode::NotFound,
                 "there is no upgrade yet; start one with: rollmill upgrade start"};
  }
  return Error{ErrorCode::NotFound,
               "there is no upgrade " + id.text + "; see all with: rollmill upgrade list"};
}

Result<core::UpgradeView> Controller::get(const base::UpgradeId& id, core::Detail detail) {
  const auto run = find_run(id);
  if (!run.ok()) return run.error();
  const auto state = history_.state_of(**run);
  if (!state.ok()) return state.error();
  return core::make_view(**state, ports_.clock.now(), detail);
}

Result<std::vector<core::UpgradeView>> Controller::list() {
  std::vector<core::UpgradeView> views;
  const auto& runs = history_.runs();
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    views.push_back((*run)->put_away() ? (*run)->summary
                                       : core::make_view((*run)->upgrade, ports_.clock.now(),
                                                         core::Detail::Summary));
  }
  return views;
}

Result<std::vector<ports::FleetHostView>> Controller::hosts() const {
  std::vector<ports::FleetHostView> views;
  for (const core::Host& host : fleet_.hosts) {
    const Agent& agent = agents_.at(host.name);
    views.push_back({host.name.text, host.schema, host.services, agent.connected, agent.since,
                     agent.version, *agent.facts});
  }
  return views;
}

Result<ports::ControllerInfo> Controller::info() const {
  const auto connected = std::count_if(agents_.begin(), agents_.end(),
                                       [](const auto& entry) { return entry.second.connected; });
  return ports::ControllerInfo{version_,
                               fleet_.id.text,
                               epoch_,
                               ready_,
                               history_.last_sequence(),
                               static_cast<std::uint32_t>(fleet_.hosts.size()),
                               static_cast<std::uint32_t>(connected)};
}

Result<std::vector<core::EventView>> Controller::events(const base::UpgradeId& id,
                                                        base::Sequence after, std::uint32_t limit) {
  const auto run = find_run(id);
  if (!run.ok()) return run.error();
  return history_.events(**run, after, std::clamp(limit, 1U, kMostEvents));
}

void Controller::subscribe(std::weak_ptr<Subscription> subscription) {
  subscribers_.add(std::move(subscription));
}

void Controller::logs(const base::UpgradeId& id, base::StepIndex step, bool follow,
                      LogDesk::Sink sink) {
  const auto run = find_run(id);
  const auto state = run.ok() ? history_.state_of(**run)
                              : Result<std::shared_ptr<const core::Upgrade>>{run.error()};
  if (!state.ok()) {
    sink(state.error());
    return;
  }
  const core::Upgrade& upgrade = **state;
  const std::string name = "step " + std::to_string(step.value) + " of upgrade " + upgrade.id.text;
  if (step.value >= upgrade.steps.size()) {
    sink(Error{ErrorCode::NotFound, "there is no " + name + "; its steps are numbered 0 to " +
                                        std::to_string(upgrade.steps.size() - 1)});
    return;
  }
  const std::uint32_t attempt = upgrade.steps[step.value].attempt;
  if (attempt == 0) {
    sink(Error{ErrorCode::FailedPrecondition, name + " has not been sent yet: no output"});
    return;
  }
  const base::HostIndex host = upgrade.plan->steps[step.value].host;
  logs_.ask(upgrade.plan->fleet.hosts[host.value].name, {upgrade.id, step, attempt, epoch_}, follow,
            std::move(sink));
}

}  // namespace rollmill::controller
