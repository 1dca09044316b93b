#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/release.h"
#include "rollmill/ports/commands.h"

/// Drivers of one host: small, sequential, every call bounded in time and output. All are called
/// on the agent's task thread only. A call may be repeated after a crash in the middle of it:
/// commands that ran already are not run again (see Commands), readings are simply read again.
/// THREAD: task.
namespace rollmill::ports {

/// Where a task waits and tells: gives up waits when the task is cancelled or out of time.
class Waiting {
 public:
  virtual ~Waiting() = default;
  virtual base::TimePoint now() const = 0;
  /// Rests; false when the task is cancelled or its time limit is over: end with a failure.
  virtual bool pause(base::Duration duration) = 0;
  /// Says why the task waits (a blocked code and a sentence); an empty code: it waits no more.
  virtual void waits(const std::string& code, const std::string& reason) = 0;
  /// A line for the step's log.
  virtual void say(const std::string& line) = 0;
};

/// The installed software of one release.
class ReleaseDriver {
 public:
  virtual ~ReleaseDriver() = default;
  struct Installed {
    core::ReleaseNumber number;
    std::string version;           ///< Full: "35.0.1-10".
    base::TimePoint changed_at{};  ///< When its files were last replaced.
    bool clean = true;             ///< False: an interrupted install waits to be finished.
    /// What an install of ours that was cut off, or still runs, has left on the host to be taken
    /// away, as a person would look for it: "/usr/sbin/policy-rc.d". Empty: nothing.
    std::string left_over{};
  };
  struct Staged {
    std::string version;
    std::string digest;             ///< Of what was fetched.
    std::vector<std::string> pins;  ///< Pin values that the staged code accepts.
  };
  virtual base::Result<Installed> installed() = 0;
  /// Nothing in the optional when it is not staged, or not so that it could be installed now.
  virtual base::Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) = 0;
  virtual base::Result<Staged> stage(const core::ReleaseNumber& release) = 0;
  /// Installs exactly what was staged; does not start, stop or restart anything. Finishes an
  /// interrupted install first. Verified by reading `installed()` back, not by exit codes.
  virtual base::Result<Installed> install(const core::ReleaseNumber& release) = 0;
  /// Takes away what `installed()` calls left over, and puts back what of the operator's was put
  /// aside for it; first waits for what of that install still runs. Installs nothing. Nothing to
  /// do when nothing is left; after a crash in the middle a repeat does the rest. In a task only.
  virtual base::Status finish_install() = 0;
  /// Staging and installing leave other releases' services on the host undisturbed.
  virtual bool side_by_side() const = 0;
};

class ServiceDriver {
 public:
  virtual ~ServiceDriver() = default;
  struct Process {
    std::int64_t pid = 0;
    base::TimePoint started_at{};
    std::uint64_t start_ticks = 0;  ///< Since boot; with the pid its identity, whatever clocks do.
    bool is(const Process& other) const {
      return pid == other.pid && start_ticks == other.start_ticks;
    }
  };
  struct Status {
    bool active = false;             ///< By the service manager's word.
    std::optional<Process> main;     ///< By reading the process table.
    std::vector<std::int64_t> tree;  ///< Main process and all its descendants and group.
    /// Below the main process the nearest ones of its own program: what a master forked to do the
    /// work, and none of the helpers that those run. Empty where the main process works itself.
    std::vector<Process> workers;
    std::uint32_t restarts = 0;   ///< By the service manager; 0 where it does not count.
    base::Duration stop_limit{};  ///< After this the manager kills; 0: never.
  };
  virtual base::Result<Status> status(const std::string& service) = 0;
  /// Returns when no process of the old tree is left, or an error naming those that are, after
  /// `limit`. Stopping a stopped service succeeds.
  virtual base::Status stop(const std::string& service, base::Duration limit) = 0;
  /// Returns when the manager says it has started; whether it works is the probes' business.
  virtual base::Status start(const std::string& service) = 0;
  /// Lets a stop take `limit` (own drop-in of the service manager, gone with clear_window).
  virtual base::Status set_window(const std::string& service, base::Duration limit) = 0;
  virtual base::Status clear_window(const std::string& service) = 0;
};

