#include "agent/verbs/round_trip.h"

#include <algorithm>

#include "agent/host_reading.h"
#include "agent/registry.h"
#include "agent/verbs/proofs.h"

namespace rollmill::agent {
namespace {

using Conductor = ports::IronicApi::Conductor;
using Node = ports::IronicApi::Node;

/// What this host's files say; the APIs keep their rings no longer than that (ADR 7).
base::Duration ring_interval(Job& job) {
  const auto usual = base::parse_duration(std::string(kRingResetDefault) + "s");
  return seconds_set(job, "DEFAULT", kRingResetKey, *usual);
}

/// The rings are by group and hardware type (ironic/conductor/rpcapi.py, get_conductor_for).
bool could_hold(const Conductor& conductor, const Node& node) {
  return node.conductor_group == conductor.group &&
         std::find(conductor.drivers.begin(), conductor.drivers.end(), node.driver) !=
             conductor.drivers.end();
}

}  // namespace

RoundTrip::RoundTrip(Job& job, base::TimePoint joined_at)
    : job_(job), sure_at_(joined_at + ring_interval(job) + job.settings.settle) {}

/// All nodes are read, and only then: of a large fleet that takes long.
Look RoundTrip::look() {
  if (job_.waiting.now() < sure_at_)
    return not_yet("Until " + base::format_time(sure_at_) + " an API may still send requests for " +
                   "the nodes of " + hostname(job_) + " to another conductor.");
  auto nodes = job_.host.deployment->nodes();
  if (!nodes) return not_yet("The list of nodes cannot be read: " + nodes.error().message + ".");
  nodes_ = std::move(*nodes);
  for (const Node& node : nodes_)
    if (is_host(node.conductor, hostname(job_))) return ask_for(node);
  return ask_anybody();
}

Look RoundTrip::ask_for(const Node& node) {
  const auto answer = job_.host.deployment->round_trip(node.uuid);
  if (!answer)
    return not_yet("A read through " + hostname(job_) + " fails: validating node " + label(node) +
                   ": " + answer.error().message + ".");
  return good("Through the API, node " + label(node) + " was validated by " + hostname(job_) + ".");
}

Look RoundTrip::ask_anybody() {
  const auto answer = round_trip_to_any(*job_.host.deployment);
  if (!answer) return not_yet("No conductor answers: " + answer.error().message + ".");
  return unproven("Not proven: that " + hostname(job_) + " answers requests. " + tell_nodes() +
                  ", so no request is sure to reach it. Only this is known: " + *answer +
                  ", and that may have been any conductor.");
}

std::string RoundTrip::tell_nodes() {
  const std::string all = "None of the " + std::to_string(nodes_.size()) + " nodes is mapped to it";
  const auto conductors = job_.host.deployment->conductors();
  const auto own = conductors ? find_conductor(*conductors, hostname(job_)) : std::nullopt;
  if (!own) return all;
  const auto fitting = std::count_if(nodes_.begin(), nodes_.end(),
                                     [&](const Node& node) { return could_hold(*own, node); });
  return all + " (" + std::to_string(fitting) + " are of its group and hardware types)";
}

}  // namespace rollmill::agent
