#include "drivers/service/leaving.h"

#include <algorithm>
#include <iterator>

namespace rollmill::drivers {
namespace {

constexpr base::Duration kLook{100};

std::string describe(const std::vector<ProcessEntry>& entries) {
  std::string text;
  for (const ProcessEntry& entry : entries) {
    if (!text.empty()) text += ", ";
    text += std::to_string(entry.pid) + " (" + entry.name + ")";
  }
  return text;
}

}  // namespace

std::vector<ProcessEntry> living(const ProcessTable& table,
                                 const std::vector<ProcessEntry>& entries) {
  std::vector<ProcessEntry> left;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(left),
               [&](const ProcessEntry& entry) { return table.lives(entry); });
  return left;
}

base::Status wait_until_gone(const ProcessTable& table, const std::vector<ProcessEntry>& entries,
                             const std::string& service, const Pace& pace,
                             base::TimePoint deadline) {
  for (;;) {
    const std::vector<ProcessEntry> left = living(table, entries);
    if (left.empty()) return base::success();
    if (pace.now() >= deadline) {
      return base::Error{base::ErrorCode::DeadlineExceeded,
                         "processes of " + service + " are still there after its stop: " +
                             describe(left) + ". Look at them; rollmill does not kill"};
    }
    pace.rest(kLook);
  }
}

std::vector<std::int64_t> pids_of(const std::vector<ProcessEntry>& entries) {
  std::vector<std::int64_t> pids;
  for (const ProcessEntry& entry : entries) pids.push_back(entry.pid);
  return pids;
}

ports::ServiceDriver::Process to_process(const ProcessTable& table, const ProcessEntry& entry) {
  return {entry.pid, table.started_at(entry), entry.start_ticks};
}

std::vector<ports::ServiceDriver::Process> to_processes(const ProcessTable& table,
                                                        const std::vector<ProcessEntry>& entries) {
  std::vector<ports::ServiceDriver::Process> processes;
  for (const ProcessEntry& entry : entries) processes.push_back(to_process(table, entry));
  return processes;
}

}  // namespace rollmill::drivers
