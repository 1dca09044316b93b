#include <algorithm>
#include <memory>
#include <utility>

#include "controller/controller.h"
#include "rollmill/base/digest.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::controller {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t kMostDiffLines = 40;
constexpr std::size_t kIdDigits = 8;

Error nameless() {
  return {ErrorCode::InvalidArgument, "who asks must be named: it is recorded with the deed"};
}

/// Who asks, for the events that people may send; null for all others.
const core::Actor* actor_of(const core::Event& event) {
  return std::visit(base::Overloaded{
                        [](const core::UpgradeRequested&) -> const core::Actor* { return nullptr; },
                        [](const core::TakenOver&) -> const core::Actor* { return nullptr; },
                        [](const core::AgentCame&) -> const core::Actor* { return nullptr; },
                        [](const core::AgentWent&) -> const core::Actor* { return nullptr; },
                        [](const core::TaskReported&) -> const core::Actor* { return nullptr; },
                        [](const core::TimePassed&) -> const core::Actor* { return nullptr; },
                        [](const core::AdvanceWanted&) -> const core::Actor* { return nullptr; },
                        [](const core::PauseRequested& e) { return &e.actor; },
                        [](const core::ResumeRequested& e) { return &e.actor; },
                        [](const core::AbortRequested& e) { return &e.actor; },
                        [](const core::ApproveRequested& e) { return &e.actor; },
                        [](const core::RetryRequested& e) { return &e.actor; },
                        [](const core::SkipRequested& e) { return &e.actor; },
                        [](const core::TurnRequested& e) { return &e.actor; },
                        [](const core::QuarantineRequested& e) { return &e.actor; },
                        [](const core::ProberCounted&) -> const core::Actor* { return nullptr; },
                    },
                    event);
}

/// Decides a row of events as one: their facts go into one transaction, so that a crash leaves
/// all of them or none.
class Batch {
 public:
  explicit Batch(base::TimePoint now) : now_(now) {}

  base::Status add(const core::Event& event) {
    core::Decision decision = core::decide(state_, event, now_);
    if (decision.refusal) return *decision.refusal;
    for (core::Fact& fact : decision.facts) {
      core::evolve(state_, fact);
      facts_.push_back(std::move(fact));
    }
    return base::success();
  }
  const core::Upgrade& state() const { return state_; }
  const std::vector<core::Fact>& facts() const { return facts_; }

 private:
  const base::TimePoint now_;
  core::Upgrade state_;
  std::vector<core::Fact> facts_;
};

}  // namespace

Result<core::Plan> Controller::make_plan(const core::ReleaseNumber& to,
                                         const std::optional<core::Policy>& policy) const {
  return core::make_plan(profile_,
                         {fleet_, policy.value_or(policy_), to, connected_facts(), went_from(to)});
}

/// Behind the point of no return no reading may tell the old release any more.
std::optional<core::ReleaseNumber> Controller::went_from(const core::ReleaseNumber& to) const {
  const Run* run = history_.newest();
  if (run == nullptr || run->upgrade.state != core::UpgradeState::Aborted) return std::nullopt;
  const core::Plan& plan = *run->upgrade.plan;
  const bool same = plan.to == to && core::why_no_way_back(run->upgrade);
  return same ? std::optional(plan.from) : std::nullopt;
}

core::FleetFacts Controller::connected_facts() const {
  core::FleetFacts facts;
  for (const auto& [host, agent] : agents_) {
    if (agent.connected) facts.emplace(host, *agent.facts);
  }
  return facts;
}

Result<core::Plan> Controller::plan_back(const ports::PlanAsked& asked) {
  const Run* run = history_.unfinished();
  core::PlanRequest request{fleet_, asked.policy.value_or(policy_), asked.to, connected_facts()};
  core::ReleaseNumber from;
  if (run != nullptr) {
    if (const auto why = core::why_no_way_back(run->upgrade)) {
      return Error{ErrorCode::FailedPrecondition,
                   "upgrade " + run->id.text + " cannot go back: " + *why};
    }
    const core::Plan& plan = *run->upgrade.plan;
    if (asked.to == core::ReleaseNumber{}) request.to = plan.to;
    request.policy = asked.policy.value_or(plan.policy);
    from = plan.from;
  } else if (asked.to == core::ReleaseNumber{}) {
    return Error{ErrorCode::InvalidArgument,
                 "no upgrade is under way; name the release that would be left again, as in: "
                 "rollmill plan --to 39.0 --reverse"};
  } else {
    const auto there = make_plan(asked.to, asked.policy);
    if (!there.ok()) return there.error();
    if (core::begins_behind_return(*there)) {
      return Error{ErrorCode::FailedPrecondition,
                   "the fleet is behind the point of no return to " + core::to_string(asked.to) +
                       ", and nothing leads back from there; see the way forward with: rollmill "
                       "plan --to " +
                       core::to_string(asked.to)};
    }
    from = there->from;
  }
  return core::preview_way_back(profile_, request, from, asked.way == ports::Way::BackFromGate);
}

Result<core::Plan> Controller::plan(const ports::PlanAsked& asked) {
  if (asked.way != ports::Way::Forward) return plan_back(asked);
  auto plan = make_plan(asked.to, asked.policy);
  if (plan.ok()) history_.remember_plan(*plan, ports_.clock.now());
  return plan;
}

