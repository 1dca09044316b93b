#pragma once

#include "agent/verbs/job.h"

/// What each verb does, one function each; plain and sequential, every wait bounded by the task's
/// time. Success is the absence of trouble. Each can be run again from its beginning after a crash
/// at any point: the comment says why nothing happens twice. THREAD: task.
namespace rollmill::agent {

/// Runs the task's verb and attaches what was found: the checks, and the host read afterwards.
core::TaskOutcome run_task(Job& job);

/// Ends a task that was cancelled before this life of the agent went on with it: nothing is begun,
/// a stop that an earlier life had begun comes to its end, and what an install has left goes.
core::TaskOutcome give_up_task(Job& job, bool begun);

/// Reads only; notes every precondition that fails and succeeds all the same.
Trouble inspect(Job& job);
/// Inspect's part on the schema host. Reads only.
Trouble inspect_schema(Job& job);
/// Reads the deployment; writes one note of the agent's own, always the same for the same reading.
Trouble survey(Job& job);
/// Fetching again what is fetched gives the same; what is staged already is only proven.
Trouble stage(Job& job);
/// Done when the installed release reads back as wanted; then a repeat touches nothing. The
/// driver's commands are kept, so that a repeat in the middle waits for them.
Trouble install(Job& job);
/// Takes away what an install that was cut off has left; `id` is the check that fails when it
/// stays. Nothing to do when nothing is left.
Trouble finish_install(Job& job, const char* id);
/// Nothing to do at the head revision. The one command is kept, so that a repeat after a crash
/// takes its result; a command that was cut off is never started again by itself.
Trouble expand(Job& job);
/// Writes one file atomically and only when it differs.
Trouble pin(Job& job);
/// Waits; changes nothing on a conductor. Taking an API out twice is taking it out once.
Trouble drain(Job& job);
/// A stopped service is left alone; a stop under way is joined.
Trouble stop(Job& job);
/// Waits for the end of a stop that is under way: one whose own commands have `begun`, by the
/// driver, else by the service manager's word. Begins none, so that a person's start stays asked
/// for.
Trouble end_stop(Job& job, bool begun);
/// A running service of the wanted release and configuration is left alone.
Trouble start(Job& job);
/// Reads only.
Trouble probe(Job& job);
Trouble probe_conductor(Job& job);
Trouble probe_api(Job& job);
/// Putting an API in twice is putting it in once.
Trouble enlist(Job& job);
/// Writes the drop-in once more without the pin, only when the pin is in it.
Trouble unpin(Job& job);
/// Each batch is a kept command: a repeat takes the results of the batches that ran and goes on
/// with the next. The migrations themselves only touch rows that are not done.
Trouble migrate(Job& job);
/// Reads only.
Trouble attest(Job& job);
/// Removes what is there; nothing to do when nothing is.
Trouble restore(Job& job);

}  // namespace rollmill::agent
