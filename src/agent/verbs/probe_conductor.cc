#include <algorithm>
#include <sstream>
#include <string>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/round_trip.h"
#include "agent/verbs/steady.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Conductor = ports::IronicApi::Conductor;
using Node = ports::IronicApi::Node;
using Process = ports::ServiceDriver::Process;

/// A worker that lives for so many heartbeats is believed.
constexpr int kBeatsWatched = 2;

/// The service's own row of the registry, or why there is none.
base::Result<Conductor> own_row(Job& job) {
  const auto conductors = job.host.deployment->conductors();
  if (!conductors) return conductors.error().with_context("the conductor registry cannot be read");
  const auto own = find_conductor(*conductors, hostname(job));
  if (own) return *own;
  return base::Error{base::ErrorCode::NotFound, hostname(job) + " is not in the registry"};
}

Look look_at_registration(Job& job) {
  const auto own = own_row(job);
  if (!own) return not_yet("The conductor has not registered yet: " + own.error().message + ".");
  if (!own->alive) return not_yet(hostname(job) + " is registered, but not alive.");
  return good(hostname(job) + " is registered and alive.");
}

/// What the conductor's own files say, in whole seconds; else what the agent's file says.
base::Duration heartbeat_interval(Job& job) {
  return seconds_set(job, "conductor", "heartbeat_interval", job.settings.heartbeat_interval);
}

/// Hardware types that are enabled and not registered, joined by commas.
std::string missing_types(const std::string& enabled, const Conductor& own) {
  std::string missing;
  std::istringstream names(enabled);
  for (std::string name; std::getline(names, name, ',');) {
    std::erase_if(name, [](char letter) { return letter == ' ' || letter == '\t'; });
    const bool there =
        std::find(own.drivers.begin(), own.drivers.end(), name) != own.drivers.end();
    if (!name.empty() && !there) missing += (missing.empty() ? "" : ", ") + name;
  }
  return missing;
}

Look judge_hardware_types(Job& job, const Conductor& own) {
  const auto enabled = job.host.config.effective("DEFAULT", "enabled_hardware_types");
  if (!enabled) return not_yet("The configuration cannot be read: " + enabled.error().message);
  const std::string missing = missing_types(enabled->value_or(""), own);
  if (own.drivers.empty()) return not_yet(hostname(job) + " has registered no hardware type.");
  if (!missing.empty()) return not_yet(hostname(job) + " has not registered " + missing + ".");
  return good(hostname(job) + " has registered " + std::to_string(own.drivers.size()) +
              " hardware types.");
}

Look look_at_hardware_types(Job& job) {
  const auto own = own_row(job);
  return own ? judge_hardware_types(job, *own) : not_yet(own.error().message + ".");
}

/// A row says "alive" long after its conductor has died, and a registration alone is one beat: so
/// two heartbeats are wanted, both of this process, more than an interval apart.
class Heartbeats {
 public:
  Heartbeats(Job& job, base::TimePoint started_at, base::Duration interval)
      : job_(job), started_at_(started_at), interval_(interval) {}

  Look look() {
    const auto own = own_row(job_);
    if (!own || !own->alive) {
      first_.reset();
      joined_at_.reset();
      return not_yet(hostname(job_) + " is not alive any more.");
    }
    if (own->updated_at <= started_at_)
      return not_yet("The last heartbeat of " + hostname(job_) + ", " +
                     base::format_time(own->updated_at) + ", is older than its process.");
    if (!first_) {
      first_ = own->updated_at;
      seen_at_ = job_.waiting.now();
    }
    if (!joined_at_ && judge_hardware_types(job_, *own).kind == Look::Kind::Good)
      joined_at_ = job_.waiting.now();
    const bool apart = job_.waiting.now() - seen_at_ > interval_;
    if (!apart || own->updated_at <= *first_)
      return not_yet(hostname(job_) + " is alive since " + base::format_time(*first_) +
                     "; its next heartbeat is awaited.");
    return good("Heartbeats at " + base::format_time(*first_) + " and " +
                base::format_time(own->updated_at) + ".");
  }

