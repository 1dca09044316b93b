#include "agent/verbs/quiet.h"

#include <string>
#include <vector>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"

namespace rollmill::agent {
namespace {

constexpr const char* kId = "conductor.quiet";

/// Reads every page each time, children too: a reservation may be on a node of another conductor.
Look look_at_nodes(Job& job, bool& readable) {
  const std::string& hostname = job.service()->conductor_hostname;
  const auto nodes = job.host.deployment->nodes();
  readable = nodes.ok();
  if (!nodes)
    return not_yet("What " + hostname + " works on cannot be read: " + nodes.error().message);
  const std::vector<std::string> busy = busy_nodes(*nodes, hostname);
  if (busy.empty()) return good("No node is in the hands of " + hostname + ".");
  return not_yet(std::to_string(busy.size()) + (busy.size() == 1 ? " node" : " nodes") +
                 " in the hands of " + hostname + ": " + join_some(busy));
}

}  // namespace

Trouble wait_quiet(Job& job, base::Duration reserve) {
  if (Trouble missing = need_deployment_api(job)) return missing;
  bool readable = false;
  return job.await_until(
      job.soft_limit() - reserve, kId, [&] { return look_at_nodes(job, readable); },
      [&](const std::string& reason) -> Trouble {
        if (!readable) return job.fail_as("API_UNAVAILABLE", kId, reason + ".", true);
        if (job.args.busy == core::BusyPolicy::Fail) return job.fail(kId, reason + ".");
        job.warn(kId, reason + "; the policy is to go on, their work may die.");
        return {};
      });
}

}  // namespace rollmill::agent
