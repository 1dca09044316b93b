#include "drivers/service/systemd_service.h"

#include <unistd.h>

#include <algorithm>
#include <set>
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
using Unit = UnitManager::Unit;

constexpr char kDropIn[] = "90-rollmill.conf";

std::string unit_name(const std::string& service) {
  return service.find('.') == std::string::npos ? service + ".service" : service;
}

bool is_active(const Unit& unit) {
  return unit.active_state == "active" || unit.active_state == "activating" ||
         unit.active_state == "reloading";
}

class SystemdService final : public ports::ServiceDriver {
 public:
  SystemdService(SystemdOptions options, std::shared_ptr<UnitManager> manager, Pace pace,
                 const std::string& process_folder)
      : options_(std::move(options)),
        manager_(std::move(manager)),
        pace_(std::move(pace)),
        table_(process_folder) {}

  Result<Status> status(const std::string& service) override;
  base::Status stop(const std::string& service, base::Duration limit) override;
  base::Status start(const std::string& service) override;
  base::Status set_window(const std::string& service, base::Duration limit) override;
  base::Status clear_window(const std::string& service) override;

 private:
  Result<Unit> read_unit(const std::string& service) const;
  std::vector<ProcessEntry> tree_of(const Unit& unit) const;
  std::vector<ProcessEntry> tree_of(const Unit& unit, const std::vector<ProcessEntry>& all) const;
  std::set<std::int64_t> members_of_group(const std::string& control_group) const;
  std::string drop_in_folder(const std::string& service) const {
    return options_.drop_in_folder + "/" + unit_name(service) + ".d";
  }
  base::Status stop_job(const std::string& service, base::Duration limit);
  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  const SystemdOptions options_;
  const std::shared_ptr<UnitManager> manager_;
  const Pace pace_;
  const ProcessTable table_;
};

Result<Unit> SystemdService::read_unit(const std::string& service) const {
  Result<Unit> unit = manager_->unit(unit_name(service));
  if (!unit || unit->load_state == "loaded") return unit;
  return Error{ErrorCode::NotFound, "systemd has no usable unit " + unit_name(service) + " (" +
                                        unit->load_state + "): is the package installed?"};
}

// Own folder and those below it: a delegated group keeps processes further down.
std::set<std::int64_t> SystemdService::members_of_group(const std::string& control_group) const {
  std::set<std::int64_t> pids;
  if (control_group.empty() || control_group == "/") return pids;
  std::vector<std::string> folders = {options_.cgroup_folder + control_group,
                                      options_.cgroup_folder + "/systemd" + control_group};
  for (std::size_t i = 0; i < folders.size() && i < 256; ++i) {
    const std::string folder = folders[i];
    for (const std::string& word : split_words(read_file(folder + "/cgroup.procs").value_or(""))) {
      pids.insert(std::atoll(word.c_str()));
    }
    for (const std::string& name : list_folder(folder)) {
      if (exists(folder + "/" + name + "/cgroup.procs")) folders.push_back(folder + "/" + name);
    }
  }
  return pids;
}

std::vector<ProcessEntry> SystemdService::tree_of(const Unit& unit) const {
  return tree_of(unit, table_.all());
}

std::vector<ProcessEntry> SystemdService::tree_of(const Unit& unit,
                                                  const std::vector<ProcessEntry>& all) const {
  std::vector<ProcessEntry> tree;
  if (unit.main_pid > 0) tree = family_of(all, unit.main_pid);
  const std::set<std::int64_t> members = members_of_group(unit.control_group);
  for (const ProcessEntry& entry : all) {
    const bool known = std::any_of(tree.begin(), tree.end(), [&](const ProcessEntry& other) {
      return other.pid == entry.pid;
    });
    if (!known && members.count(entry.pid) != 0) tree.push_back(entry);
  }
  return tree;
}

Result<ports::ServiceDriver::Status> SystemdService::status(const std::string& service) {
  const Result<Unit> unit = read_unit(service);
  if (!unit) return unit.error();
  Status status;
  status.active = is_active(*unit);
  status.restarts = unit->restarts;
  status.stop_limit = unit->stop_limit;
  const std::vector<ProcessEntry> all = table_.all();
  if (const auto main = table_.find(unit->main_pid); unit->main_pid > 0 && main) {
    status.main = to_process(table_, *main);
    status.workers = to_processes(table_, workers_of(all, *main));
  }
  status.tree = pids_of(tree_of(*unit, all));
  return status;
}

