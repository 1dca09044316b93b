#include "drivers/service/pid_file_service.h"

#include <charconv>
#include <utility>

#include "drivers/service/leaving.h"
#include "drivers/support/files.h"
#include "drivers/support/process_table.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::success;

constexpr std::chrono::seconds kAppears{10};  ///< From the end of the command to the pid file.

class PidFileService final : public ports::ServiceDriver {
 public:
  PidFileService(PidFileOptions options, SharedCommands commands, Pace pace,
                 const std::string& process_folder)
      : options_(std::move(options)),
        commands_(std::move(commands)),
        pace_(std::move(pace)),
        table_(process_folder) {}

  Result<Status> status(const std::string& service) override;
  base::Status stop(const std::string& service, base::Duration limit) override;
  base::Status start(const std::string& service) override;
  base::Status set_window(const std::string& service, base::Duration limit) override;
  base::Status clear_window(const std::string&) override { return success(); }

 private:
  Result<std::optional<ProcessEntry>> find_main(const std::string& service) const;
  base::Duration stop_limit() const;
  base::Status terminate(const ProcessEntry& main);
  base::Status run_stop(const std::string& service, base::Duration limit);

  const PidFileOptions options_;
  const SharedCommands commands_;
  const Pace pace_;
  const ProcessTable table_;
};

// A process that began after the file was written either has only the number of the one that wrote
// it, or the clock was set. "It does not run" would be wrong in the second case, and then files
// are replaced under it: a person has to look.
Result<std::optional<ProcessEntry>> PidFileService::find_main(const std::string& service) const {
  const std::optional<ProcessEntry> nothing;
  const std::string path = fill_in(options_.pid_file, "service", service);
  const std::string text = trim(read_file(path, 4096).value_or(""));
  std::int64_t pid = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (failure != std::errc() || end != text.data() + text.size() || pid <= 0) return nothing;
  const std::optional<ProcessEntry> main = table_.find(pid);
  const auto written = modified_at(path);
  if (!main || !written) return nothing;
  if (table_.started_at(*main) <= *written + std::chrono::seconds(2)) return main;
  return Error{ErrorCode::FailedPrecondition,
               path + " names process " + std::to_string(pid) + ", which began after the file was "
               "written. If it is " + service + " (the clock was set), restart it; if not, remove "
               "the file"};
}

base::Duration PidFileService::stop_limit() const {
  const bool told = contains(join(options_.stop, " "), "{seconds}");
  return options_.term_first || told ? base::Duration::zero() : options_.stop_limit;
}

Result<ports::ServiceDriver::Status> PidFileService::status(const std::string& service) {
  Status status;
  status.stop_limit = stop_limit();
  const auto found = find_main(service);
  if (!found) return found.error();
  if (!*found) return status;
  const ProcessEntry& main = **found;
  status.active = true;
  status.main = to_process(table_, main);
  const std::vector<ProcessEntry> all = table_.all();
  status.tree = pids_of(family_of(all, main.pid));
  status.workers = to_processes(table_, workers_of(all, main));
  return status;
}

// As a command, so that a repeat of the task after a crash does not signal twice: a second SIGTERM
// makes some releases of Ironic die at once.
base::Status PidFileService::terminate(const ProcessEntry& main) {
  ports::CommandSpec spec;
  spec.argv = {"/bin/sh", "-c", "kill -TERM \"$1\"", "sh", std::to_string(main.pid)};
  spec.time_limit = std::chrono::seconds(10);
  const Result<ports::CommandResult> result = commands_->run(spec);
  return result ? success() : base::Status(result.error());
}

// Its exit code says nothing; what is left in the process table does.
base::Status PidFileService::run_stop(const std::string& service, base::Duration limit) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
  ports::CommandSpec spec;
  spec.argv =
      fill_in(fill_in(options_.stop, "service", service), "seconds", std::to_string(seconds));
  spec.time_limit = limit + std::chrono::seconds(30);
  const Result<ports::CommandResult> result = commands_->run(spec);
  return result ? success() : base::Status(result.error());
}

base::Status PidFileService::stop(const std::string& service, base::Duration limit) {
  const base::TimePoint deadline = pace_.now() + limit;
  const auto main = find_main(service);
  if (!main) return main.error();
  if (!*main) return success();
  const std::vector<ProcessEntry> tree = family_of(table_.all(), (*main)->pid);
  if (options_.term_first) {
    const base::Status signalled = terminate(**main);
    if (!signalled) return signalled;
    const base::Status gone = wait_until_gone(table_, tree, service, pace_, deadline);
    if (!gone) return gone;
  }
  const base::Status stopped = run_stop(service, limit);
  if (!stopped) return stopped;
  return wait_until_gone(table_, tree, service, pace_, deadline);
}

base::Status PidFileService::start(const std::string& service) {
  const auto before = find_main(service);
  if (!before) return before.error();
  if (*before) return success();
  ports::CommandSpec spec;
  spec.argv = fill_in(options_.start, "service", service);
  spec.time_limit = options_.start_limit;
  const Result<ports::CommandResult> result = commands_->run(spec);
  if (!result) return result.error();
  const base::TimePoint deadline = pace_.now() + kAppears;
  const auto runs = [&] {
    const auto found = find_main(service);
    return found && found->has_value();
  };
  while (!runs()) {
    if (result->exit_code != 0 || pace_.now() >= deadline) {
      return Error{ErrorCode::Unavailable,
                   service + " does not run after its start command (it ended with " +
                       std::to_string(result->exit_code) +
                       "): " + tail_of(last_line(result->err + "\n" + result->out), 300) +
                       ". See the service's own log"};
    }
    pace_.rest(std::chrono::milliseconds(100));
  }
  return success();
}

base::Status PidFileService::set_window(const std::string& service, base::Duration limit) {
  const base::Duration now = stop_limit();
  if (now == base::Duration::zero() || now >= limit) return success();
  return Error{ErrorCode::FailedPrecondition,
               "the stop command of " + service + " kills after " + base::format_duration(now) +
                   ", the stop needs " + base::format_duration(limit) +
                   ": give it {seconds}, or raise it and `stop_limit` in the agent file"};
}

}  // namespace

std::shared_ptr<ports::ServiceDriver> make_pid_file_service_on(PidFileOptions options,
                                                               SharedCommands commands, Pace pace,
                                                               const std::string& process_folder) {
  return std::make_shared<PidFileService>(std::move(options), std::move(commands), std::move(pace),
                                          process_folder);
}

std::shared_ptr<ports::ServiceDriver> make_pid_file_service(PidFileOptions options,
                                                            SharedCommands commands, Pace pace) {
  return make_pid_file_service_on(std::move(options), std::move(commands), std::move(pace),
                                  "/proc");
}

}  // namespace rollmill::drivers
