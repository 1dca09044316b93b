#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rollmill::apps::crash {

/// Places of one process at which it may be told to die, in the way of a power cut that hits only
/// it. Two variables of the environment, read once:
///   ROLLMILL_CRASH_AT=PLACE:N     SIGKILL to itself at the N-th passage of the place
///   ROLLMILL_CRASH_TRACE=FILE     a line `PLACE N WHAT` for each passage
/// Facts count by their sequence in the journal, which goes on after a restart; effects count from
/// the start of the process. Only builds with ROLLMILL_CRASH_POINTS have this.
/// `first` to `last` are passed at once. THREAD: any.
void pass(std::string_view place, std::uint64_t first, std::uint64_t last, const std::string& what);

/// Dies a moment later than `pass` would: in the middle of what begins now.
void pass_soon(std::string_view place, std::uint64_t number, const std::string& what);

}  // namespace rollmill::apps::crash
