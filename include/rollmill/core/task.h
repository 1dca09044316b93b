#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/shared.h"
#include "rollmill/base/time.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/policy.h"
#include "rollmill/core/release.h"

namespace rollmill::core {

/// What an agent can be asked for. Never a command line: what a verb means on a host is written
/// in that host's agent file. Each verb is idempotent: it reads what is, then does what lacks.
enum class Verb {
  Inspect,  ///< Read everything the preflight judges. Changes nothing.
  Survey,   ///< Schema host: record (baseline) or compare nodes and row versions. Reads only.
  Stage,    ///< Fetch the new release side by side; prove that it accepts the pin.
  Install,  ///< Make the new release the installed one. The service must not be running.
  Expand,   ///< Schema host: the new release's `ironic-dbsync upgrade`, then its status check.
  Pin,      ///< Write our drop-in: pin and window settings; read it back.
  Drain,    ///< Wait until a stop kills nothing (conductor) or nobody is connected (API).
  Stop,     ///< Stop the service; prove its whole process tree gone.
  Start,    ///< Start the service; prove the process is of the wanted release.
  Probe,    ///< Prove from outside that the service does its work, pinned or unpinned as wanted.
  Enlist,   ///< Put the API back behind the balancer; prove that the balancer sees it.
  Unpin,    ///< Take the pin out of our drop-in; read it back.
  Migrate,  ///< Schema host: `ironic-dbsync online_data_migrations` until nothing is left.
  Attest,   ///< State release, pin and process of each service on the host. Reads only.
  Restore,  ///< Remove every temporary setting of ours; prove it.
};

/// Typed arguments; a verb reads those its comment names. Unused ones keep their default.
struct TaskArgs {
  std::string service;  ///< Empty: the whole host.
  std::string role;
  std::string domain;
  ReleaseNumber from;  ///< What is left: release A; on the way back release B.
  ReleaseNumber to;    ///< What is brought: release B; on the way back release A.
  bool new_release = false;  ///< Start, Probe, Attest: it must be of `to` (else of `from`).
  bool pinned = false;  ///< Start, Probe, Attest: the pin must be in force (else must not be).
  bool schema = false;    ///< Inspect: also run the schema checks of release A.
  bool baseline = false;  ///< Survey: record what is there now instead of comparing with it.
  bool unpinned_rows = false;  ///< Survey: row versions of B are expected (after contract).
  BusyPolicy busy = BusyPolicy::Fail;  ///< Drain, Stop: work still in flight at the deadline.
  bool outage_accepted = false;  ///< Drain: the role may be wholly away (min_available 0).
  base::Duration window_drain{};       ///< Pin: graceful shutdown and drain time to write.
  base::Duration window_heartbeat{};   ///< Pin: heartbeat timeout to write.
  std::uint32_t migrate_batch = 1000;  ///< Migrate: rows at a time (`--max-count`), at least 1.
  base::Duration migrate_pause{};      ///< Migrate: rest between two batches.
  bool operator==(const TaskArgs&) const = default;
};

/// Names one try of one step. (upgrade, step, attempt) is the identity; `epoch` fences.
struct TaskKey {
  base::UpgradeId upgrade;
  base::StepIndex step;
  std::uint32_t attempt = 1;  ///< From 1.
  base::Epoch epoch = 0;
  bool operator==(const TaskKey&) const = default;
  bool same_task(const TaskKey& other) const {
    return upgrade == other.upgrade && step == other.step && attempt == other.attempt;
  }
};

/// One try of one step, complete: all an agent gets to know.
struct Task {
  TaskKey key;
  Verb verb = Verb::Inspect;
  TaskArgs args;
  base::Duration time_limit{};  ///< The agent ends the task with a failure after this long.
  bool operator==(const Task&) const = default;
};

/// Warning: shown and recorded, never blocks. Failed: blocks unless the policy waives it.
enum class Verdict { Ok, Warning, Failed };

/// Outcome of one check of the catalogue (checks.h) on one host.
struct CheckResult {
  std::string id;       ///< "conductor.heartbeat-fresh"
  Verdict verdict = Verdict::Ok;
  std::string summary;  ///< What was seen, in one sentence.
  bool operator==(const CheckResult&) const = default;
};

/// The agent has the task in its journal and has begun.
struct TaskAccepted {
  bool operator==(const TaskAccepted&) const = default;
};
/// The task waits for something outside; sent when the cause changes. Empty code: waits no more.
struct TaskWaiting {
  std::string code;    ///< A blocked code: "NODES_BUSY".
  std::string reason;  ///< "2 nodes are reserved: n01 (deploying since 15:04:05Z), ..."
  base::TimePoint since{};
  bool operator==(const TaskWaiting&) const = default;
};
/// Done and proven; the checks say by what.
struct TaskSucceeded {
  bool changed = true;  ///< False: everything was so already, nothing was done.
  std::vector<CheckResult> checks;
  base::Shared<HostFacts> host;  ///< Read after the task; nothing when it could not be.
  bool operator==(const TaskSucceeded&) const = default;
};
/// Not done, or not proven. What was done stays done: a retry reads what is.
struct TaskFailed {
  std::string code;     ///< A blocked code: "HEARTBEAT_STALE".
  std::string message;  ///< What is wrong and what to do, in one or two sentences.
  bool retryable = false;  ///< Trying the same again may help and cannot harm.
  std::vector<CheckResult> checks;
  base::Shared<HostFacts> host;
  bool operator==(const TaskFailed&) const = default;
};
/// The agent will not run it: lower epoch, unknown verb, cancelled before it began.
struct TaskRefused {
  std::string code;
  std::string message;
  bool operator==(const TaskRefused&) const = default;
};

using TaskOutcome =
    std::variant<TaskAccepted, TaskWaiting, TaskSucceeded, TaskFailed, TaskRefused>;

/// What an agent says of one task. The last three outcomes end it and are resent until acked.
struct TaskReport {
  TaskKey key;
  TaskOutcome outcome;
  bool operator==(const TaskReport&) const = default;
};

const char* to_string(Verb verb);        ///< "drain"; stable, used in files and on the wire.
const char* to_string(Verdict verdict);  ///< "ok", "warning", "failed"
std::optional<Verb> parse_verb(const std::string& text);
/// Ends the task: succeeded, failed or refused.
bool is_final(const TaskOutcome& outcome);

}  // namespace rollmill::core