// Whatever the job's result: it is the process table that says whether the service is gone.
base::Status SystemdService::stop_job(const std::string& service, base::Duration limit) {
  const Result<std::string> job = manager_->stop(unit_name(service), limit);
  if (!job && job.error().code != ErrorCode::DeadlineExceeded) return job.error();
  const Result<Unit> after = read_unit(service);
  if (!after) return after.error();
  if (!job || *job != "done" || after->active_state == "failed") {
    say("systemd's stop of " + service + " ended '" + (job ? *job : job.error().message) +
        "', the unit is " + after->active_state + " (" + after->result + ")");
  }
  return success();
}

base::Status SystemdService::stop(const std::string& service, base::Duration limit) {
  const base::TimePoint deadline = pace_.now() + limit;
  const Result<Unit> before = read_unit(service);
  if (!before) return before.error();
  const std::vector<ProcessEntry> tree = tree_of(*before);
  const bool stopped = before->active_state == "inactive" || before->active_state == "failed";
  if (stopped && tree.empty()) return success();
  const base::Status job = stop_job(service, limit);
  if (!job) return job;
  const base::Status gone = wait_until_gone(table_, tree, service, pace_, deadline);
  if (!gone) return gone;
  const Result<Unit> after = read_unit(service);
  if (!after) return after.error();
  // Processes that came up while the old ones went are as bad as old ones.
  return wait_until_gone(table_, tree_of(*after), service, pace_, deadline);
}

base::Status SystemdService::start(const std::string& service) {
  // The package may have brought a changed unit file.
  const base::Status reloaded = manager_->reload();
  if (!reloaded) return reloaded;
  const Result<Unit> before = read_unit(service);
  if (!before) return before.error();
  if (before->active_state == "failed") (void)manager_->reset_failed(unit_name(service));
  const Result<std::string> job = manager_->start(unit_name(service), options_.start_limit);
  if (!job) return job.error();
  if (*job == "done") return success();
  const Result<Unit> after = read_unit(service);
  return Error{ErrorCode::Unavailable,
               "systemd could not start " + service + ": the job ended '" + *job +
                   "', the unit is " +
                   (after ? after->active_state + " (" + after->result + ")" : "unreadable") +
                   ". See: journalctl -u " + unit_name(service)};
}

base::Status SystemdService::set_window(const std::string& service, base::Duration limit) {
  const auto wide_enough = [&](const Unit& unit) {
    return unit.stop_limit == base::Duration::zero() || unit.stop_limit >= limit;
  };
  const Result<Unit> before = read_unit(service);
  if (!before) return before.error();
  if (wide_enough(*before)) return success();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
  const std::string text =
      "# Written by rollmill-agent for a rolling upgrade, which removes it.\n"
      "[Service]\nTimeoutStopSec=" +
      std::to_string(seconds) + "\n";
  const base::Status made = make_folders(drop_in_folder(service), {0755, ""});
  if (!made) return made;
  const base::Status written =
      write_file(drop_in_folder(service) + "/" + kDropIn, text, {0644, ""});
  if (!written) return written;
  const base::Status reloaded = manager_->reload();
  if (!reloaded) return reloaded;
  const Result<Unit> after = read_unit(service);
  if (!after) return after.error();
  if (wide_enough(*after)) return success();
  return Error{ErrorCode::FailedPrecondition,
               "another drop-in of " + unit_name(service) + " keeps TimeoutStopSec at " +
                   base::format_duration(after->stop_limit) + "; the stop needs " +
                   base::format_duration(limit)};
}

base::Status SystemdService::clear_window(const std::string& service) {
  const std::string path = drop_in_folder(service) + "/" + kDropIn;
  if (!exists(path)) return success();
  const base::Status removed = remove_file(path);
  if (!removed) return removed;
  rmdir(drop_in_folder(service).c_str());  // stays when somebody else's drop-ins are in it
  return manager_->reload();
}

}  // namespace

std::shared_ptr<ports::ServiceDriver> make_systemd_service_on(SystemdOptions options,
                                                              std::shared_ptr<UnitManager> manager,
                                                              Pace pace,
                                                              const std::string& process_folder) {
  return std::make_shared<SystemdService>(std::move(options), std::move(manager), std::move(pace),
                                          process_folder);
}

std::shared_ptr<ports::ServiceDriver> make_systemd_service(SystemdOptions options) {
  return make_systemd_service_on(std::move(options), make_sd_bus_manager(), real_pace(), "/proc");
}

}  // namespace rollmill::drivers
