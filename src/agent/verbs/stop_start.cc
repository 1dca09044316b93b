#include <algorithm>
#include <charconv>
#include <string>

#include "agent/host_reading.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/quiet.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Status = ports::ServiceDriver::Status;

/// A stop is given this much more than the release is known to take.
constexpr base::Duration kStopMargin = std::chrono::seconds{10};
/// A service manager that kills must wait longer than the service itself lets work end.
constexpr base::Duration kKillMargin = std::chrono::seconds{30};
constexpr base::Duration kStartPatience = std::chrono::seconds{30};

bool is_gone(const Status& status) { return !status.main && status.tree.empty(); }

std::string list(const std::vector<std::int64_t>& processes) {
  std::string text;
  for (const std::int64_t each : processes)
    text += (text.empty() ? "" : ", ") + std::to_string(each);
  return text;
}

/// How long this conductor takes to end when nothing is in its hands. It may be of either release:
/// the one that is installed tells only when it began after the installation.
base::Duration needed_to_stop(Job& job, const Status& status) {
  const base::Duration either =
      std::max(job.quirks(job.args.from).idle_stop, job.quirks(job.args.to).idle_stop);
  const auto installed = job.host.release.installed();
  if (!installed || !status.main || !clearly_after(*status.main, installed->changed_at))
    return either;
  return job.quirks(installed->number).idle_stop;
}

/// A stop that is cut off by its own time limit, or by the service manager, kills what it drains.
Trouble prove_stop_fits(Job& job, const Status& status, base::Duration needed) {
  constexpr const char* kId = "conductor.stop-fits";
  const std::string text =
      "A stop of " + job.args.service + " takes " + base::format_duration(needed);
  if (job.remaining() < needed)
    return job.fail(kId, text + ", but this step has only " +
                             base::format_duration(job.remaining()) +
                             " left; raise its deadline (deadlines.stop).");
  if (status.stop_limit != base::Duration{0} && status.stop_limit < needed)
    return job.fail(kId, text + ", but the service manager of " + job.settings.host.text +
                             " kills it after " + base::format_duration(status.stop_limit) + ".");
  job.ok(kId, text + " at most.");
  return {};
}

/// How long our drop-in lets a conductor drain; zero when there is none of ours, or no such value.
base::Duration drain_in_force(Job& job) {
  const auto ours = job.host.config.read();
  if (!ours) return {};
  int seconds = 0;
  for (const ports::Setting& each : ours->settings) {
    if (each.section != "conductor" || each.key != "graceful_shutdown_timeout") continue;
    std::from_chars(each.value.data(), each.value.data() + each.value.size(), seconds);
  }
  return std::chrono::seconds{seconds};
}

/// The service manager's part of the window does not outlive a reboot of the host, that in our
/// drop-in does. It is opened again; where that fails, the proof that follows says what is wrong.
base::Result<Status> reopen_window(Job& job, const Status& status) {
  const base::Duration drain = drain_in_force(job);
  const base::Duration wanted = drain + kKillMargin;
  if (drain == base::Duration{0} || status.stop_limit == base::Duration{0} ||
      status.stop_limit >= wanted)
    return status;
  job.changed = true;
  (void)job.host.services.set_window(job.args.service, wanted);
  return job.host.services.status(job.args.service);
}

/// The last look before the signal: what drain has seen may have changed since.
Trouble check_conductor(Job& job, const Status& before) {
  const auto status = reopen_window(job, before);
  if (!status) return job.unreadable("The state of a service", status.error());
  const base::Duration needed = needed_to_stop(job, *status);
  if (Trouble short_time = prove_stop_fits(job, *status, needed)) return short_time;
  return wait_quiet(job, needed + kStopMargin);
}

Trouble check_api(Job& job) {
  if (job.host.balancer == nullptr) return {};
  const auto state = job.host.balancer->state(job.args.service);
  if (!state) return job.unreadable("The state of the load balancer", state.error());
  // A balancer that was reloaded may have forgotten what drain told it.
  if (state->serving) return drain(job);
  job.ok("api.out-of-balancer", "The balancer says " + state->text + ".");
  return {};
}

