#include <string>

#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using UpgradeState = ports::SchemaDriver::UpgradeState;
using UpgradeResult = ports::SchemaDriver::UpgradeResult;

/// Nothing of this is ever tried again by itself: half a migration cannot be told from none.
Trouble judge(Job& job, const UpgradeResult& result) {
  constexpr const char* kId = "expand.upgrade-done";
  const std::string where = "ironic-dbsync upgrade on " + job.settings.host.text;
  switch (result.state) {
    case UpgradeState::Done:
      job.ok(kId, "ironic-dbsync upgrade ended cleanly.");
      return {};
    case UpgradeState::Refused:
      return job.fail_as("EXPAND_REFUSED", kId, where + " was refused: " + result.message);
    case UpgradeState::Usage:
      return job.fail_as("EXPAND_USAGE", kId, where + " was called wrongly: " + result.message);
    case UpgradeState::PartialOrConcurrent:
      return job.fail_as("EXPAND_PARTIAL", kId,
                         where + " met what another run has done: " + result.message +
                             " Compare ironic-dbsync version with the release's head before "
                             "anything else.");
    case UpgradeState::Failed:
      return job.fail(kId, where + " failed: " + result.message);
  }
  return {};
}

Trouble run_upgrade(Job& job) {
  job.changed = true;
  const auto result = job.host.schema->upgrade();
  if (!result)
    return job.fail("expand.upgrade-done",
                    "ironic-dbsync upgrade on " + job.settings.host.text +
                        " could not be run to its end: " + result.error().message);
  return judge(job, *result);
}

Trouble prove_head(Job& job, const std::string& head) {
  const auto revision = job.host.schema->revision();
  if (!revision) return job.unreadable("The schema revision", revision.error());
  if (*revision != head)
    return job.fail("expand.revision-is-head", "The schema is at " + *revision + ", not at " +
                                                   head + ", the head of " +
                                                   core::to_string(job.args.to) + ".");
  job.ok("expand.revision-is-head", "The schema is at " + head + ".");
  return {};
}

Trouble prove_old_services(Job& job) {
  if (Trouble missing = need_deployment_api(job)) return missing;
  return job.await("expand.old-services-answer", [&] {
    if (const auto listed = job.host.deployment->list_once(); !listed)
      return not_yet("The API cannot list nodes: " + listed.error().message);
    const auto answer = round_trip_to_any(*job.host.deployment);
    if (!answer) return not_yet("No conductor answers: " + answer.error().message);
    return good("The API lists nodes and " + *answer + ".");
  });
}

}  // namespace

Trouble expand(Job& job) {
  if (Trouble missing = need_schema(job)) return missing;
  if (Trouble wrong = prove_installed(job, job.args.to)) return wrong;
  const auto head = job.host.schema->head();
  if (!head) return job.unreadable("The head of the migrations", head.error());
  const auto revision = job.host.schema->revision();
  if (!revision) return job.unreadable("The schema revision", revision.error());
  if (*revision != *head)
    if (Trouble failed = run_upgrade(job)) return failed;
  if (Trouble behind = prove_head(job, *head)) return behind;
  if (Trouble failed = prove_status_check(job, "expand.status-check-new")) return failed;
  return prove_old_services(job);
}

}  // namespace rollmill::agent
