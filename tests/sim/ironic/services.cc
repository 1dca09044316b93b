#include "sim/ironic/services.h"

#include <algorithm>

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;

constexpr base::Duration kUnseen{2000};
constexpr base::Duration kWorkerLives{2500};  ///< 16 deaths in 40 s (IRONIC.md 5, "Start").
constexpr base::Duration kStartJob{1200};  ///< systemctl start of a Type=notify unit (LAB.md 5).

Error no_unit(const std::string& service) {
  return {ErrorCode::NotFound, "systemd has no usable unit " + service + ".service"};
}

}  // namespace

Services::Services(Site& site, MachineState& machine, Keeper& keeper, Config& config,
                   Packages& packages)
    : site_(site),
      machine_(machine),
      keeper_(keeper),
      config_(config),
      packages_(packages),
      random_(site.random.fork("services", machine.place)) {}

Daemon* Services::find(const std::string& service) {
  for (Daemon& daemon : daemons_)
    if (daemon.service.name == service) return &daemon;
  return nullptr;
}

std::uint64_t Services::subject(const Daemon& daemon) const {
  std::uint64_t place = 0;
  for (const Daemon& each : daemons_) {
    if (&each == &daemon) break;
    ++place;
  }
  return place;
}

base::Result<ports::ServiceDriver::Status> Services::status(const std::string& service) {
  const Daemon* daemon = find(service);
  if (daemon == nullptr) return no_unit(service);
  Status status;
  status.active = daemon->process && !daemon->stopping;
  status.restarts = daemon->restarts;
  status.stop_limit = std::max(daemon->window, daemon->stop_limit);
  if (!daemon->process) return status;
  const ProcessLife& process = *daemon->process;
  status.main = ServiceDriver::Process{process.pid, process.started_at + machine_.clock_offset, 0};
  status.tree = {process.pid, process.pid + 1};
  if (model_of(process.release).quirks.master_hides_dead_worker)
    status.workers = {worker_of(process)};
  return status;
}

/// One that cannot work is another one at each look, under a master that lives on (IRONIC.md 5,
/// "Start").
ports::ServiceDriver::Process Services::worker_of(const ProcessLife& process) const {
  const base::Duration age = site_.time.now() - process.started_at;
  const base::Duration life = process.works ? kNever - process.started_at : kWorkerLives;
  const base::TimePoint born = process.started_at + age / life * life;
  const auto ticks = static_cast<std::uint64_t>((born - base::TimePoint()).count());
  return {process.pid + 1, born + machine_.clock_offset, ticks};
}

base::Status Services::stop(const std::string& service, base::Duration limit) {
  Daemon* daemon = find(service);
  if (daemon == nullptr) return no_unit(service);
  if (!daemon->process) return success();
  const base::TimePoint until = site_.time.now() + limit;
  Effect effect;
  const bool fresh = !daemon->stopping;
  if (fresh) {
    effect = keeper_.begin(Deed::Stop, daemon->process->release, subject(*daemon));
    check_rotation(*daemon);
    check_quiet(*daemon);
    daemon->wanted = false;
    site_.promises.goes_down(*daemon);
    if (daemon->process) begin_stop(*daemon);
    site_.announce(effect, Moment::During);
  }
  const std::int64_t pid = daemon->process ? daemon->process->pid : 0;
  while (daemon->process && daemon->stopping && site_.time.now() < until &&
         site_.time.inside_fiber())
    site_.rest_until(std::min(until, std::max(daemon->gone_at, site_.time.now() + kStartJob)));
  if (fresh) site_.announce(effect, Moment::After);
  if (!daemon->process || daemon->process->pid != pid) return success();
  return Error{ErrorCode::DeadlineExceeded,
               "processes of " + service + " are still there after its stop"};
}

/// Taken from the balancer first: a list that is sent here from now on fails.
void Services::check_rotation(const Daemon& daemon) {
  if (daemon.role != Role::Api || !site_.layout.balancer || site_.ironic.apis.size() < 2) return;
  if (!daemon.drained && site_.ironic.answers(daemon))
    site_.promises.list_failed(daemon.service.name + " of " + machine_.name +
                               " is stopped while the balancer sends requests to it");
}

/// The policy is to wait; what began after the last look could not be seen.
void Services::check_quiet(const Daemon& daemon) {
  if (daemon.role != Role::Conductor || !works(daemon)) return;
  const base::TimePoint began = site_.ironic.work_began(daemon);
  if (began == kNever || site_.time.now() - began < kUnseen) return;
  site_.promises.broke("policy: " + daemon.service.name + " of " + machine_.name +
                       " is stopped while it works on a node");
}

base::Status Services::start(const std::string& service) {
  Daemon* daemon = find(service);
  if (daemon == nullptr) return no_unit(service);
  while (daemon->stopping && site_.time.inside_fiber())
    site_.rest_until(std::max(daemon->gone_at, site_.time.now() + base::Duration{100}));
  if (daemon->process) return success();
  Effect effect = keeper_.begin(Deed::Start, packages_.release(), subject(*daemon));
  if (!daemon->process) launch(*daemon, Origin::Agent);
  effect.pinned = daemon->process && daemon->process->pinned;
  site_.announce(effect, Moment::During);
  site_.rest_until(site_.time.now() + kStartJob);
  site_.announce(effect, Moment::After);
  if (daemon->process || !model_of(packages_.release()).quirks.master_hides_dead_worker)
    return success();
  return Error{ErrorCode::Unavailable, "systemd could not start " + service + ": it is failed"};
}

base::Status Services::set_window(const std::string& service, base::Duration limit) {
  Daemon* daemon = find(service);
  if (daemon == nullptr) return no_unit(service);
  if (std::max(daemon->window, daemon->stop_limit) >= limit) return success();
  if (machine_.disk_full) return Error{ErrorCode::Unavailable, "no space left on device"};
  const Effect effect = keeper_.begin(Deed::SetWindow, packages_.release(), subject(*daemon));
  daemon->window = limit;
  site_.announce(effect, Moment::After);
  return success();
}

base::Status Services::clear_window(const std::string& service) {
  Daemon* daemon = find(service);
  if (daemon == nullptr) return no_unit(service);
  if (daemon->window == base::Duration{0}) return success();
  const Effect effect = keeper_.begin(Deed::ClearWindow, packages_.release(), subject(*daemon));
  daemon->window = {};
  site_.announce(effect, Moment::After);
  return success();
}

bool Services::has_window() const {
  return std::any_of(daemons_.begin(), daemons_.end(),
                     [](const Daemon& each) { return each.window > base::Duration{0}; });
}

bool Services::works(const Daemon& daemon) const {
  if (!daemon.process || daemon.stopping || !daemon.process->works) return false;
  if (site_.time.now() < daemon.process->ready_at) return false;
  if (daemon.role != Role::Conductor) return true;
  const Registration& row = site_.ironic.registry[daemon.place];
  return row.online && row.beats_until == kNever;
}

/// A process from before the upgrade is started anew by it anyhow.
bool Services::has_read_others(const Daemon& daemon) const {
  return !daemon.process || daemon.process->origin == Origin::Before ||
         daemon.process->started_at >= config_.others_changed_at();
}

bool Services::healthy() const {
  if (broken_ || deaths_ > 0) return false;
  return std::all_of(daemons_.begin(), daemons_.end(),
                     [&](const Daemon& each) { return works(each) && !each.drained; });
}

}  // namespace rollmill::sim
