#include "support/fake_host.h"

#include <algorithm>

namespace rollmill::test {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;

constexpr const char* kGuard = "/usr/sbin/policy-rc.d";
constexpr const char* kPinKey = "pin_release_version";

/// As a file holds them: a section's settings stand together.
std::vector<ports::Setting> by_section(const std::vector<ports::Setting>& settings) {
  std::vector<ports::Setting> sorted;
  for (const ports::Setting& first : settings)
    for (const ports::Setting& each : settings)
      if (each.section == first.section &&
          std::find(sorted.begin(), sorted.end(), each) == sorted.end())
        sorted.push_back(each);
  return sorted;
}

std::string full_version(const core::ReleaseNumber& number) {
  return "1:" + core::to_string(number) + ".0-1";
}

}  // namespace

base::Result<ports::ReleaseDriver::Installed> FakeRelease::installed() {
  if (const auto failed = world_.failure("release.installed")) return *failed;
  return Installed{number, full_version(number), changed_at, clean, left_over};
}

base::Result<std::optional<ports::ReleaseDriver::Staged>> FakeRelease::staged(
    const core::ReleaseNumber& release) {
  if (const auto failed = world_.failure("release.staged")) return *failed;
  if (there.count(release) == 0) return std::optional<Staged>();
  return std::optional<Staged>(Staged{full_version(release), "sha256:ab", pins});
}

base::Result<ports::ReleaseDriver::Staged> FakeRelease::stage(const core::ReleaseNumber& release) {
  if (const auto failed = world_.failure("release.stage")) return *failed;
  there.insert(release);
  world_.effect("stage " + core::to_string(release));
  return Staged{full_version(release), "sha256:ab", pins};
}

base::Result<ports::ReleaseDriver::Installed> FakeRelease::install(
    const core::ReleaseNumber& release) {
  if (const auto failed = world_.failure("release.install")) return *failed;
  left_over = kGuard;
  number = gives.value_or(release);
  clean = true;
  world_.pass(std::chrono::seconds{4});
  changed_at = world_.now();
  world_.effect("install " + core::to_string(number));
  if (after_install) after_install();
  left_over.clear();
  return Installed{number, full_version(number), changed_at, clean, left_over};
}

base::Status FakeRelease::finish_install() {
  if (const auto failed = world_.failure("release.finish_install")) return *failed;
  left_over.clear();
  return success();
}

base::Result<ports::ServiceDriver::Status> FakeServices::status(const std::string& service) {
  if (const auto failed = world_.failure("services.status")) return *failed;
  const Daemon& daemon = daemons[service];
  Status status;
  status.active = (daemon.main.has_value() && !daemon.stopping) || daemon.restarting;
  status.main = daemon.main;
  if (daemon.main) status.tree = {daemon.main->pid, daemon.main->pid + 1};
  if (daemon.main) status.workers = daemon.workers;
  for (const std::int64_t each : leftovers[service]) status.tree.push_back(each);
  status.restarts = daemon.restarts;
  status.stop_limit = daemon.window == base::Duration{0} ? daemon.stop_limit : daemon.window;
  return status;
}

base::Status FakeServices::stop(const std::string& service, base::Duration limit) {
  if (const auto failed = world_.failure("services.stop")) return *failed;
  Daemon& daemon = daemons[service];
  if (!daemon.main && !daemon.restarting) return success();
  if (limit < stop_takes) return Error{ErrorCode::DeadlineExceeded, "it does not end"};
  world_.pass(stop_takes);
  daemon.main.reset();
  daemon.stopping = daemon.restarting = false;
  if (changed) changed(service, daemon);
  world_.effect("stop " + service);
  return success();
}

base::Status FakeServices::start(const std::string& service) {
  if (const auto failed = world_.failure("services.start")) return *failed;
  Daemon& daemon = daemons[service];
  if (daemon.main) return success();
  const base::TimePoint began = world_.now();
  world_.pass(std::chrono::seconds{1});
  daemon.release = core::to_string(release_.number);
  daemon.pin = read_pin ? read_pin() : std::nullopt;
  if (!dies_at_once) {
    daemon.main = Process{next_pid_ += 10, began};
    daemon.workers = {{next_pid_ + 1, began, 1}};
  }
  if (dies_soon) world_.in(std::chrono::seconds{1}, [&daemon] { daemon.main.reset(); });
  if (changed) changed(service, daemon);
  world_.effect("start " + service + " " + daemon.release + " " + daemon.pin.value_or("unpinned"));
  return success();
}

base::Status FakeServices::set_window(const std::string& service, base::Duration limit) {
  if (const auto failed = world_.failure("services.set_window")) return *failed;
  if (ignores_window) return success();
  daemons[service].window = limit;
  world_.effect("window " + base::format_duration(limit));
  return success();
}

base::Status FakeServices::clear_window(const std::string& service) {
  if (const auto failed = world_.failure("services.clear_window")) return *failed;
  base::Duration& window = daemons[service].window;
  if (window == base::Duration{0}) return success();
  window = {};
  world_.effect("no window");
  return success();
}

