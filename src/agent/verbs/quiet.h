#pragma once

#include "agent/verbs/job.h"

namespace rollmill::agent {

/// Waits until a stop of the job's conductor would kill nothing, at most until the job's soft
/// limit less `reserve`. Then, by the job's policy, trouble that names the nodes, or a warning
/// that names them. While the API cannot be read nothing is known, so it waits, too.
Trouble wait_quiet(Job& job, base::Duration reserve);

}  // namespace rollmill::agent
