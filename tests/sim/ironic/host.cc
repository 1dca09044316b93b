#include "sim/ironic/host.h"

#include <algorithm>
#include <optional>

#include "rollmill/base/check.h"
#include "sim/ironic/services.h"
#include "sim/ironic/tools.h"

namespace rollmill::sim {
namespace {

constexpr base::Duration kUnitLimit = std::chrono::seconds{15};   ///< TimeoutStopSec (LAB.md 5).
constexpr base::Duration kUsualLimit = std::chrono::seconds{90};  ///< systemd's own.

Role role_of(const std::string& role) {
  if (role == "conductor") return Role::Conductor;
  return role == "api" ? Role::Api : Role::Other;
}

}  // namespace

/// All drivers of one host.
struct HostParts {
  HostParts(Site& the_site, std::size_t place, ReleaseId release)
      : site(the_site),
        machine{place, the_site.layout.fleet.hosts[place].name.text, {}, false},
        keeper(site, place),
        config(site, machine, keeper),
        packages(site, machine, keeper, release),
        services(site, machine, keeper, config, packages),
        tools(site, machine, keeper, packages),
        balancer(site, services, keeper, place),
        disk(machine),
        deployment(site, nullptr, place) {}

  const core::Host& fleet_host() const { return site.layout.fleet.hosts[machine.place]; }