void FakeServices::run_old(const std::string& service) {
  Daemon& daemon = daemons[service];
  daemon.main = Process{next_pid_ += 10, world_.now() - std::chrono::hours{2}};
  daemon.release = core::to_string(release_.number);
}

base::Result<ports::ConfigDriver::DropIn> FakeConfig::read() {
  if (const auto failed = world_.failure("config.read")) return *failed;
  return DropIn{!ours.empty(), edited, ours, changed};
}

base::Status FakeConfig::write(const std::vector<ports::Setting>& settings) {
  if (const auto failed = world_.failure("config.write")) return *failed;
  if (edited) return Error{ErrorCode::FailedPrecondition, "edited by somebody"};
  ours = by_section(settings);
  world_.pass(std::chrono::milliseconds{200});
  changed = world_.now();
  std::string text = "write";
  for (const ports::Setting& each : settings) text += " " + each.key + "=" + each.value;
  world_.effect(text);
  return success();
}

base::Result<std::optional<std::string>> FakeConfig::effective(const std::string& section,
                                                               const std::string& key) {
  if (const auto failed = world_.failure("config.effective")) return *failed;
  if (const auto found = overruling.find({section, key}); found != overruling.end())
    return std::optional<std::string>(found->second);
  for (const ports::Setting& each : ours)
    if (each.section == section && each.key == key) return std::optional<std::string>(each.value);
  if (const auto found = operators.find({section, key}); found != operators.end())
    return std::optional<std::string>(found->second);
  return std::optional<std::string>();
}

base::Result<base::TimePoint> FakeConfig::changed_at() {
  if (const auto failed = world_.failure("config.changed_at")) return *failed;
  return changed;
}

base::Result<std::uint64_t> FakeMachine::free_megabytes() {
  if (const auto failed = world_.failure("machine.free")) return *failed;
  return free;
}

base::Status FakeMachine::keep(const std::string& name, const std::string& text) {
  if (const auto failed = world_.failure("machine.keep")) return *failed;
  notes[name] = text;
  return success();
}

base::Result<std::optional<std::string>> FakeMachine::kept(const std::string& name) {
  if (const auto failed = world_.failure("machine.kept")) return *failed;
  const auto found = notes.find(name);
  return found == notes.end() ? std::optional<std::string>()
                              : std::optional<std::string>(found->second);
}

base::Result<ports::BalancerDriver::State> FakeBalancer::state(const std::string&) {
  if (const auto failed = world_.failure("balancer.state")) return *failed;
  return now;
}

base::Status FakeBalancer::take_out(const std::string&) {
  if (const auto failed = world_.failure("balancer.take_out")) return *failed;
  if (!now.serving || stuck) return success();
  now.serving = false;
  now.text = "DRAIN";
  world_.effect("take out");
  return success();
}

base::Status FakeBalancer::put_in(const std::string&) {
  if (const auto failed = world_.failure("balancer.put_in")) return *failed;
  if (now.serving || stuck) return success();
  now.serving = true;
  now.text = "UP";
  world_.effect("put in");
  return success();
}

FakeHost::FakeHost() {
  release.there = {{39, 0}};
  release.changed_at = world.now() - std::chrono::hours{48};
  config.changed = world.now() - std::chrono::hours{24};
  deployment.shared = own_api.shared = &ironic;
  for (const char* name : {"cond1", "cond2"}) FakeApi::beat(world, ironic, name);
  for (FakeApi::Beating& each : ironic.conductors) each.registered_at -= std::chrono::hours{2};
  ironic.nodes = {node("n01", "cond1"), node("n02", "cond1", "available"), node("n03", "cond2"),
                  node("n04", "cond2", "deploy failed")};
  services.read_pin = [this]() -> std::optional<std::string> {
    return config.effective("DEFAULT", kPinKey).value();
  };
  services.changed = [this](const std::string& service, const FakeServices::Daemon& daemon) {
    follow(service, daemon);
  };
}

void FakeHost::be_conductor() {
  settings.host.text = "cond1";
  settings.services = {{{kConductor, "conductor", ""}, "cond1"}};
  services.run_old(kConductor);
}

void FakeHost::be_api() {
  settings.host.text = "api1";
  settings.services = {{{kApi, "api", ""}, ""}};
  services.run_old(kApi);
  has_balancer = has_own_api = true;
}

void FakeHost::be_schema() { settings.host.text = "admin"; }

agent::HostPorts FakeHost::ports() {
  return {release,
          services,
          config,
          machine,
          core::ironic_profile(),
          has_schema ? &schema : nullptr,
          has_balancer ? &balancer : nullptr,
          has_deployment ? &deployment : nullptr,
          has_own_api ? &own_api : nullptr};
}

void FakeHost::follow(const std::string& service, const FakeServices::Daemon& daemon) {
  if (service == kConductor) {
    if (daemon.main)
      FakeApi::beat(world, ironic, "cond1");
    else
      FakeApi::fall_silent(ironic, "cond1");
    return;
  }
  own_api.up = daemon.main.has_value();
  const bool old = daemon.pin.value_or(daemon.release) == "35.0";
  own_api.maximum = old ? "1.111" : "1.115";
}

}  // namespace rollmill::test
