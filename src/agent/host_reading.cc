#include "agent/host_reading.h"

#include <cstdint>
#include <sstream>
#include <utility>
#include <vector>

#include "agent/registry.h"

namespace rollmill::agent {
namespace {

/// Two times in milliseconds: when the pin was changed, and when the window was changed after it.
/// The second is missing between `changing_window` and `changed_window`.
constexpr const char* kWindowNote = "window-changed";

struct WindowNote {
  std::optional<base::TimePoint> pin_changed;
  std::optional<base::TimePoint> window_changed;
};

base::Result<WindowNote> read_note(const HostPorts& host) {
  const auto kept = host.machine.kept(kWindowNote);
  if (!kept) return kept.error();
  WindowNote note;
  std::istringstream words(kept->value_or(""));
  std::int64_t milliseconds = 0;
  if (words >> milliseconds) note.pin_changed = base::TimePoint{base::Duration{milliseconds}};
  if (words >> milliseconds) note.window_changed = base::TimePoint{base::Duration{milliseconds}};
  return note;
}

std::string print(base::TimePoint time) { return std::to_string(time.time_since_epoch().count()); }

const char* yes_no(bool value) { return value ? "yes" : "no"; }

/// One call of `read_host`.
class HostReader {
 public:
  HostReader(const AgentSettings& settings, const HostPorts& host)
      : settings_(settings), host_(host) {}

  core::HostFacts own() {
    read_release();
    read_config();
    for (const ServiceSettings& each : settings_.services) read_service(each);
    if (const auto room = host_.machine.free_megabytes())
      set("disk.free_mb", std::to_string(*room));
    else
      unread("disk", room.error());
    return std::move(facts_);
  }

  core::HostFacts deployment(core::HostFacts own_facts) {
    facts_ = std::move(own_facts);
    read_registry();
    if (host_.own_api != nullptr) read_own_api();
    if (host_.balancer != nullptr) read_balancer();
    return std::move(facts_);
  }

 private:
  void set(const std::string& key, std::string value) { facts_.details[key] = std::move(value); }
  void unread(const std::string& what, const base::Error& error) {
    set("unread." + what, error.message);
  }

  void read_release() {
    auto installed = host_.release.installed();
    if (!installed) return unread("release", installed.error());
    facts_.installed_release = core::to_string(installed->number);
    set("release.version", installed->version);
    set("release.clean", yes_no(installed->clean));
    if (!installed->left_over.empty()) set("release.left_over", installed->left_over);
    set("release.changed_at", base::format_time(installed->changed_at));
    set("release.side_by_side", yes_no(host_.release.side_by_side()));
    installed_ = *installed;
  }

  void read_config() {
    const auto drop_in = host_.config.read();
    if (!drop_in) return unread("config", drop_in.error());
    set("config.drop_in", !drop_in->present ? "none" : drop_in->foreign_edit ? "edited" : "ours");
    const auto pin = host_.config.effective("DEFAULT", "pin_release_version");
    if (!pin) return unread("config", pin.error());
    pin_ = pin->value_or("");
    const auto ring = host_.config.effective("DEFAULT", kRingResetKey);
    if (!ring) return unread("config", ring.error());
    set("config.ring_reset_s", ring->value_or(kRingResetDefault));
    set("config.pin_source", pin_.empty() ? "none" : holds_pin(*drop_in) ? "ours" : "operator");
    const auto changed = pin_changed_at(host_);
    if (!changed) return unread("config", changed.error());
    config_changed_ = *changed;
  }

  void read_service(const ServiceSettings& each) {
    const std::string& name = each.service.name;
    core::ServiceFacts facts;
    facts.service = name;
    facts.pin = pin_;
    const auto status = host_.services.status(name);
    if (status) {
      set("service." + name + ".stop_limit_ms", std::to_string(status->stop_limit.count()));
      set("service." + name + ".restarts", std::to_string(status->restarts));
      if (status->main) read_process(*status->main, facts);
    } else {
      unread("service." + name, status.error());
    }
    if (!each.conductor_hostname.empty()) set("conductor.hostname", each.conductor_hostname);
    facts_.services.push_back(std::move(facts));
  }

  void read_process(const ports::ServiceDriver::Process& process, core::ServiceFacts& facts) {
    facts.running = true;
    facts.started_at = process.started_at;
    facts.config_newer_than_process = !config_changed_ || !started_after(process, *config_changed_);
    if (installed_ && started_after(process, installed_->changed_at))
      facts.release = core::to_string(installed_->number);
  }

  void read_registry() {
    if (host_.deployment == nullptr) return;
    const auto conductors = host_.deployment->conductors();
    if (!conductors) return unread("api.conductors", conductors.error());
    set("api.conductors", print_conductors(*conductors));
  }

  void read_own_api() {
    const auto versions = host_.own_api->versions();
    if (!versions) return unread("api.max_microversion", versions.error());
    set("api.max_microversion", versions->maximum);
  }

  void read_balancer() {
    for (const ServiceSettings& each : settings_.services) {
      const core::RoleInfo* role = core::find_role(host_.profile, each.service.role);
      if (role == nullptr || !role->serves_api) continue;
      const auto state = host_.balancer->state(each.service.name);
      if (!state) {
        unread("balancer", state.error());
        continue;
      }
      set("balancer.state", state->text);
      set("balancer.serving", yes_no(state->serving));
    }
  }

  static bool holds_pin(const ports::ConfigDriver::DropIn& drop_in) {
    for (const ports::Setting& each : drop_in.settings)
      if (each.section == "DEFAULT" && each.key == "pin_release_version") return true;
    return false;
  }

  const AgentSettings& settings_;
  const HostPorts& host_;
  core::HostFacts facts_;
  std::optional<ports::ReleaseDriver::Installed> installed_;
  std::string pin_;
  std::optional<base::TimePoint> config_changed_;
};

}  // namespace

core::HostFacts read_host(const AgentSettings& settings, const HostPorts& host, Reading reading) {
  HostReader reader(settings, host);
  core::HostFacts facts = reader.own();
  if (reading == Reading::Own) return facts;
  return reader.deployment(std::move(facts));
}

bool started_after(const ports::ServiceDriver::Process& process, base::TimePoint changed_at) {
  return process.started_at + kStartGrain > changed_at;
}

bool clearly_after(const ports::ServiceDriver::Process& process, base::TimePoint changed_at) {
  return process.started_at > changed_at + kStartGrain;
}

base::Result<base::TimePoint> pin_changed_at(const HostPorts& host) {
  const auto changed = host.config.changed_at();
  if (!changed) return changed.error();
  const auto note = read_note(host);
  if (!note) return note.error();
  return note->pin_changed && note->window_changed == *changed ? *note->pin_changed : *changed;
}

base::Status changing_window(const HostPorts& host) {
  const auto changed = pin_changed_at(host);
  if (!changed) return changed.error();
  return host.machine.keep(kWindowNote, print(*changed));
}

base::Status changed_window(const HostPorts& host) {
  const auto note = read_note(host);
  if (!note) return note.error();
  if (!note->pin_changed || note->window_changed) return base::success();
  const auto changed = host.config.changed_at();
  if (!changed) return changed.error();
  return host.machine.keep(kWindowNote, print(*note->pin_changed) + " " + print(*changed));
}

bool same_reading(core::HostFacts one, core::HostFacts other) {
  one.read_at = other.read_at = {};
  one.details.erase("disk.free_mb");
  other.details.erase("disk.free_mb");
  return one == other;
}

}  // namespace rollmill::agent