/// What is to be installed next must still be there, whole: while the service runs that is no harm.
Trouble check_staged(Job& job) {
  const auto installed = job.host.release.installed();
  if (!installed || installed->number == job.args.to) return {};
  const auto staged = job.host.release.staged(job.args.to);
  if (!staged) return job.unreadable("The staged release", staged.error());
  const std::string release = core::to_string(job.args.to);
  if (!*staged)
    return job.fail("stage.read-back",
                    release + " is not staged on " + job.settings.host.text +
                        " any more, or what is staged is not enough to install it; " +
                        job.args.service + " was not stopped. Abort the upgrade and start it " +
                        "again: its stage phase fetches what lacks.",
                    true);
  job.ok("stage.read-back", release + " is staged.");
  return {};
}

Trouble check_before_signal(Job& job, const Status& before) {
  if (Trouble lacking = check_staged(job)) return lacking;
  if (job.is_conductor())
    if (Trouble busy = check_conductor(job, before)) return busy;
  return job.serves_api() ? check_api(job) : Trouble();
}

/// Remembered for the probe after the next start, which looks for nodes that failed since.
Trouble note_stop(Job& job) {
  const std::string now = base::format_time(job.waiting.now());
  if (const auto kept = job.host.machine.keep(stop_note(job), now); !kept)
    return job.unreadable("The agent's state folder", kept.error());
  return {};
}

/// The process that the stop was asked for, not one that a person started afterwards.
bool is_of_before_the_stop(Job& job) {
  const auto status = job.host.services.status(job.args.service);
  const auto asked = last_stop(job);
  if (!status || !status->main || !asked || !asked->has_value()) return false;
  return status->main->started_at <= **asked;
}

Trouble prove_gone(Job& job, const base::Status& stopped) {
  const char* id = by_role(job, "conductor.process-gone", "api.process-gone");
  const auto after = job.host.services.status(job.args.service);
  if (!after) return job.unreadable("The state of a service", after.error());
  if (!is_gone(*after))
    return job.fail(id, "Processes of " + job.args.service + " are left on " +
                            job.settings.host.text + ": " + list(after->tree) +
                            (stopped ? "." : " (" + stopped.error().message + ")."));
  job.ok(id, "No process of " + job.args.service + " is left.");
  return {};
}

Trouble prove_startable(Job& job, const Status& status) {
  constexpr const char* kId = "start.no-old-process";
  if (!status.tree.empty())
    return job.fail(kId, "Processes of an earlier start are left on " + job.settings.host.text +
                             ": " + list(status.tree) + ".");
  job.ok(kId, "No process of an earlier start is left.");
  return {};
}

/// Managers say "started" before it is so, and some of them even when the service dies at once.
Trouble prove_started(Job& job) {
  const char* id = by_role(job, "conductor.process-new", "api.process-new");
  const base::TimePoint until = std::min(job.limit(), job.waiting.now() + kStartPatience);
  const auto died = [&](const std::string& reason) {
    return job.fail_as("START_DIED", id, reason + " Its log says why.", true);
  };
  std::int64_t first = 0;
  const auto look = [&]() -> Look {
    const auto status = job.host.services.status(job.args.service);
    if (!status) return not_yet("Its state cannot be read: " + status.error().message);
    if (!status->main)
      return not_yet(job.args.service + " has no process on " + job.settings.host.text +
                     " after its start.");
    first = status->main->pid;
    return look_at_process(job, job.args.service);
  };
  if (Trouble none = job.await_until(until, id, look, died)) return none;
  if (Trouble ended = job.rest(job.settings.settle)) return ended;
  const auto status = job.host.services.status(job.args.service);
  if (!status) return job.unreadable("The state of a service", status.error());
  if (!status->main || status->main->pid != first)
    return died(job.args.service + " on " + job.settings.host.text + " did not live for " +
                base::format_duration(job.settings.settle) + ".");
  return {};
}