  /// Since then the registry holds this very process and all of its hardware types, which is what
  /// hash rings are made of; nothing when that was not seen along with the heartbeats.
  std::optional<base::TimePoint> joined_at() const { return joined_at_; }

 private:
  Job& job_;
  const base::TimePoint started_at_;
  const base::Duration interval_;
  std::optional<base::TimePoint> first_;
  base::TimePoint seen_at_{};
  std::optional<base::TimePoint> joined_at_;
};

/// While pinned nothing may be newer than A reads; unpinned, its own row tells that it is.
Trouble prove_rows(Job& job) {
  const bool unpinned = job.args.new_release && !job.args.pinned && !job.goes_back();
  const char* id = unpinned ? "conductor.rows-new" : "conductor.rows-still-old";
  if (job.host.schema == nullptr) {
    job.warn(id, "This host cannot read the database; the schema host does before the gate.");
    return {};
  }
  if (!unpinned) return prove_rows_old(job, id);
  const auto newest = job.host.schema->versions_of(job.args.to);
  if (!newest) return job.unreadable("The object versions of a release", newest.error());
  const auto rows = job.host.schema->histogram();
  if (!rows) return job.unreadable("The versions of the database's rows", rows.error());
  const auto wanted = newest->find("conductors");
  const auto table = rows->find("conductors");
  if (wanted == newest->end() || table == rows->end()) return {};
  if (table->second.count(wanted->second) == 0)
    return job.fail(id, "No conductor is registered in version " + wanted->second +
                            "; this one still writes as if it were pinned.");
  job.ok(id, "Conductors register in version " + wanted->second + ".");
  return {};
}

/// Told, never fatal: what failed has failed, and the nodes' owners must know. The survey at the
/// end decides whether anything is left of it.
Trouble tell_taken_over(Job& job, base::TimePoint started_at, const std::vector<Node>& nodes) {
  constexpr const char* kId = "conductor.no-take-over-failures";
  const auto stopped = last_stop(job);
  if (!stopped) return job.unreadable("The agent's state folder", stopped.error());
  const auto failed = taken_over_nodes(nodes, stopped->value_or(started_at));
  if (failed.empty())
    job.ok(kId, "No node was failed by a take-over.");
  else
    job.warn(kId, "Failed by a take-over since the stop: " + join_some(failed));
  return {};
}

/// The round trip comes late: the wait for the APIs' rings is nearly over by then.
Trouble prove_service(Job& job, const Process& process, Steadiness& steadiness) {
  if (Trouble none = job.await("conductor.registered", [&] { return look_at_registration(job); }))
    return none;
  steadiness.look();
  Heartbeats heartbeats(job, process.started_at, heartbeat_interval(job));
  if (Trouble stale = job.await("conductor.heartbeat-fresh", [&] {
        steadiness.look();
        return heartbeats.look();
      }))
    return stale;
  if (Trouble missing =
          job.await("conductor.hardware-types", [&] { return look_at_hardware_types(job); }))
    return missing;
  RoundTrip trip(job, heartbeats.joined_at().value_or(job.waiting.now()));
  if (Trouble silent = job.await("conductor.round-trip", [&] { return trip.look(); }))
    return silent;
  if (Trouble wrong = prove_rows(job)) return wrong;
  if (Trouble loop = steadiness.prove()) return loop;
  return tell_taken_over(job, process.started_at, trip.nodes());
}

}  // namespace

Trouble probe_conductor(Job& job) {
  if (Trouble missing = need_deployment_api(job)) return missing;
  if (Trouble wrong = prove_pin_in_force(job)) return wrong;
  const auto look = [&] { return look_at_process(job, job.args.service); };
  if (Trouble wrong = job.await("conductor.process-new", look)) return wrong;
  const auto status = job.host.services.status(job.args.service);
  if (!status) return job.unreadable("The state of a service", status.error());
  if (!status->main) return job.fail("conductor.process-new", "It has ended meanwhile.", true);
  Steadiness steadiness(job, *status, kBeatsWatched * heartbeat_interval(job));
  return prove_service(job, *status->main, steadiness);
}

}  // namespace rollmill::agent
