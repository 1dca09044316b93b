#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rollmill::apps::crash {

/// Places of one process at which it may be told to die, in the way of a power cut that hits only
/// it. Two variables of the environment, read once:
///   ROLLMILL_CRASH_AT=PLACE:N     SIGKILL to itself at the N-th passage of the place
///   ROLLMILL_CRASH_TRACE=FILE     a line `PLACE N WHAT` for each passage
/// Both counts go on after a restart: facts count by their sequence in the journal, effects by the
/// fact of their task (next_effect). Only builds with ROLLMILL_CRASH_POINTS have this.
/// `first` to `last` are passed at once. THREAD: any.
void pass(std::string_view place, std::uint64_t first, std::uint64_t last, const std::string& what);

/// Dies a moment later than `pass` would: in the middle of what begins now.
void pass_soon(std::string_view place, std::uint64_t number, const std::string& what);

/// The fact with which the agent took the task that it does now. THREAD: loop.
void task_taken(std::uint64_t fact);

/// The number of the effect that begins now: 100 times the fact of its task, and the how-many-th of
/// this task it is since the process started. THREAD: any.
std::uint64_t next_effect();

}  // namespace rollmill::apps::crash
