#include "drivers/support/process_table.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "drivers/support/files.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

template <typename Number>
std::optional<Number> to_number(const std::string& text) {
  Number number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || text.empty()) {
    return std::nullopt;
  }
  return number;
}

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Finer than `btime` of /proc/stat, which is cut to whole seconds.
base::TimePoint compute_boot_time() {
  const auto since_epoch = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
  return base::TimePoint(std::chrono::duration_cast<base::Duration>(since_epoch));
}

bool belongs(const ProcessEntry& entry, const std::set<std::int64_t>& family) {
  return family.count(entry.parent) != 0 || family.count(entry.group) != 0 ||
         family.count(entry.session) != 0;
}

// Without the rest of a title, which the kernel cuts: "ironic: Service" is of "ironic".
std::string program_of(const ProcessEntry& entry) {
  return entry.name.substr(0, entry.name.find(':'));
}

}  // namespace

std::optional<ProcessEntry> parse_process(std::string_view stat) {
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const std::vector<std::string> fields = split_words(stat.substr(close + 1));
  constexpr std::size_t kStartTime = 19;  // field 22 of the line, counted after the name
  if (fields.size() <= kStartTime) return std::nullopt;
  const auto pid = to_number<std::int64_t>(trim(stat.substr(0, open)));
  const auto parent = to_number<std::int64_t>(fields[1]);
  const auto group = to_number<std::int64_t>(fields[2]);
  const auto session = to_number<std::int64_t>(fields[3]);
  const auto start = to_number<std::uint64_t>(fields[kStartTime]);
  if (!pid || !parent || !group || !session || !start) return std::nullopt;
  return ProcessEntry{*pid,
                      *parent,
                      *group,
                      *session,
                      *start,
                      fields[0] == "Z" || fields[0] == "X",
                      std::string(stat.substr(open + 1, close - open - 1))};
}

std::vector<ProcessEntry> family_of(const std::vector<ProcessEntry>& all, std::int64_t main) {
  std::set<std::int64_t> family;
  for (const ProcessEntry& entry : all) {
    if (entry.pid == main) family.insert(main);
  }
  for (std::size_t before = 0; before != family.size();) {
    before = family.size();
    for (const ProcessEntry& entry : all) {
      if (belongs(entry, family)) family.insert(entry.pid);
    }
  }
  std::vector<ProcessEntry> members;
  std::copy_if(all.begin(), all.end(), std::back_inserter(members),
               [&](const ProcessEntry& entry) { return family.count(entry.pid) != 0; });
  return members;
}

std::vector<ProcessEntry> workers_of(const std::vector<ProcessEntry>& all,
                                     const ProcessEntry& main) {
  const std::string program = program_of(main);
  std::vector<ProcessEntry> workers;
  std::vector<std::int64_t> parents = {main.pid};
  // Bounded by the list: a table that is read while it changes may seem to hold a circle.
  for (std::size_t i = 0; i < parents.size() && i <= all.size(); ++i) {
    for (const ProcessEntry& entry : all) {
      if (entry.parent != parents[i] || entry.pid == main.pid) continue;
      if (program_of(entry) == program)
        workers.push_back(entry);
      else
        parents.push_back(entry.pid);
    }
  }
  return workers;
}

ProcessTable::ProcessTable(std::string root) : root_(std::move(root)) {}

std::optional<ProcessEntry> ProcessTable::find(std::int64_t pid) const {
  const auto stat = read_file(root_ + "/" + std::to_string(pid) + "/stat");
  if (!stat) return std::nullopt;
  std::optional<ProcessEntry> entry = parse_process(*stat);
  return entry && !entry->zombie ? entry : std::nullopt;
}

std::vector<ProcessEntry> ProcessTable::all() const {
  std::vector<ProcessEntry> entries;
  for (const std::string& name : list_folder(root_)) {
    const auto pid = to_number<std::int64_t>(name);
    if (!pid) continue;
    if (std::optional<ProcessEntry> entry = find(*pid)) entries.push_back(std::move(*entry));
  }
  return entries;
}

bool ProcessTable::lives(const ProcessEntry& entry) const {
  const std::optional<ProcessEntry> now = find(entry.pid);
  return now && now->same_process(entry);
}

std::string ProcessTable::command_line(std::int64_t pid) const {
  std::string line = read_file(root_ + "/" + std::to_string(pid) + "/cmdline").value_or("");
  std::replace(line.begin(), line.end(), '\0', ' ');
  return trim(line);
}

base::TimePoint ProcessTable::started_at(const ProcessEntry& entry) const {
  // A slewed clock must not make one process seem to have two start times; a stepped one may.
  const base::TimePoint computed = compute_boot_time();
  if (!booted_at_ || std::chrono::abs(computed - *booted_at_) > std::chrono::milliseconds(500)) {
    booted_at_ = computed;
  }
  const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return *booted_at_ + base::Duration(entry.start_ticks * 1000 / ticks);
}

std::string boot_id() { return trim(read_file("/proc/sys/kernel/random/boot_id").value_or("")); }

}  // namespace rollmill::drivers
