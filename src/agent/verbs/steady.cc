#include "agent/verbs/steady.h"

#include <algorithm>

namespace rollmill::agent {
namespace {

constexpr const char* kId = "conductor.no-respawn-loop";

using Process = ports::ServiceDriver::Process;

bool holds(const std::vector<Process>& processes, const Process& wanted) {
  return std::any_of(processes.begin(), processes.end(),
                     [&](const Process& each) { return each.is(wanted); });
}

}  // namespace

Steadiness::Steadiness(Job& job, const ports::ServiceDriver::Status& before, base::Duration watch)
    : job_(job),
      main_(*before.main),
      restarts_(before.restarts),
      has_master_(job.quirks(job.wanted_release()).master_hides_dead_worker),
      watch_(watch) {}

void Steadiness::look() { judge(job_.host.services.status(job_.args.service)); }

Trouble Steadiness::prove() {
  std::string unread;
  return job_.await_until(
      job_.soft_limit(), kId,
      [&] {
        const auto status = job_.host.services.status(job_.args.service);
        unread = status ? std::string() : status.error().message;
        return judge(status);
      },
      [&](const std::string& reason) -> Trouble {
        if (unread.empty()) return job_.fail(kId, reason, true);
        return job_.unreadable("The state of a service",
                               {base::ErrorCode::Unavailable, std::move(unread)});
      });
}

Look Steadiness::judge(const base::Result<ports::ServiceDriver::Status>& status) {
  if (!status) return not_yet("The state of " + job_.args.service + " cannot be read.");
  if (!began_at_) began_at_ = job_.waiting.now();
  if (wrong_.empty()) wrong_ = compare(*status);
  if (!wrong_.empty()) return bad(wrong_);
  if (job_.waiting.now() - watched_since() < watch_)
    return not_yet("The worker of process " + std::to_string(main_.pid) + " is watched until " +
                   base::format_time(watched_since() + watch_) + ".");
  if (workers_.empty()) return good("Process " + std::to_string(main_.pid) + " stayed the same.");
  return good("Process " + std::to_string(main_.pid) + " and its worker " +
              std::to_string(workers_.front().worker.pid) + " stayed the same.");
}

/// What is wrong with it, or nothing.
std::string Steadiness::compare(const ports::ServiceDriver::Status& status) {
  if (!status.main || !status.main->is(main_) || status.restarts != restarts_)
    return job_.args.service + " on " + job_.settings.host.text +
           " was restarted while it was probed; its log says why.";
  // An older main process does the work itself, and whatever it forks may come and go.
  if (!has_master_) return {};
  for (const Seen& each : workers_) {
    if (holds(status.workers, each.worker)) continue;
    return "Worker " + std::to_string(each.worker.pid) + " of " + job_.args.service + " on " +
           job_.settings.host.text + " died while it was probed, and its master, process " +
           std::to_string(main_.pid) +
           ", starts another one each time; the service's log says why it dies.";
  }
  meet(status.workers);
  return {};
}

void Steadiness::meet(const std::vector<Process>& workers) {
  for (const Process& each : workers) {
    const bool known = std::any_of(workers_.begin(), workers_.end(),
                                   [&](const Seen& seen) { return seen.worker.is(each); });
    if (!known) workers_.push_back({each, job_.waiting.now()});
  }
}

/// Where no worker is ever seen the main process works itself: oslo.service runs a service that
/// may not fork in it (oslo_service/backend/_threading/service.py, ProcessLauncher). A worker that
/// dies is seen, though: it lives long enough to register, and the looks are more frequent.
base::TimePoint Steadiness::watched_since() const {
  if (!has_master_) return *began_at_ - watch_;
  base::TimePoint since = *began_at_;
  for (const Seen& each : workers_) since = std::max(since, each.since);
  return since;
}

}  // namespace rollmill::agent