/// One setting of an oslo configuration file.
struct Setting {
  std::string section;  ///< "DEFAULT"
  std::string key;
  std::string value;
  bool operator==(const Setting&) const = default;
};

/// Our one drop-in file; the operator's files are never written.
class ConfigDriver {
 public:
  virtual ~ConfigDriver() = default;
  struct DropIn {
    bool present = false;
    bool foreign_edit = false;  ///< Its content is not what we wrote last.
    std::vector<Setting> settings;
    base::TimePoint changed_at{};
  };
  virtual base::Result<DropIn> read() = 0;
  /// Atomic; readable by the service; refused on a foreign edit. Empty settings remove the file.
  /// `read` gives them back section by section, in the order in which the sections came first.
  virtual base::Status write(const std::vector<Setting>& settings) = 0;
  /// The value a service would get now, all files read in oslo's order; nothing when unset.
  virtual base::Result<std::optional<std::string>> effective(const std::string& section,
                                                             const std::string& key) = 0;
  /// When any file that decides `effective` was last changed.
  virtual base::Result<base::TimePoint> changed_at() = 0;
};

/// The schema commands of the installed release. Errors carry what the command printed.
class SchemaDriver {
 public:
  virtual ~SchemaDriver() = default;
  struct StatusCheck {
    int worst = 255;  ///< 0 ok, 1 warning, 2 failure, 255 it could not run.
    std::string summary;
  };
  enum class MigrateState { Done, MoreToDo, Incompatible, Failed };
  struct MigrateBatch {
    MigrateState state = MigrateState::Failed;
    std::uint64_t migrated = 0;
    std::uint64_t total = 0;
    std::string message;
  };
  enum class UpgradeState { Done, Refused, Usage, PartialOrConcurrent, Failed };
  struct UpgradeResult {
    UpgradeState state = UpgradeState::Failed;
    std::string message;
  };
  virtual base::Result<std::string> revision() = 0;
  /// Head of the installed release's migrations.
  virtual base::Result<std::string> head() = 0;
  virtual base::Result<UpgradeResult> upgrade() = 0;
  virtual base::Result<StatusCheck> status_check() = 0;
  /// `max_count` 0: to the end.
  virtual base::Result<MigrateBatch> migrate(std::uint32_t max_count) = 0;
  /// table -> version -> rows.
  using Histogram = std::map<std::string, std::map<std::string, std::uint64_t>>;
  virtual base::Result<Histogram> histogram() = 0;
  /// object versions that a release writes (newest of each), by table.
  virtual base::Result<std::map<std::string, std::string>> versions_of(
      const core::ReleaseNumber& release) = 0;
  /// The database server's own word, `SELECT VERSION()`: "10.11.6-MariaDB", "8.0.36". NotFound
  /// where the deployment has no database server of its own.
  virtual base::Result<std::string> database_version() = 0;
};

class BalancerDriver {
 public:
  virtual ~BalancerDriver() = default;
  struct State {
    bool serving = false;           ///< It sends new requests here.
    std::uint32_t connections = 0;  ///< Requests in flight.
    std::string text;               ///< As the balancer says it: "UP", "DRAIN", "MAINT".
  };
  virtual base::Result<State> state(const std::string& service) = 0;
  virtual base::Status take_out(const std::string& service) = 0;
  virtual base::Status put_in(const std::string& service) = 0;
};

/// The machine itself, and the agent's own small files.
class Machine {
 public:
  virtual ~Machine() = default;
  /// Free space where releases are staged and installed, the smaller one, in MiB.
  virtual base::Result<std::uint64_t> free_megabytes() = 0;
  /// Keeps a text under a name ([a-z0-9.-]) in the agent's state folder: atomic and durable.
  virtual base::Status keep(const std::string& name, const std::string& text) = 0;
  /// What was kept under the name; nothing when nothing was.
  virtual base::Result<std::optional<std::string>> kept(const std::string& name) = 0;
};

}  // namespace rollmill::ports
