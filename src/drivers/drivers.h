#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "drivers/process/task_commands.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/host.h"
#include "rollmill/ports/ironic_api.h"

/// The door of this library: one factory per driver, each with the settings that the agent file
/// gives it. Nothing is touched before the first call; a wrong setting shows in that call's error.
/// In commands, `{service}`, `{release}` and `{seconds}` are replaced where it says so.
///
/// The program that composes them must also offer `keep FOLDER` (process/keeper.h).
namespace rollmill::drivers {

/// A command of the agent file: an absolute program and its words, never a shell line.
using Words = std::vector<std::string>;
using SharedCommands = std::shared_ptr<ports::Commands>;

/// @name Release
/// @{

/// Debian packages, installed in place. Stages into a folder of its own with a manifest (version,
/// digest of every package file, accepted pins) and installs exactly that, with service starts by
/// maintainer scripts denied meanwhile.
struct AptOptions {
  /// Candidates; those that are installed on the host are upgraded together.
  Words packages = {"python3-ironic", "ironic-common", "ironic-conductor", "ironic-api"};
  /// The one whose version is the release's; its code holds the table of pins.
  std::string code_package = "python3-ironic";
  std::string stage_folder = "/var/lib/rollmill-agent/staged";
  bool update_lists = true;                           ///< `apt-get update` before staging.
  std::string policy_file = "/usr/sbin/policy-rc.d";  ///< Asked by every maintainer script.
  std::string dpkg_folder = "/var/lib/dpkg/info";     ///< `PACKAGE.list` tell when it changed.
  std::string python = "/usr/bin/python3";
  base::Duration lock_timeout{std::chrono::minutes{5}};  ///< Wait for another apt or dpkg.
  base::Duration time_limit{std::chrono::minutes{15}};   ///< Of one call of apt or dpkg.
};
std::shared_ptr<ports::ReleaseDriver> make_apt_release(AptOptions options, SharedCommands commands);

/// Commands of the operator's. `{release}` is MAJOR.MINOR. The last line of stdout is the answer:
///   installed  the full version: `35.0.1`
///   staged     one `VERSION DIGEST` line per staged release (all lines that hold two words)
///   stage      anything; judged by `staged` afterwards
///   install    anything; judged by `installed` afterwards
///   pins       a JSON list of pin values that the staged release accepts
struct ScriptReleaseOptions {
  Words installed, staged, stage, install, pins;
  bool side_by_side = false;
  std::string changed_file;  ///< Its modification time is when the release was last changed.
  base::Duration time_limit{std::chrono::minutes{15}};
};
std::shared_ptr<ports::ReleaseDriver> make_script_release(ScriptReleaseOptions options,
                                                          SharedCommands commands);
/// @}

/// @name Service
/// @{

/// Time as a driver that waits sees it; tests put their own in.
struct Pace {
  std::function<base::TimePoint()> now;
  std::function<void(base::Duration)> rest;
};
/// The machine's clock and real rests.
Pace real_pace();

/// systemd over D-Bus; libsystemd.so.0 is opened at the first call, so the program also runs where
/// there is none. A service `x` is the unit `x.service`.
struct SystemdOptions {
  std::string drop_in_folder = "/run/systemd/system";
  std::string cgroup_folder = "/sys/fs/cgroup";
  base::Duration start_limit{std::chrono::minutes{4}};
  std::function<void(const std::string&)> say;  ///< For the step's log; may be empty.
};
std::shared_ptr<ports::ServiceDriver> make_systemd_service(SystemdOptions options);

/// Init scripts, or any commands that start and stop a daemon with a pid file. Exit codes are not
/// believed: what was started or stopped is read back from the process table. `{service}` is the
/// name in the fleet file, `{seconds}` what the stop may take.
struct PidFileOptions {
  Words start = {"/usr/sbin/service", "{service}", "start"};
  Words stop = {"/usr/sbin/service", "{service}", "stop"};
  std::string pid_file = "/run/ironic/{service}.pid";
  /// Send SIGTERM to the main process first and run `stop` when it has ended: for init scripts
  /// that kill after a limit of their own (Debian's: 30 s). Then nothing is ever killed.
  bool term_first = true;
  /// After this the `stop` command kills; 0: never. Meaningless with `term_first`, or when `stop`
  /// takes `{seconds}`.
  base::Duration stop_limit{};
  base::Duration start_limit{std::chrono::minutes{1}};
};
std::shared_ptr<ports::ServiceDriver> make_pid_file_service(PidFileOptions options,
                                                            SharedCommands commands, Pace pace);
/// @}

/// @name Configuration
/// @{
struct OsloOptions {
  std::string main_file = "/etc/ironic/ironic.conf";
  /// Read after the main file in this order, `*.conf` of each by name. Ours is in the first one;
  /// services must be able to read it, else nothing is written and nothing is in force.
  Words folders = {"/etc/ironic/ironic.conf.d"};
  std::string file_name = "90-rollmill.conf";
  std::string group = "ironic";  ///< Gets our file and its folder; empty: the agent's own group.
  /// For all to read: it holds no secret, and a service that cannot read it starts without its
  /// pin and says nothing (oslo.config, ConfigDirAction: a folder it may not read looks empty).
  std::uint32_t permissions = 0644;
  std::string state_file = "/var/lib/rollmill-agent/drop-in";  ///< Remembers what we wrote.
};
std::shared_ptr<ports::ConfigDriver> make_oslo_config(OsloOptions options);
/// @}

/// @name Schema
/// @{

/// Empty commands take the built-in programs for Debian's packages: small Python texts given to
/// `python` on stdin, which read Ironic's own tables and configuration.
struct SchemaOptions {
  /// `dbsync` and `status` are the words before the sub-command.
  Words dbsync = {"/usr/bin/ironic-dbsync", "--config-file=/etc/ironic/ironic.conf"};
  Words status = {"/usr/bin/ironic-status", "--config-file=/etc/ironic/ironic.conf"};
  Words head;       ///< Last line: the newest revision.
  Words histogram;  ///< Last line: JSON {table: {version: rows}}, alone or under "row_versions".
  Words versions;   ///< Last line: JSON {table: version} of `{release}`.
  Words database;   ///< Last line: the database server's version, or "none".
  std::string user = "ironic";  ///< Runs dbsync and status.
  std::string config_file = "/etc/ironic/ironic.conf";  ///< For the built-in programs.
  std::string python = "/usr/bin/python3";
  base::Duration read_limit{std::chrono::minutes{5}};  ///< A dead database takes 105 s.
  base::Duration upgrade_limit{std::chrono::hours{2}};
  base::Duration migrate_limit{std::chrono::hours{12}};
};
std::shared_ptr<ports::SchemaDriver> make_dbsync_schema(SchemaOptions options,
                                                        SharedCommands commands);
/// @}

/// @name Balancer
/// @{

/// HAProxy's runtime socket (`level admin`): an absolute path, or `[tcp:]HOST:PORT`. Several: each
/// must do and say the same.
struct HaproxyOptions {
  Words sockets;
  std::string backend;
  std::string server;  ///< This host's API in the backend.
  base::Duration time_limit{std::chrono::seconds{10}};
};
std::shared_ptr<ports::BalancerDriver> make_haproxy_balancer(HaproxyOptions options);

/// oslo.middleware's disable_by_file: while the file is there the balancer's check fails.
struct HealthFileOptions {
  std::string path;
  std::string group;                                ///< May read the file; empty: everybody.
  base::Duration notice{std::chrono::seconds{10}};  ///< Balancers have noticed after this long.
};
std::shared_ptr<ports::BalancerDriver> make_health_file_balancer(HealthFileOptions options,
                                                                 Pace pace);

/// Commands; `{service}` is replaced. `state` answers on its last line: `UP 3`, the balancer's
/// word (UP: it sends new requests here) and how many requests are in flight.
struct ScriptBalancerOptions {
  Words take_out, put_in, state;
  base::Duration time_limit{std::chrono::minutes{1}};
};
std::shared_ptr<ports::BalancerDriver> make_script_balancer(ScriptBalancerOptions options,
                                                            SharedCommands commands);

/// No balancer: clients find the instances by themselves. Remembers only what it was told.
std::shared_ptr<ports::BalancerDriver> make_no_balancer();
/// @}

/// @name Ironic's API
/// @{
struct ApiOptions {
  std::string url;  ///< `http://10.0.0.21:6385` or `https://api.example/baremetal`.
  /// Holds a token for X-Auth-Token, or a whole header line (`Authorization: Basic ...`). Read for
  /// each request, so that it may be renewed. Empty: nothing is sent.
  std::string token_file;
  std::string ca_file;                                  ///< For https; empty: the system's.
  base::Duration time_limit{std::chrono::seconds{10}};  ///< Of one request.
};
std::shared_ptr<ports::IronicApi> make_ironic_api(ApiOptions options);
/// @}

/// @name The machine
/// @{
struct MachineOptions {
  std::string state_folder = "/var/lib/rollmill-agent";
  Words room_in = {"/var", "/usr"};  ///< The least free of these counts.
};
std::shared_ptr<ports::Machine> make_machine(MachineOptions options);
/// @}

}  // namespace rollmill::drivers
