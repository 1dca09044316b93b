#pragma once

#include <string>
#include <vector>

#include "drivers/drivers.h"
#include "drivers/support/process_table.h"

namespace rollmill::drivers {

/// Those of `entries` that still live, by number and start time.
std::vector<ProcessEntry> living(const ProcessTable& table,
                                 const std::vector<ProcessEntry>& entries);

/// Waits until none of `entries` lives. DeadlineExceeded at `deadline`, naming those that do.
/// Looks at least once.
base::Status wait_until_gone(const ProcessTable& table, const std::vector<ProcessEntry>& entries,
                             const std::string& service, const Pace& pace,
                             base::TimePoint deadline);

std::vector<std::int64_t> pids_of(const std::vector<ProcessEntry>& entries);

/// As the port tells it.
ports::ServiceDriver::Process to_process(const ProcessTable& table, const ProcessEntry& entry);
std::vector<ports::ServiceDriver::Process> to_processes(const ProcessTable& table,
                                                        const std::vector<ProcessEntry>& entries);

}  // namespace rollmill::drivers
