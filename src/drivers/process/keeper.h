#pragma once

namespace rollmill::drivers {

/// The keeper of one command: a small process between the agent and the command, so that the
/// command outlives the agent and its result is there later. The agent runs its own program again
/// as `PROGRAM keep FOLDER`; the program's `main` calls this and returns what it returns.
///
/// Takes the folder's lock, makes `started` (never twice), runs the command of `spec`, keeps its
/// output, holds its time limit (SIGTERM to the process group, SIGKILL five seconds later), and
/// writes `rc` durably. A second keeper of the same folder finds the lock or `started` and leaves.
int keeper_main(const char* folder);

}  // namespace rollmill::drivers
