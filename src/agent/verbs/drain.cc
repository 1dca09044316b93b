#include <algorithm>
#include <string>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/quiet.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Conductor = ports::IronicApi::Conductor;

/// How long the deployment may take to answer without this API.
constexpr base::Duration kOthersPatience = std::chrono::seconds{10};

bool covers(const Conductor& other, const Conductor& own) {
  return other.group == own.group &&
         std::all_of(own.drivers.begin(), own.drivers.end(), [&](const std::string& driver) {
           return std::find(other.drivers.begin(), other.drivers.end(), driver) !=
                  other.drivers.end();
         });
}

/// A conductor that is alone in its group cannot be covered: preflight has judged that already.
Look look_for_cover(Job& job) {
  const std::string& hostname = job.service()->conductor_hostname;
  const auto conductors = job.host.deployment->conductors();
  if (!conductors)
    return not_yet("The conductor registry cannot be read: " + conductors.error().message);
  const auto own = find_conductor(*conductors, hostname);
  if (!own) return good(hostname + " is not registered; nothing depends on it.");
  bool alone = true;
  for (const Conductor& other : *conductors) {
    if (is_host(other.hostname, hostname) || !covers(other, *own)) continue;
    alone = false;
    if (other.alive) return good(other.hostname + " serves the same group and hardware types.");
  }
  if (alone || job.args.outage_accepted)
    return good("No other conductor covers " + hostname + "; that outage was accepted.");
  return not_yet("No other living conductor covers the group \"" + own->group +
                 "\" and the hardware types of " + hostname);
}

Trouble drain_conductor(Job& job) {
  const auto status = job.host.services.status(job.args.service);
  if (!status) return job.unreadable("The state of a service", status.error());
  if (!status->main && status->tree.empty()) {
    job.ok("conductor.quiet", job.args.service + " does not run.");
    return {};
  }
  if (Trouble missing = need_deployment_api(job)) return missing;
  const auto cover = [&] { return look_for_cover(job); };
  if (Trouble alone = job.await("conductor.group-covered", cover)) return alone;
  return wait_quiet(job, base::Duration{0});
}

/// An API whose absence nobody covers is put back at once: clients come before the upgrade.
Trouble prove_others_serve(Job& job) {
  constexpr const char* kId = "api.others-serve";
  if (job.host.deployment == nullptr || job.args.outage_accepted) return {};
  const base::TimePoint until = std::min(job.soft_limit(), job.waiting.now() + kOthersPatience);
  return job.await_until(
      until, kId,
      [&] {
        const auto listed = job.host.deployment->list_once();
        if (listed) return good("The balancer's address answers without this API.");
        return not_yet("The balancer's address does not answer without " + job.settings.host.text +
                       ": " + listed.error().message);
      },
      [&](const std::string& reason) -> Trouble {
        if (const auto back = job.host.balancer->put_in(job.args.service); !back)
          return job.fail(kId, reason + ". Putting it back failed, too: " + back.error().message);
        return job.fail(kId, reason + ". It was put back.", true);
      });
}

Look look_at_balancer(Job& job) {
  const auto state = job.host.balancer->state(job.args.service);
  if (!state) return not_yet("The balancer cannot be asked: " + state.error().message);
  if (state->serving)
    return not_yet("The balancer still sends requests here (" + state->text + ")");
  return good("The balancer says " + state->text + ".");
}

Look look_at_connections(Job& job) {
  const auto state = job.host.balancer->state(job.args.service);
  if (!state) return not_yet("The balancer cannot be asked: " + state.error().message);
  if (state->connections == 0) return good("No request is in flight.");
  return not_yet(std::to_string(state->connections) + " requests are in flight on " +
                 job.settings.host.text);
}

Trouble wait_connections(Job& job) {
  constexpr const char* kId = "api.in-flight-ended";
  return job.await_until(
      job.soft_limit(), kId, [&] { return look_at_connections(job); },
      [&](const std::string& reason) -> Trouble {
        if (job.args.busy == core::BusyPolicy::Fail) return job.fail(kId, reason + ".");
        job.warn(kId, reason + "; the policy is to go on.");
        return {};
      });
}

Trouble drain_api(Job& job) {
  if (job.host.balancer == nullptr) {
    job.warn("api.out-of-balancer", "The agent file of " + job.settings.host.text +
                                        " has no load balancer; clients see the stop.");
    return {};
  }
  const auto before = job.host.balancer->state(job.args.service);
  if (!before) return job.unreadable("The state of the load balancer", before.error());
  job.changed = before->serving;
  if (const auto out = job.host.balancer->take_out(job.args.service); !out)
    return job.fail(
        "api.out-of-balancer",
        "The balancer does not take " + job.settings.host.text + " out: " + out.error().message,
        true);
  if (Trouble serving = job.await("api.out-of-balancer", [&] { return look_at_balancer(job); }))
    return serving;
  if (Trouble alone = prove_others_serve(job)) return alone;
  return wait_connections(job);
}

}  // namespace

Trouble drain(Job& job) {
  if (job.is_conductor()) return drain_conductor(job);
  if (job.serves_api()) return drain_api(job);
  return {};
}

}  // namespace rollmill::agent
