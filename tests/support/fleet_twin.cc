#include "support/fleet_twin.h"

#include <algorithm>

#include "rollmill/base/check.h"

namespace rollmill::test {
namespace {

using core::ReleaseNumber;
using core::Task;
using core::Verb;

std::string number_or_empty(const std::optional<ReleaseNumber>& number) {
  return number ? to_string(*number) : "";
}

ServiceTwin* find_service(HostTwin& host, const std::string& name) {
  const auto found = std::find_if(host.services.begin(), host.services.end(),
                                  [&](const ServiceTwin& s) { return s.service.name == name; });
  return found == host.services.end() ? nullptr : &*found;
}

/// Sets and says whether that changed anything.
template <typename T>
bool set(T& place, const T& value) {
  const bool changed = !(place == value);
  place = value;
  return changed;
}

std::vector<core::CheckResult> inspect(const HostTwin& host) {
  std::vector<core::CheckResult> findings = host.findings;
  for (const ServiceTwin& service : host.services) {
    if (service.running) continue;
    findings.push_back({"preflight.services-run", core::Verdict::Failed,
                        service.service.name + " is not running"});
  }
  return findings;
}

bool is_old_conductor(const ServiceTwin& service, const ReleaseNumber& old_release) {
  return service.service.role == "conductor" && service.release == old_release;
}
bool is_new_api(const ServiceTwin& service, const ReleaseNumber& old_release) {
  return service.service.role == "api" && service.release != old_release;
}

core::ServiceFacts read_service(const HostTwin& host, const ServiceTwin& service) {
  core::ServiceFacts facts;
  facts.service = service.service.name;
  facts.running = service.running;
  facts.release = service.running ? to_string(service.release) : "";
  facts.pin = number_or_empty(host.pin);
  facts.config_newer_than_process = service.running && service.pin != host.pin;
  return facts;
}

}  // namespace

FleetTwin::FleetTwin(const core::Fleet& fleet, ReleaseNumber from) {
  for (const core::Host& host : fleet.hosts) {
    HostTwin& twin = hosts_[host.name.text];
    twin.installed = from;
    for (const core::Service& service : host.services) {
      twin.services.push_back({service, true, from, std::nullopt, true});
      if (service.role == "conductor") twin.conductor_name = host.name.text + ".example";
    }
    twin.side_by_side = host.services.size() > 1;
  }
}

HostTwin& FleetTwin::host(const std::string& name) {
  const auto found = hosts_.find(name);
  ROLLMILL_CHECK(found != hosts_.end());
  return found->second;
}

void FleetTwin::heal(ReleaseNumber pin, bool start_services) {
  strangers.clear();
  for (auto& [name, host] : hosts_) {
    if (!host.before.empty()) host = HostTwin(host.before.front());
    host.findings.clear();
    host.edited = false;
    host.clock_ahead = {};
    if (host.pin) host.pin = pin;
    for (ServiceTwin& service : host.services) service.running |= start_services;
  }
}

std::string FleetTwin::registry() const {
  std::string rows;
  const auto add = [&](const std::string& row) { rows += (rows.empty() ? "" : ";") + row; };
  for (const auto& [name, host] : hosts_) {
    for (const ServiceTwin& service : host.services) {
      if (service.service.role != "conductor") continue;
      add(host.conductor_name + "|" + service.service.domain + "|" +
          (service.running && service.heard ? "alive" : "dead") + "|fake-hardware,ipmi");
    }
  }
  for (const std::string& row : strangers) add(row);
  return rows;
}

core::HostFacts FleetTwin::read(const base::HostName& name, base::TimePoint now) const {
  const HostTwin& host = hosts_.at(name.text);
  core::HostFacts facts;
  facts.read_at = now + host.clock_ahead;
  facts.installed_release = to_string(host.installed);
  facts.details["release.version"] = "1:" + facts.installed_release + ".1-1";
  facts.details["release.clean"] = "yes";
  facts.details["release.side_by_side"] = host.side_by_side ? "yes" : "no";
  facts.details["config.drop_in"] = !host.drop_in ? "none" : host.edited ? "edited" : "ours";
  facts.details["config.pin_source"] = !host.pin ? "none" : host.drop_in ? "ours" : "operator";
  facts.details["disk.free_mb"] = "20000";
  if (one_registry_reader.empty() || one_registry_reader == name.text) {
    facts.details["api.conductors"] = registry();
  }
  if (!host.conductor_name.empty()) facts.details["conductor.hostname"] = host.conductor_name;
  for (const ServiceTwin& service : host.services) {
    facts.services.push_back(read_service(host, service));
    facts.details["config.ring_reset_s"] = service.service.role == "conductor" ? "17" : "15";
    if (service.service.role == "api") {
      const bool up = service.running && service.healthy;
      facts.details["balancer.serving"] = up && service.serving ? "yes" : "no";
      facts.details["balancer.state"] = !up ? "DOWN" : service.serving ? "UP" : "DRAIN";
    }
  }
  return facts;
}

core::FleetFacts FleetTwin::read_all(base::TimePoint now) const {
  core::FleetFacts facts;
  for (const auto& [name, host] : hosts_) facts[{name}] = read({name}, now);
  return facts;
}

core::TaskSucceeded FleetTwin::perform(const base::HostName& name, const Task& task,
                                       base::TimePoint now) {
  HostTwin& twin = host(name.text);
  core::TaskSucceeded result;
  result.changed = change(twin, name.text, task);
  if (task.verb == Verb::Inspect) result.checks = inspect(twin);
  result.host = read(name, now);
  return result;
}

bool FleetTwin::change(HostTwin& host, const std::string& name, const Task& task) {
  ServiceTwin* service = find_service(host, task.args.service);
  switch (task.verb) {
    case Verb::Inspect:
    case Verb::Survey:
    case Verb::Probe:
    case Verb::Attest:
      return false;
    case Verb::Stage:
    case Verb::Expand:
      return true;
    case Verb::Install:
      return install(host, name, task);
    case Verb::Pin:
      host.drop_in = true;
      return set(host.pin, std::optional(task.args.from));
    case Verb::Unpin:
      return set(host.pin, std::optional<ReleaseNumber>{});
    case Verb::Drain:
      return set(service->serving, false);
    case Verb::Enlist:
      return set(service->serving, true);
    case Verb::Stop:
      return stop(*service, name);
    case Verb::Start:
      return start(host, *service, name, task);
    case Verb::Migrate:
      return migrate();
    case Verb::Restore:
      if (host.pin) broken.push_back(name + ": restored while the pin is there");
      return set(host.drop_in, false);
  }
  base::check_failed("a verb that is none", __FILE__, __LINE__);
}

bool FleetTwin::install(HostTwin& host, const std::string& name, const Task& task) {
  const bool runs = std::any_of(host.services.begin(), host.services.end(),
                                [](const ServiceTwin& s) { return s.running; });
  if (runs && !host.side_by_side && host.installed != task.args.to) {
    broken.push_back(name + ": installed under a running service");
  }
  return set(host.installed, task.args.to);
}

bool FleetTwin::stop(ServiceTwin& service, const std::string& name) {
  if (service.service.role == "api" && service.serving) {
    broken.push_back(name + ": stopped while the balancer sends requests to it");
  }
  if (!set(service.running, false)) return false;
  if (one_registry_reader.empty()) watch_budget(service);
  return true;
}

void FleetTwin::watch_budget(const ServiceTwin& stopped) {
  const auto found = policy.budgets.find(stopped.service.role);
  const core::Budget budget = found == policy.budgets.end() ? core::Budget{} : found->second;
  std::uint32_t away = 0;
  std::uint32_t left = 0;
  for (const auto& [name, host] : hosts_) {
    for (const ServiceTwin& service : host.services) {
      if (service.service.role != stopped.service.role ||
          service.service.domain != stopped.service.domain) {
        continue;
      }
      const bool ours = !quarantined.contains(name);
      if (service.running || ours) ++(service.running ? left : away);
    }
  }
  if (away <= budget.max_unavailable && left >= budget.min_available) return;
  broken.push_back("promise 1: " + std::to_string(away) + " of " + stopped.service.role +
                   " away, " + std::to_string(left) + " left");
}

bool FleetTwin::any_running(bool (*which)(const ServiceTwin&, const ReleaseNumber&),
                            const ReleaseNumber& to) const {
  return std::any_of(hosts_.begin(), hosts_.end(), [&](const auto& entry) {
    return std::any_of(entry.second.services.begin(), entry.second.services.end(),
                       [&](const ServiceTwin& s) { return s.running && which(s, to); });
  });
}

bool FleetTwin::start(HostTwin& host, ServiceTwin& service, const std::string& name,
                      const Task& task) {
  if (service.running && service.release == host.installed && service.pin == host.pin) {
    return false;
  }
  if (host.pin.has_value() != task.args.pinned) {
    broken.push_back(name + ": started with the wrong pin");
  }
  const auto is_old = [](const ServiceTwin& s, const ReleaseNumber& to) { return s.release != to; };
  const bool back = task.args.to < task.args.from;
  if (!back && !host.pin && host.installed == task.args.to && any_running(is_old, task.args.to)) {
    broken.push_back("promise 2: " + name + " started unpinned beside old services");
  }
  watch_order(service, std::min(task.args.from, task.args.to), host.installed);
  service.running = true;
  service.release = host.installed;
  service.pin = host.pin;
  return true;
}

/// New APIs do not work with old conductors (IRONIC.md, phase 5).
void FleetTwin::watch_order(const ServiceTwin& started, const ReleaseNumber& old_release,
                            const ReleaseNumber& runs) {
  const bool api_runs_new = started.service.role == "api" && runs != old_release;
  const bool conductor_runs_old = started.service.role == "conductor" && runs == old_release;
  if (api_runs_new && any_running(is_old_conductor, old_release)) {
    broken.push_back("a new API started beside old conductors");
  }
  if (conductor_runs_old && any_running(is_new_api, old_release)) {
    broken.push_back("an old conductor started beside new APIs");
  }
}

bool FleetTwin::migrate() {
  const auto is_pinned = [](const ServiceTwin& s, const ReleaseNumber&) {
    return s.pin.has_value();
  };
  if (any_running(is_pinned, {})) broken.push_back("promise 3: contract beside pinned services");
  return true;
}

}  // namespace rollmill::test
