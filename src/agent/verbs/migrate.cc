#include <string>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Batch = ports::SchemaDriver::MigrateBatch;
using State = ports::SchemaDriver::MigrateState;

constexpr int kIdleBatches = 3;  ///< Batches in a row that ask for more but move nothing.
constexpr int kRounds = 3;       ///< Times that rows may come back in an old version.

/// Runs one batch; a batch that failed ends the verb.
Trouble run_batch(Job& job, Batch& batch) {
  const auto result = job.host.schema->migrate(job.args.migrate_batch);
  if (!result)
    return job.fail("contract.done", "ironic-dbsync online_data_migrations on " +
                                         job.settings.host.text +
                                         " could not be run to its end: " + result.error().message);
  batch = *result;
  if (batch.migrated > 0) job.changed = true;
  job.waiting.say("migrated " + std::to_string(batch.migrated) + " of " +
                  std::to_string(batch.total) + " rows");
  switch (batch.state) {
    case State::Done:
    case State::MoreToDo:
      return {};
    case State::Incompatible:
      return job.fail_as("CONTRACT_INCOMPATIBLE", "contract.done",
                         "A row has a version that release " + core::to_string(job.args.to) +
                             " does not know: " + batch.message);
    case State::Failed:
      return job.fail("contract.done", "ironic-dbsync online_data_migrations failed on " +
                                           job.settings.host.text + ": " + batch.message);
  }
  return {};
}

/// Batches, with a rest between two, until the tool says by text and code that it has completed.
Trouble run_batches(Job& job, Batch& last) {
  for (int idle = 0; idle < kIdleBatches;) {
    if (Trouble failed = run_batch(job, last)) return failed;
    if (last.state == State::Done) return {};
    idle = last.migrated == 0 ? idle + 1 : 0;
    if (Trouble ended = job.rest(job.args.migrate_pause)) return ended;
  }
  return job.fail_as("CONTRACT_STUCK", "contract.done",
                     "ironic-dbsync online_data_migrations asks to be run again but moves no row "
                     "on " +
                         job.settings.host.text + ": " + last.message);
}

/// Done, and once more to see 0 of 0. Rows that came back in between were written by something
/// that is still pinned or old.
Trouble run_until_zero(Job& job) {
  Batch last;
  if (Trouble failed = run_batches(job, last)) return failed;
  job.ok("contract.done", "The online data migrations have completed.");
  for (int round = 0; round < kRounds; ++round) {
    if (Trouble failed = run_batches(job, last)) return failed;
    if (last.total != 0 || last.migrated != 0) continue;
    job.ok("contract.second-run-zero", "A second run found 0 of 0 rows.");
    return {};
  }
  return job.fail("contract.second-run-zero",
                  "Rows keep coming back in an old version (" + std::to_string(last.total) +
                      " in the last run): a pinned or old service still writes.");
}

Trouble prove_unpinned(Job& job) {
  const auto pin = job.host.config.effective("DEFAULT", "pin_release_version");
  if (!pin) return job.unreadable("The configuration", pin.error());
  if (pin->has_value())
    return job.fail("contract.unpinned", "The pin " + **pin + " is in force on " +
                                             job.settings.host.text +
                                             "; the migrations would write old versions.");
  job.ok("contract.unpinned", "No pin is in force.");
  return {};
}

/// Gone from this release on; before, such nodes are told so that they can be moved in time.
constexpr core::ReleaseNumber kNoInspectorFrom{35, 0};

Trouble prove_no_inspector(Job& job) {
  constexpr const char* kId = "contract.no-inspector-nodes";
  if (Trouble missing = need_deployment_api(job)) return missing;
  const auto nodes = job.host.deployment->nodes();
  if (!nodes) return job.unreadable("The list of nodes", nodes.error());
  std::vector<std::string> left;
  for (const auto& node : *nodes)
    if (node.inspect_interface == "inspector") left.push_back(label(node));
  const std::string text = "These nodes still use the inspector interface: " + join_some(left);
  if (left.empty())
    job.ok(kId, "No node uses the inspector interface.");
  else if (job.args.to >= kNoInspectorFrom)
    return job.fail(kId, text + ".");
  else
    job.warn(kId, text + "; 35.0 and later do not have it.");
  return {};
}

}  // namespace

Trouble migrate(Job& job) {
  if (Trouble missing = need_schema(job)) return missing;
  if (Trouble wrong = prove_installed(job, job.args.to)) return wrong;
  if (Trouble pinned = prove_unpinned(job)) return pinned;
  if (Trouble failed = run_until_zero(job)) return failed;
  if (Trouble left = prove_rows_newest(job, "contract.rows-newest")) return left;
  if (Trouble failed = prove_status_check(job, "contract.status-check-new")) return failed;
  return prove_no_inspector(job);
}

}  // namespace rollmill::agent
