#pragma once

#include <sys/types.h>

#include "drivers/support/files.h"
#include "rollmill/base/result.h"
#include "rollmill/ports/host.h"

namespace rollmill::drivers {

/// A command that has been started: leader of its own session and process group.
struct Child {
  pid_t pid = -1;
  Fd ended;  ///< pidfd: readable when it has ended.
  Fd out;    ///< Non-blocking.
  Fd err;    ///< Non-blocking.
  Fd gate;   ///< The program begins when a byte is written here, and never if it is closed first.
};

/// Starts a command with a clean environment, `/` as its folder, the spec's input on stdin and its
/// user's groups. Forks: only for the small keeper, never for the agent. A program that cannot be
/// run ends with 127 and says why on its stderr. THREAD: any, of a process with one thread.
/// The process waits at its gate before the program begins, so that its number can be made durable.
base::Result<Child> start_child(const ports::CommandSpec& spec);
/// Lets the program begin.
void open_gate(Child& child);

}  // namespace rollmill::drivers