base::Status Controller::check_start(const ports::StartAsked& asked) {
  if (asked.actor.by.empty()) return nameless();
  const Run* run = history_.unfinished();
  if (run == nullptr) return check_leftovers();
  return Error{ErrorCode::FailedPrecondition,
               "upgrade " + run->id.text + " (" + core::to_string(run->upgrade.plan->from) +
                   " to " + core::to_string(run->upgrade.plan->to) + ") is " +
                   core::to_string(run->upgrade.state) +
                   "; one upgrade at a time. Let it end, or give it up with: rollmill upgrade "
                   "abort " +
                   run->id.text};
}

/// What an agent still does for the upgrade before would change the hosts under a new plan. One
/// whose agent is away is cancelled when it comes, and there is no plan before that.
base::Status Controller::check_leftovers() {
  const Run* run = history_.newest();
  if (run == nullptr || run->put_away()) return base::success();
  const core::Plan& plan = *run->upgrade.plan;
  for (const base::StepIndex index : run->upgrade.in_flight) {
    const core::Step& step = plan.steps[index.value];
    const base::HostName& host = plan.fleet.hosts[step.host.value].name;
    const auto agent = agents_.find(host);
    if (agent == agents_.end() || !agent->second.connected) continue;
    return Error{ErrorCode::FailedPrecondition,
                 std::string(core::to_string(step.verb)) + " on " + host.text + " (step " +
                     std::to_string(index.value) + " of " + run->id.text +
                     ") is still under way; it was told to give up. Start again when it has "
                     "ended; look at it with: rollmill logs " +
                     run->id.text + " " + std::to_string(index.value)};
  }
  return base::success();
}

Error Controller::drifted(const std::string& shown_id, const core::Plan& now) const {
  const auto shown = history_.shown_plan(base::PlanId{shown_id});
  if (!shown.ok()) {
    return {ErrorCode::Aborted, "plan " + shown_id +
                                    " is not known here, or was shown too long ago; look at a new "
                                    "one with: rollmill plan"};
  }
  std::string text =
      "the fleet has changed since plan " + shown_id + " was shown; nothing was started. Changed:";
  const std::vector<std::string> lines = core::diff_plans(*shown, now);
  for (std::size_t i = 0; i < std::min(lines.size(), kMostDiffLines); ++i) text += "\n" + lines[i];
  if (lines.size() > kMostDiffLines) {
    text += "\n... and " + std::to_string(lines.size() - kMostDiffLines) + " lines more";
  }
  return {ErrorCode::Aborted, text + "\nLook at the new plan with: rollmill plan"};
}

base::UpgradeId Controller::new_id(const core::Plan& plan) {
  // The time goes in, so that a controller that begins with an empty journal does not give an id
  // that the agents' journals know already: they would answer from them and do nothing.
  const std::string seed =
      plan.id.text + ":" + std::to_string(ports_.clock.now().time_since_epoch().count()) + ":";
  for (base::Sequence salt = history_.last_sequence() + 1;; ++salt) {
    const std::string digest = base::sha256_hex(seed + std::to_string(salt));
    const base::UpgradeId id{"u-" + digest.substr(0, kIdDigits)};
    if (history_.find(id) == nullptr) return id;
  }
}

Result<core::UpgradeView> Controller::start(const ports::StartAsked& asked) {
  const auto repeated = std::find_if(
      history_.runs().begin(), history_.runs().end(), [&](const std::unique_ptr<Run>& run) {
        return !asked.request_id.empty() && run->request_id == asked.request_id;
      });
  if (repeated != history_.runs().end()) return get((*repeated)->id, core::Detail::Summary);
  const base::Status allowed = check_start(asked);
  if (!allowed.ok()) return allowed.error();
  auto plan = make_plan(asked.to, asked.policy);
  if (!plan.ok()) return plan.error();
  if (!asked.plan_id.empty() && asked.plan_id != plan->id.text) {
    return drifted(asked.plan_id, *plan);
  }
  const base::UpgradeId id = new_id(*plan);
  Batch batch{ports_.clock.now()};
  base::Status decided = batch.add(core::UpgradeRequested{
      id, std::make_shared<const core::Plan>(std::move(*plan)), asked.actor, asked.request_id});
  if (decided.ok()) decided = batch.add(core::TakenOver{epoch_});
  for (const std::string& gate : asked.approve) {
    if (decided.ok()) decided = batch.add(core::ApproveRequested{gate, asked.actor, {}});
  }
  for (const auto& [host, agent] : agents_) {
    if (!decided.ok() || !agent.connected || !batch.state().host_index.contains(host)) continue;
    decided = batch.add(core::AgentCame{host, agent.version, agent.boot_id});
  }
  if (!decided.ok()) return decided.error();
  advance(history_.begin(id, batch.facts()));
  return get(id, core::Detail::Summary);
}

Result<core::UpgradeView> Controller::request(const base::UpgradeId& id, const core::Event& event) {
  const core::Actor* actor = actor_of(event);
  if (actor == nullptr) {
    return Error{ErrorCode::InvalidArgument, "this is nothing that people ask of an upgrade"};
  }
  if (actor->by.empty()) return nameless();
  const auto run = find_run(id);
  if (!run.ok()) return run.error();
  if ((*run)->put_away()) {
    return Error{ErrorCode::FailedPrecondition,
                 "upgrade " + (*run)->id.text + " has ended (" + (*run)->summary.state + ")"};
  }
  const base::Status handled = handle(**run, event);
  if (!handled.ok()) return handled.error();
  return get((*run)->id, core::Detail::Summary);
}

void Controller::prober_counted(const core::ProberCounted& counted) {
  Run* const run = history_.unfinished();
  if (run != nullptr) (void)handle(*run, counted);
}

}  // namespace rollmill::controller
