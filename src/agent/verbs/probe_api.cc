#include <string>

#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

std::string where(const Job& job) { return "The API of " + job.settings.host.text; }

Trouble need_own_api(const Job& job) {
  if (job.host.own_api != nullptr) return {};
  return job.trouble("DRIVER_MISSING", "The agent file of " + job.settings.host.text +
                                           " does not give the address of this host's own API.");
}

/// Two checks in one look: that something answers, and that it is Ironic.
Trouble prove_answers(Job& job) {
  bool swallowed = false;
  const auto look = [&]() -> Look {
    const auto versions = job.host.own_api->versions();
    swallowed = !versions && versions.error().code == base::ErrorCode::DataLoss;
    if (versions || swallowed) return good("It answers at its own address.");
    return not_yet(where(job) + " does not answer: " + versions.error().message);
  };
  if (Trouble silent = job.await("api.answers", look)) return silent;
  if (swallowed)
    return job.fail("api.answers-json", where(job) +
                                            " answers with something that is not Ironic's JSON; a "
                                            "health check may have taken over every path.");
  job.ok("api.answers-json", "It answers with Ironic's JSON.");
  return {};
}

/// What the API must offer at most: what the pin allows, or all of its release.
std::string wanted_microversion(const Job& job) {
  const core::ReleaseNumber number = job.args.pinned ? job.args.from : job.wanted_release();
  const core::ReleaseInfo* info = core::find_release(job.host.profile, number);
  return info == nullptr ? std::string() : info->max_microversion;
}

std::string one_above(const std::string& microversion) {
  const auto number = core::parse_release_number(microversion);
  if (!number) return {};
  return std::to_string(number->major) + "." + std::to_string(number->minor + 1);
}

Trouble prove_maximum(Job& job) {
  const auto versions = job.host.own_api->versions();
  if (!versions) return job.fail("api.answers", where(job) + ": " + versions.error().message, true);
  const std::string wanted = wanted_microversion(job);
  if (versions->maximum != wanted)
    return job.fail("api.max-microversion", where(job) + " offers up to " + versions->maximum +
                                                ", but " + wanted + " is wanted.");
  job.ok("api.max-microversion", "Up to " + wanted + ".");
  const std::string above = one_above(wanted);
  const auto status = job.host.own_api->status_at(above);
  if (!status) return job.fail("api.answers", where(job) + ": " + status.error().message, true);
  if (*status != 406)
    return job.fail("api.one-above-is-406", where(job) + " answers microversion " + above +
                                                " with " + std::to_string(*status) +
                                                " instead of 406.");
  job.ok("api.one-above-is-406", above + " is answered with 406.");
  return {};
}

Look look_at_list(Job& job) {
  const auto listed = job.host.own_api->list_once();
  if (!listed) return not_yet(where(job) + " cannot list nodes: " + listed.error().message);
  return good("It lists nodes by itself.");
}

Look look_at_round_trip(Job& job) {
  const auto answer = round_trip_to_any(*job.host.own_api);
  if (!answer)
    return not_yet("No conductor answers through " + job.settings.host.text + ": " +
                   answer.error().message);
  return good("Through this API, " + *answer + ".");
}

/// A balancer may call a server up at once and look only later: it is asked twice.
Trouble prove_in_balancer(Job& job) {
  constexpr const char* kId = "api.balancer-sees-it";
  base::TimePoint since{};
  return job.await(kId, [&]() -> Look {
    const auto state = job.host.balancer->state(job.args.service);
    if (!state) return not_yet("The balancer cannot be asked: " + state.error().message);
    if (!state->serving) {
      since = {};
      return not_yet("The balancer does not send requests to " + job.settings.host.text + " (" +
                     state->text + ")");
    }
    const base::TimePoint now = job.waiting.now();
    if (since == base::TimePoint{}) since = now;
    if (now - since < job.settings.settle)
      return not_yet("The balancer says " + state->text + "; it is asked once more");
    return good("The balancer says " + state->text + ".");
  });
}

Trouble prove_alone(Job& job) {
  if (Trouble missing = need_own_api(job)) return missing;
  if (Trouble silent = prove_answers(job)) return silent;
  return job.await("api.lists", [&] { return look_at_list(job); });
}

}  // namespace

Trouble probe(Job& job) {
  if (job.is_conductor()) return probe_conductor(job);
  if (job.serves_api()) return probe_api(job);
  if (Trouble wrong = prove_pin_in_force(job)) return wrong;
  const auto look = [&] { return look_at_process(job, job.args.service); };
  return job.await("conductor.process-new", look);
}

Trouble probe_api(Job& job) {
  if (Trouble wrong = prove_pin_in_force(job)) return wrong;
  const auto look = [&] { return look_at_process(job, job.args.service); };
  if (Trouble wrong = job.await("api.process-new", look)) return wrong;
  if (Trouble failed = prove_alone(job)) return failed;
  if (Trouble wrong = prove_maximum(job)) return wrong;
  return job.await("api.round-trip", [&] { return look_at_round_trip(job); });
}

Trouble enlist(Job& job) {
  if (Trouble failed = prove_alone(job)) return failed;
  if (job.host.balancer == nullptr) {
    job.warn("api.balancer-sees-it",
             "The agent file of " + job.settings.host.text + " has no load balancer.");
    return {};
  }
  const auto before = job.host.balancer->state(job.args.service);
  if (!before) return job.unreadable("The state of the load balancer", before.error());
  job.changed = !before->serving;
  if (const auto in = job.host.balancer->put_in(job.args.service); !in)
    return job.fail(
        "api.balancer-sees-it",
        "The balancer does not take " + job.settings.host.text + " back: " + in.error().message,
        true);
  return prove_in_balancer(job);
}

}  // namespace rollmill::agent
