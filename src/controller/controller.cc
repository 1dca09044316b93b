#include "controller/controller.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace rollmill::controller {
namespace {

/// An upgrade has a few facts a step; more in one go means that it runs in a circle.
constexpr std::uint64_t kMostAdvances = 10'000'000;
/// A timer that is due but moves nothing (a limit is reached, say) is looked at again after this.
constexpr base::Duration kLookAgain{std::chrono::seconds{1}};

}  // namespace

Controller::Controller(ControllerPorts ports, const core::Profile& profile, core::Fleet fleet,
                       core::Policy policy, std::string version)
    : ports_(ports),
      profile_(profile),
      fleet_(std::move(fleet)),
      policy_(std::move(policy)),
      version_(std::move(version)),
      history_(ports.journal, ports.codec),
      logs_(ports.link) {
  for (const core::Host& host : fleet_.hosts) agents_[host.name] = {};
}

base::Status Controller::recover() {
  ROLLMILL_CHECK(!ready_);
  const base::Status replayed = history_.replay();
  if (!replayed.ok()) return replayed;
  Run* const run = history_.unfinished();
  if (run != nullptr && run->upgrade.plan->fleet.id != fleet_.id) {
    return base::Error{base::ErrorCode::FailedPrecondition,
                       "the journal has the unfinished upgrade " + run->id.text + " of fleet " +
                           run->upgrade.plan->fleet.id.text + ", but the fleet file is of " +
                           fleet_.id.text + ": name the fleet file or journal that fits"};
  }
  epoch_ = history_.last_epoch() + 1;
  history_.take_epoch(epoch_, ports_.clock.now());
  ready_ = true;
  return run == nullptr ? base::success() : handle(*run, core::TakenOver{epoch_});
}

base::Status Controller::handle(Run& run, const core::Event& event) {
  ROLLMILL_CHECK(ready_ && !run.put_away());
  const core::Decision decision = core::decide(run.upgrade, event, ports_.clock.now());
  carry_out(run, decision);
  if (decision.refusal) return *decision.refusal;
  advance(run);
  return base::success();
}

bool Controller::carry_out(Run& run, const core::Decision& decision) {
  history_.append(run, decision.facts);
  for (const core::Command& command : decision.commands) {
    std::visit([this](const auto& order) { ports_.link.send(order); }, command);
  }
  return !decision.facts.empty();
}

void Controller::advance(Run& run) {
  std::uint64_t count = 0;
  while (carry_out(run, core::decide(run.upgrade, core::AdvanceWanted{}, ports_.clock.now()))) {
    if (++count == kMostAdvances) {
      base::check_failed("stuck [this is a bug]: the upgrade advances without end", __FILE__,
                         __LINE__);
    }
  }
  set_alarm(base::TimePoint::min());
  subscribers_.wake_all();
}

void Controller::set_alarm(base::TimePoint not_before) {
  const Run* run = history_.unfinished();
  const auto due = run != nullptr ? core::next_timer(run->upgrade) : std::nullopt;
  if (due) {
    ports_.clock.set_alarm(std::max(*due, not_before), [this] { ring(); });
  } else {
    ports_.clock.cancel_alarm();
  }
}

void Controller::ring() {
  Run* const run = history_.unfinished();
  if (run == nullptr) return;
  const base::Sequence before = history_.last_sequence();
  (void)handle(*run, core::TimePassed{});
  if (history_.last_sequence() == before) set_alarm(ports_.clock.now() + kLookAgain);
}

}  // namespace rollmill::controller
