#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rollmill/base/time.h"

namespace rollmill::drivers {

/// One process as the kernel names it. (pid, start_ticks) is its identity: numbers are used again.
struct ProcessEntry {
  std::int64_t pid = 0;
  std::int64_t parent = 0;
  std::int64_t group = 0;
  std::int64_t session = 0;
  std::uint64_t start_ticks = 0;  ///< Since boot, in clock ticks.
  bool zombie = false;            ///< Ended; only its parent has not looked yet.
  std::string name;               ///< At most 15 characters.
  bool same_process(const ProcessEntry& other) const {
    return pid == other.pid && start_ticks == other.start_ticks;
  }
};

/// Reads one line of /proc/PID/stat; nothing for other text. The name may hold spaces and brackets.
std::optional<ProcessEntry> parse_process(std::string_view stat);

/// `main` (when it is in the list) and all below it: children, theirs, and every member of the
/// process groups and sessions that these lead. Pure.
std::vector<ProcessEntry> family_of(const std::vector<ProcessEntry>& all, std::int64_t main);

/// Below `main` the nearest processes of its own program; what stands between is passed through,
/// what is below one of them is its own affair. By name: a worker of cotyledon is forked from its
/// master and either keeps its name or takes the title "PROGRAM: SERVICE worker(0)" as the master
/// takes "PROGRAM: master process" (cotyledon/_service.py, _service_manager.py; setproctitle sets
/// the kernel's name too), so the part before the colon is the same. The programs that a conductor
/// runs are the workers' children, and the copies of a worker that are about to become one also.
/// Pure.
std::vector<ProcessEntry> workers_of(const std::vector<ProcessEntry>& all,
                                     const ProcessEntry& main);

/// The process table of this machine, or of a folder that looks like one (tests). One object
/// belongs to one thread.
class ProcessTable {
 public:
  explicit ProcessTable(std::string root = "/proc");
  /// Nothing when there is no such process, or only its zombie.
  std::optional<ProcessEntry> find(std::int64_t pid) const;
  /// All that live; zombies are left out.
  std::vector<ProcessEntry> all() const;
  /// Does this very process still live?
  bool lives(const ProcessEntry& entry) const;
  /// Words of its command line, joined by spaces; empty for a kernel thread.
  std::string command_line(std::int64_t pid) const;
  /// When it was started, by the clock of today.
  base::TimePoint started_at(const ProcessEntry& entry) const;

 private:
  std::string root_;
  mutable std::optional<base::TimePoint> booted_at_;
};

/// Identity of the running kernel; empty where there is none to read.
std::string boot_id();

}  // namespace rollmill::drivers
