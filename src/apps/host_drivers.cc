#include "apps/host_drivers.h"

#include <utility>

#include "drivers/support/files.h"

namespace rollmill::apps {
namespace {

std::shared_ptr<ports::ReleaseDriver> make_release(const config::AgentConfig& config,
                                                   const drivers::SharedCommands& commands) {
  const config::ReleaseConfig& from = config.release;
  if (from.driver == "apt") {
    drivers::AptOptions options;
    options.packages = from.packages;
    options.code_package = from.code_package;
    options.lock_timeout = from.lock_timeout;
    options.policy_file = from.policy_file;
    options.stage_folder = config.state_dir + "/staged";
    return drivers::make_apt_release(std::move(options), commands);
  }
  drivers::ScriptReleaseOptions options;
  options.installed = from.installed;
  options.staged = from.staged;
  options.stage = from.stage;
  options.install = from.install;
  options.pins = from.pins;
  options.side_by_side = from.side_by_side;
  options.changed_file = from.changed_file;
  return drivers::make_script_release(std::move(options), commands);
}

std::shared_ptr<ports::ServiceDriver> make_service(
    const config::AgentConfig& config, const std::shared_ptr<drivers::TaskCommands>& commands) {
  const config::ServiceConfig& from = config.service;
  if (from.driver == "systemd") {
    drivers::SystemdOptions options;
    options.drop_in_folder = from.unit_dir;
    options.say = [commands](const std::string& line) { commands->say(line); };
    return drivers::make_systemd_service(std::move(options));
  }
  drivers::PidFileOptions options;
  options.pid_file = from.pid_file;
  options.stop_limit = from.stop_limit;
  if (from.driver == "script") {
    options.start = from.start;
    options.stop = from.stop;
    options.term_first = false;
  } else {
    options.start = {from.init_dir + "/{service}", "start"};
    options.stop = {from.init_dir + "/{service}", "stop"};
  }
  return drivers::make_pid_file_service(std::move(options), commands, drivers::real_pace());
}

std::shared_ptr<ports::ConfigDriver> make_config(const config::AgentConfig& config) {
  drivers::OsloOptions options;
  options.main_file = config.config.file;
  options.folders = {config.config.dropin_dir};
  // oslo.config reads a program's own folder behind that of all (IRONIC.md 3).
  for (const core::Service& service : config.services) {
    options.folders.push_back(drivers::folder_of(config.config.dropin_dir) + "/" + service.name +
                              ".conf.d");
  }
  options.file_name = config.config.dropin_name;
  options.group = config.config.group;
  options.state_file = config.state_dir + "/drop-in";
  return drivers::make_oslo_config(std::move(options));
}

std::shared_ptr<ports::SchemaDriver> make_schema(const config::AgentConfig& config,
                                                 const drivers::SharedCommands& commands) {
  const config::SchemaConfig& from = config.schema;
  if (from.driver != "dbsync") return nullptr;
  drivers::SchemaOptions options;
  options.dbsync = from.dbsync;
  options.status = from.status;
  options.head = from.head;
  options.histogram = from.histogram;
  options.versions = from.versions;
  options.database = from.database;
  options.user = from.user;
  options.config_file = config.config.file;
  options.python = from.python;
  return drivers::make_dbsync_schema(std::move(options), commands);
}

/// "host:port" names a TCP socket; a path does not.
std::string socket_name(const std::string& socket) {
  return socket.starts_with('/') ? socket : "tcp:" + socket;
}

std::shared_ptr<ports::BalancerDriver> make_haproxy(const config::AgentConfig& config) {
  drivers::HaproxyOptions options;
  options.sockets = {socket_name(config.balancer.socket)};
  options.backend = config.balancer.backend;
  options.server = config.balancer.server;
  return drivers::make_haproxy_balancer(std::move(options));
}

std::shared_ptr<ports::BalancerDriver> make_balancer(const config::AgentConfig& config,
                                                     const drivers::SharedCommands& commands) {
  const config::BalancerConfig& from = config.balancer;
  if (config.api.url.empty()) return nullptr;
  if (from.driver == "haproxy") return make_haproxy(config);
  if (from.driver == "file") {
    drivers::HealthFileOptions options;
    options.path = from.file;
    options.group = config.config.group;
    options.notice = from.settle;
    return drivers::make_health_file_balancer(std::move(options), drivers::real_pace());
  }
  if (from.driver == "script") {
    drivers::ScriptBalancerOptions options;
    options.take_out = from.take_out;
    options.put_in = from.put_in;
    options.state = from.state;
    return drivers::make_script_balancer(std::move(options), commands);
  }
  return drivers::make_no_balancer();
}

std::shared_ptr<ports::IronicApi> make_api(const config::AgentConfig& config,
                                           const std::string& url) {
  if (url.empty()) return nullptr;
  drivers::ApiOptions options;
  options.url = url;
  options.token_file = config.api.token_file;
  options.time_limit = config.api.timeout;
  return drivers::make_ironic_api(std::move(options));
}

}  // namespace

HostDrivers make_host_drivers(const config::AgentConfig& config,
                              const std::shared_ptr<drivers::TaskCommands>& commands) {
  HostDrivers made;
  made.release = make_release(config, commands);
  made.service = make_service(config, commands);
  made.config = make_config(config);
  drivers::MachineOptions machine;
  machine.state_folder = config.state_dir;
  made.machine = drivers::make_machine(std::move(machine));
  made.schema = make_schema(config, commands);
  made.balancer = make_balancer(config, commands);
  made.deployment = make_api(config, config.api.vip);
  made.own_api = make_api(config, config.api.url);
  made.commands = commands;
  return made;
}

agent::HostPorts HostDrivers::ports() const {
  return {*release,     *service,       *config,          *machine,     core::ironic_profile(),
          schema.get(), balancer.get(), deployment.get(), own_api.get()};
}

}  // namespace rollmill::apps
