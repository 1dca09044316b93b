#include <algorithm>
#include <utility>

#include "sim/ironic/services.h"

/// The lives of the processes under a host's service manager.
namespace rollmill::sim {
namespace {

using std::chrono::seconds;

constexpr base::Duration kDiesAtOnce{400};
constexpr base::Duration kRespawn{100};
constexpr std::uint32_t kStartLimit = 5;  ///< systemd's StartLimitBurst.

/// IRONIC.md 3: what the code of a release accepts as a pin, as far as the model has releases.
std::optional<ReleaseId> accepted_pin(ReleaseId code, const std::string& pin) {
  const auto number = core::parse_release_number(pin);
  if (!number || core::to_string(*number) != pin) return std::nullopt;
  const auto id = release_id(*number);
  return id && *id <= code ? id : std::nullopt;
}

}  // namespace

/// Everything is read now and kept until the process ends.
ProcessLife Services::read_process(const Daemon& daemon, Origin origin) {
  ProcessLife process;
  process.pid = site_.next_pid += 10;
  process.started_at = site_.time.now();
  process.origin = origin;
  process.release = process.writes = packages_.release();
  if (const auto pin = config_.pin()) {
    process.pinned = true;
    const auto accepted = accepted_pin(process.release, *pin);
    process.works = accepted.has_value();
    process.writes = accepted.value_or(process.release);
  }
  process.disturbed = origin == Origin::World || config_.unseen_edit();
  const base::Duration hard = config_.seconds("DEFAULT", "graceful_shutdown_timeout", seconds{60});
  process.grace = hard;
  if (process.release >= ReleaseId::R35)
    process.grace =
        std::min(hard, config_.seconds("conductor", "graceful_shutdown_timeout", seconds{60}));
  process.ring_reset = config_.seconds("DEFAULT", "hash_ring_reset_interval", seconds{15});
  process.heartbeat_interval = config_.seconds("conductor", "heartbeat_interval", seconds{10});
  process.heartbeat_timeout = config_.seconds("conductor", "heartbeat_timeout", seconds{60});
  const bool conductor = daemon.role == Role::Conductor;
  process.ready_at = process.started_at + base::Duration{conductor ? random_.between(1800, 4300)
                                                                   : random_.between(1000, 3000)};
  return process;
}

void Services::run_before(Daemon& daemon) {
  ProcessLife process = read_process(daemon, Origin::Before);
  process.started_at -= std::chrono::hours{2};
  process.ready_at = process.started_at + base::Duration{random_.between(3000, 18000)};
  daemon.process = process;
  if (daemon.role != Role::Conductor) return;
  site_.ironic.conductor_registers(daemon);
  Registration& row = site_.ironic.registry[daemon.place];
  row.registered_at = process.ready_at + base::Duration{random_.between(0, 9999)};
  row.changes.back().first = row.registered_at;
}

/// A process that cannot work dies at once, or lives on as a master whose worker dies again and
/// again, by release and role (IRONIC.md 5, "Start").
void Services::launch(Daemon& daemon, Origin origin) {
  site_.time.cancel(daemon.next_event);
  ProcessLife process = read_process(daemon, origin);
  const bool bad_pin = !process.works;
  const bool master_lives = daemon.role == Role::Api ||
                            (model_of(process.release).quirks.master_hides_dead_worker && !bad_pin);
  if (!packages_.clean() || broken_ || !site_.ironic.database.has_schema_of(process.release))
    process.works = false;
  site_.promises.starts(daemon, process);
  daemon.process = process;
  daemon.failed = false;
  daemon.wanted = true;
  if (daemon.role == Role::Conductor) site_.ironic.conductor_starts(daemon);
  if (!packages_.clean() || (!process.works && !master_lives))
    return plan_death(daemon, kDiesAtOnce, false);
  if (deaths_ > 0) {
    --deaths_;
    return plan_death(daemon, dies_after_, true);
  }
  if (!process.works) return;
  daemon.next_event = site_.time.after(process.ready_at - site_.time.now(),
                                       [this, &daemon] { become_ready(daemon); });
}

void Services::become_ready(Daemon& daemon) {
  daemon.next_event = 0;
  const bool conductor = daemon.role == Role::Conductor;
  if (conductor) site_.ironic.conductor_registers(daemon);
  site_.note(daemon.host, conductor ? Deed::Registered : Deed::Answers, daemon.process->release);
  if (!daemon.drained) site_.promises.comes_up(daemon);
}

/// `again`: the manager starts it anew; else it has tried so often that the unit is failed.
void Services::plan_death(Daemon& daemon, base::Duration after, bool again) {
  daemon.next_event = site_.time.after(after, [this, &daemon, again] {
    daemon.next_event = 0;
    die(daemon);
    daemon.restarts += again ? 1 : kStartLimit;
    daemon.failed = !again;
    if (again)
      daemon.next_event =
          site_.time.after(kRespawn, [this, &daemon] { launch(daemon, Origin::World); });
  });
}

/// IRONIC.md 5, "Stop, by release"; LAB.md 7.
base::Duration Services::stop_takes(Daemon& daemon) {
  const ProcessLife& process = *daemon.process;
  if (daemon.role != Role::Conductor) return base::Duration{random_.between(1000, 3000)};
  const bool registered = process.works && site_.time.now() >= process.ready_at;
  if (!registered) return base::Duration{random_.between(500, 2000)};
  Ironic& ironic = site_.ironic;
  const bool waits_for_rings = ironic.others_online(daemon) > 1;
  const base::Duration busy = ironic.work_ends(daemon) - site_.time.now();
  switch (model_of(process.release).quirks.stop_manner) {
    case core::StopManner::ReleasesLocksAtOnce:
      ironic.conductor_leaves(daemon, false);
      ironic.conductor_starts(daemon);
      return waits_for_rings ? process.ring_reset + base::Duration{1600} : base::Duration{2300};
    case core::StopManner::AlwaysFullGraceTimeout:
      ironic.conductor_leaves(daemon, true);
      return process.grace;
    case core::StopManner::EndsWhenIdle:
      break;
  }
  ironic.conductor_leaves(daemon, false);
  const base::Duration idle = waits_for_rings
                                  ? process.ring_reset + base::Duration{random_.between(1000, 2000)}
                                  : base::Duration{random_.between(3000, 4000)};
  return std::max(idle, std::min(busy, process.grace));
}

void Services::begin_stop(Daemon& daemon) {
  site_.time.cancel(daemon.next_event);
  const base::Duration limit = std::max(daemon.window, daemon.stop_limit);
  const base::Duration takes = std::min(limit, stop_takes(daemon));
  daemon.stopping = true;
  daemon.silent_since = site_.time.now();
  daemon.gone_at = site_.time.now() + takes;
  daemon.next_event = site_.time.after(takes, [this, &daemon] { finish_stop(daemon); });
}

void Services::finish_stop(Daemon& daemon) {
  daemon.next_event = 0;
  end_process(daemon);
}

void Services::end_process(Daemon& daemon) {
  if (!daemon.process) return;
  if (daemon.role == Role::Conductor) site_.ironic.conductor_gone(daemon);
  if (!daemon.stopping) daemon.silent_since = site_.time.now();
  site_.note(daemon.host, Deed::Gone, daemon.process->release);
  daemon.process.reset();
  daemon.stopping = false;
}

void Services::die(Daemon& daemon) {
  site_.time.cancel(daemon.next_event);
  daemon.next_event = 0;
  end_process(daemon);
  site_.promises.disturbed(machine_.place);
}

void Services::power_off() {
  for (Daemon& daemon : daemons_) die(daemon);
}

void Services::boot() {
  for (Daemon& daemon : daemons_) {
    daemon.restarts = 0;
    if (!daemon.process) launch(daemon, Origin::World);
  }
}

void Services::freeze_heartbeats() {
  for (const Daemon& daemon : daemons_)
    if (daemon.role == Role::Conductor) site_.ironic.freeze_heartbeat(daemon.place);
}

/// A service that the agent stopped is the agent's: a person starts what has died, and starts
/// anew what runs and does no work, or has not read what other hands have changed.
void Services::repair() {
  broken_ = false;
  deaths_ = 0;
  for (Daemon& daemon : daemons_) {
    if (daemon.stopping) continue;
    const bool starting =
        daemon.process && daemon.process->works && site_.time.now() < daemon.process->ready_at;
    if ((works(daemon) || starting) && has_read_others(daemon)) continue;
    if (!daemon.process && !daemon.wanted) continue;
    if (daemon.process) die(daemon);
    site_.promises.disturbed(machine_.place);
    launch(daemon, Origin::World);
  }
}

void Services::restart() {
  for (Daemon& daemon : daemons_) {
    if (daemon.stopping || !daemon.process) continue;
    die(daemon);
    site_.promises.disturbed(machine_.place);
    launch(daemon, Origin::World);
  }
}

void Services::raise_stop_limits() {
  for (Daemon& daemon : daemons_) daemon.stop_limit = std::chrono::hours{1};
}

void Services::halt() {
  for (Daemon& daemon : daemons_) {
    if (daemon.stopping || !daemon.process) continue;
    daemon.wanted = false;
    die(daemon);
  }
}

void Services::take_over() {
  for (Daemon& daemon : daemons_) {
    if (daemon.stopping) continue;
    site_.promises.disturbed(machine_.place);
    if (!daemon.process) launch(daemon, Origin::World);
    if (!std::exchange(daemon.drained, false)) continue;
    if (site_.ironic.answers(daemon)) site_.promises.comes_up(daemon);
  }
}

}  // namespace rollmill::sim