  Site& site;
  MachineState machine;
  Keeper keeper;
  Config config;
  Packages packages;
  Services services;
  Tools tools;
  Balancer balancer;
  Disk disk;
  ApiClient deployment;
  std::optional<ApiClient> own_api;
  std::uint32_t boots = 1;
  bool off = false;
};

namespace {

std::size_t group_of(Site& site, const core::Service& service) {
  const auto found = site.layout.budgets.find(service.role);
  return site.promises.add_group(
      service.role, service.domain,
      found == site.layout.budgets.end() ? core::Budget{} : found->second);
}

/// Nodes come with the first conductor of their group.
std::size_t node_group_of(Site& site, const std::string& domain) {
  for (const Daemon* each : site.ironic.conductors)
    if (each->service.domain == domain) return each->node_group;
  const std::size_t group = site.ironic.conductors.size();
  site.ironic.add_node_group(group, site.layout.nodes_per_group);
  return group;
}

void enrol(HostParts& parts, const core::Service& service) {
  Site& site = parts.site;
  Daemon& daemon = parts.services.daemons().emplace_back();
  daemon.host = parts.machine.place;
  daemon.service = service;
  daemon.role = role_of(service.role);
  daemon.group = group_of(site, service);
  daemon.stop_limit = daemon.role == Role::Conductor ? kUnitLimit : kUsualLimit;
  if (daemon.role == Role::Conductor) {
    daemon.hostname = parts.machine.name;
    daemon.node_group = node_group_of(site, service.domain);
    daemon.place = site.ironic.conductors.size();
    site.ironic.conductors.push_back(&daemon);
    site.ironic.registry.emplace_back();
  }
  if (daemon.role == Role::Api) {
    daemon.place = site.ironic.apis.size();
    site.ironic.apis.push_back(&daemon);
    parts.own_api.emplace(site, &daemon, parts.machine.place);
  }
  site.daemons.push_back(&daemon);
  site.promises.add_service(daemon);
  parts.services.run_before(daemon);
}

}  // namespace

Host::Host(Site& site, std::size_t place) {
  const auto release = release_id(site.layout.release);
  ROLLMILL_CHECK(release.has_value());
  parts_ = std::make_unique<HostParts>(site, place, *release);
  site.promises.add_host(parts_->machine.name);
  for (const core::Service& service : parts_->fleet_host().services) enrol(*parts_, service);
}

Host::~Host() = default;

const std::string& Host::name() const { return parts_->machine.name; }
std::size_t Host::place() const { return parts_->machine.place; }
base::TimePoint Host::now() const { return parts_->site.time.now() + parts_->machine.clock_offset; }
std::string Host::boot_id() const { return name() + "-" + std::to_string(parts_->boots); }
bool Host::is_off() const { return parts_->off; }

agent::HostPorts Host::ports() {
  HostParts& parts = *parts_;
  const bool has_api = parts.own_api.has_value();
  const bool reads_rows =
      parts.fleet_host().schema ||
      (parts.site.layout.conductors_read_rows && !parts.services.daemons().empty() && !has_api);
  return {parts.packages,
          parts.services,
          parts.config,
          parts.disk,
          core::ironic_profile(),
          reads_rows ? &parts.tools : nullptr,
          has_api && parts.site.layout.balancer ? &parts.balancer : nullptr,
          &parts.deployment,
          has_api ? &*parts.own_api : nullptr};
}

agent::AgentSettings Host::settings() const {
  agent::AgentSettings settings;
  settings.fleet = parts_->site.layout.fleet.id;
  settings.host.text = name();
  settings.agent_version = "simulated";
  settings.boot_id = boot_id();
  for (const Daemon& daemon : parts_->services.daemons())
    settings.services.push_back({daemon.service, daemon.hostname});
  return settings;
}

ports::TaskOutput& Host::output() { return parts_->keeper; }
void Host::agent_died() { parts_->keeper.unbind(); }

void Host::reboot(base::Duration takes) {
  HostParts& parts = *parts_;
  if (parts.off) return;
  parts.off = true;
  parts.keeper.unbind();
  if (const Invocation* program = parts.keeper.running()) {
    if (program->deed == Deed::Expand) parts.site.ironic.database.cut_upgrade(program->release);
    parts.packages.was_cut(*program);
  }
  parts.keeper.cut();
  parts.services.power_off();
  parts.site.promises.disturbed(parts.machine.place);
  parts.site.time.after(takes, [&parts] {
    parts.off = false;
    ++parts.boots;
    parts.site.note(parts.machine.place, Deed::Booted, parts.packages.release());
    parts.services.boot();
  });
}

void Host::break_service() { parts_->services.break_next(); }
void Host::die_after_start(base::Duration after, std::uint32_t times) {
  parts_->services.die_after_start(after, times);
}
void Host::fail_install(std::uint32_t times) { parts_->packages.fail_next(times); }

void Host::interrupt_install() {
  HostParts& parts = *parts_;
  const Invocation* program = parts.keeper.running();
  if (program == nullptr || program->deed != Deed::Install) return parts.packages.interrupt_next();
  parts.packages.was_cut(*program);
  parts.keeper.cut();
  parts.site.promises.disturbed(parts.machine.place);
}

void Host::set_operator_pin(const std::string& pin) {
  parts_->config.set_operator_pin(pin);
  parts_->site.promises.disturbed(parts_->machine.place);
}

bool Host::edit_drop_in(bool take_pin_out) {
  parts_->site.promises.disturbed(parts_->machine.place);
  return parts_->config.edit(take_pin_out);
}

void Host::freeze_heartbeat() { parts_->services.freeze_heartbeats(); }

bool Host::keep_busy(base::Duration takes) {
  for (const Daemon& daemon : parts_->services.daemons())
    if (daemon.role == Role::Conductor) return parts_->site.ironic.keep_busy(daemon.place, takes);
  return false;
}

void Host::fill_disk() { parts_->machine.disk_full = true; }

void Host::shift_clock(base::Duration offset) {
  parts_->machine.clock_offset = offset;
  for (Daemon& daemon : parts_->services.daemons()) daemon.clock_offset = offset;
}

void Host::cut_migration() { parts_->tools.cut_next(); }

void Host::repair() {
  HostParts& parts = *parts_;
  if (parts.off) return;
  parts.machine.disk_full = false;
  shift_clock({});
  parts.tools.calm();
  parts.packages.calm();
  if (parts.keeper.running() == nullptr) {
    if (parts.packages.finish()) parts.site.promises.disturbed(parts.machine.place);
    if (parts.fleet_host().schema) parts.site.ironic.database.mend();
  }
  if (parts.fleet_host().schema) parts.site.ironic.bring_back_nodes();
  if (parts.config.undo_edits()) parts.site.promises.disturbed(parts.machine.place);
  if (!is_installing()) parts.services.repair();
}

void Host::set_right() {
  repair();
  if (!parts_->off && !is_installing()) parts_->services.take_over();
}

bool Host::is_installing() const {
  const Invocation* running = parts_->keeper.running();
  return running != nullptr && running->deed == Deed::Install;
}

void Host::restart_services() {
  if (!parts_->off) parts_->services.restart();
}

void Host::stop_services() {
  if (!parts_->off) parts_->services.halt();
}

void Host::migrate_data() {
  if (parts_->off) return;
  (void)parts_->site.ironic.migrate(ReleaseId::R35, 0);
}

void Host::restore_backup() { parts_->site.ironic.restore_backup(ReleaseId::R35); }

void Host::raise_stop_limits() { parts_->services.raise_stop_limits(); }

bool Host::healthy() const {
  const HostParts& parts = *parts_;
  return !parts.off && !parts.machine.disk_full && parts.packages.clean() &&
         !parts.packages.fault_waits() && !parts.config.is_edited() && parts.services.healthy();
}

bool Host::has_drop_in() const {
  return parts_->config.has_drop_in() || parts_->services.has_window();
}

std::string Host::describe() const {
  std::string text = name() + ":";
  for (const Daemon& daemon : parts_->services.daemons()) {
    text += " " + daemon.service.name + " ";
    if (!daemon.process) {
      text += "down";
      continue;
    }
    text += core::to_string(model_of(daemon.process->release).number);
    if (daemon.process->pinned) text += " pinned";
    if (daemon.stopping) text += " stopping";
    if (daemon.drained) text += " drained";
  }
  text += ", " + core::to_string(model_of(parts_->packages.release()).number) + " installed";
  return parts_->packages.clean() ? text : text + " by half";
}

}  // namespace rollmill::sim
