#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/host.h"

namespace rollmill::drivers {

/// Starts a keeper for the folder and returns when it has ended or after `limit`. The spec must be
/// durable in the folder. THREAD: task.
base::Status run_keeper(const std::string& program, const std::string& folder,
                        base::Duration limit);

/// The outcome of a command whose keeper was started once, now or by an agent that is gone: waits
/// for the keeper, or for the orphaned command when its keeper was killed. Bounded by the
/// command's time limit and a minute. THREAD: task.
base::Result<ports::CommandResult> await_end(const std::string& folder, base::Duration time_limit);

/// The command may have begun: it must not be started again.
bool was_started(const std::string& folder);

}  // namespace rollmill::drivers