/// When what a process reads at its start was last changed: its release, or its pin.
base::Result<base::TimePoint> last_change(Job& job) {
  const auto installed = job.host.release.installed();
  if (!installed) return installed.error().with_context("the installed release");
  const auto pin = pin_changed_at(job.host);
  if (!pin) return pin.error().with_context("the configuration");
  return std::max(installed->changed_at, *pin);
}

/// So that a process of ours, when a repeat finds it, can be told from one that began too early.
Trouble rest_after_change(Job& job) {
  constexpr base::Duration kEnough = 2 * kStartGrain;
  constexpr base::Duration kLongest = std::chrono::seconds{5};
  const auto changed = last_change(job);
  if (!changed) return job.unreadable("The time of the last change", changed.error());
  const base::Duration left = *changed + kEnough - job.waiting.now();
  // A change that is far ahead is the work of a clock that was set back: resting cannot help.
  if (left <= base::Duration{0} || left > kLongest) return {};
  return job.rest(left);
}

/// A process that began by other hands is right, or in the way: also when nobody can tell.
Trouble prove_running(Job& job, const ports::ServiceDriver::Process& process) {
  const char* id = by_role(job, "conductor.process-new", "api.process-new");
  const Look seen = look_at_process(job, job.args.service);
  if (seen.kind != Look::Kind::Good) return job.fail(id, seen.text);
  const auto changed = last_change(job);
  if (!changed) return job.unreadable("The time of the last change", changed.error());
  if (!clearly_after(process, *changed))
    return job.fail(id, job.args.service + " (process " + std::to_string(process.pid) + ") on " +
                            job.settings.host.text + " was started by other hands, within " +
                            base::format_duration(kStartGrain) +
                            " of the last change of its release or its pin; it may not have read " +
                            "the change. Restart it.");
  job.ok(id, seen.text);
  return {};
}

}  // namespace

Trouble stop(Job& job) {
  const auto before = job.host.services.status(job.args.service);
  if (!before) return job.unreadable("The state of a service", before.error());
  const bool gone = is_gone(*before);
  if (gone && !before->active) return prove_gone(job, base::success());
  // One that goes down already was asked before the agent was restarted: only its end is awaited.
  // One without a process that its manager would start again in a moment has nothing in its hands.
  if (!gone && before->active) {
    if (Trouble held = check_before_signal(job, *before)) return held;
    if (Trouble failed = note_stop(job)) return failed;
  }
  job.changed = true;
  const base::Status stopped = job.host.services.stop(job.args.service, job.remaining());
  return prove_gone(job, stopped);
}

Trouble end_stop(Job& job, bool begun) {
  constexpr base::Duration kBetweenLooks = std::chrono::seconds{1};
  if (begun && is_of_before_the_stop(job))
    return prove_gone(job, job.host.services.stop(job.args.service, job.remaining()));
  while (true) {
    const auto status = job.host.services.status(job.args.service);
    if (!status) return job.unreadable("The state of a service", status.error());
    if (is_gone(*status) || status->active) return {};
    if (Trouble over = job.rest(kBetweenLooks)) return over;
  }
}

Trouble start(Job& job) {
  if (Trouble over = rest_after_change(job)) return over;
  if (Trouble wrong = prove_installed(job, job.wanted_release())) return wrong;
  if (Trouble wrong = prove_pin(job, "start.pin-in-force")) return wrong;
  const auto before = job.host.services.status(job.args.service);
  if (!before) return job.unreadable("The state of a service", before.error());
  if (before->main) return prove_running(job, *before->main);
  if (Trouble left = prove_startable(job, *before)) return left;
  job.changed = true;
  if (const auto started = job.host.services.start(job.args.service); !started)
    return job.fail_as("START_FAILED", by_role(job, "conductor.process-new", "api.process-new"),
                       job.args.service + " on " + job.settings.host.text +
                           " could not be started: " + started.error().message,
                       true);
  return prove_started(job);
}

}  // namespace rollmill::agent
