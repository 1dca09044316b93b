#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <system_error>

#include "core/fleet_reading.h"
#include "core/navigation.h"
#include "core/registry.h"
#include "rollmill/core/checks.h"

/// Judgements that need every host's reading at once.
namespace rollmill::core {
namespace {

using Results = std::vector<CheckResult>;

void add(Results& results, const char* id, bool holds, std::string summary,
         Verdict otherwise = Verdict::Failed) {
  results.push_back({id, holds ? Verdict::Ok : otherwise, std::move(summary)});
}

bool has_role(const Host& host, const std::string& role) {
  return std::any_of(host.services.begin(), host.services.end(),
                     [&](const Service& service) { return service.role == role; });
}

void judge_releases(const Plan& plan, const FleetFacts& facts, Results& results) {
  std::string wrong;
  for (const Host& host : plan.fleet.hosts) {
    const auto found = facts.find(host.name);
    if (found == facts.end()) continue;
    for (const ServiceFacts& service : found->second.services) {
      const auto release = parse_release_number(service.release);
      if (!service.running || release == plan.from || release == plan.to) continue;
      const std::string runs =
          service.release.empty()
              ? "an unknown release (its files changed after it started; restart it)"
              : service.release;
      wrong +=
          (wrong.empty() ? "" : ", ") + host.name.text + " (" + service.service + ") runs " + runs;
    }
  }
  add(results, "preflight.one-old-release", wrong.empty(),
      wrong.empty() ? "every service runs " + to_string(plan.from) + " or " + to_string(plan.to)
                    : wrong);
}

/// The turns that upgrade services in the last leg, and what was read of the service since.
struct TurnReading {
  const Turn& turn;
  const ServiceFacts& seen;
  std::string name;
  bool serves_api;
  bool out_of_balancer;
};

std::vector<TurnReading> upgrading_turns(const Plan& plan, const FleetFacts& facts) {
  std::vector<TurnReading> turns;
  for (const Turn& turn : plan.turns) {
    const Phase& phase = plan.phases[plan.waves[turn.wave.value].phase.value];
    const bool upgrades = phase.kind == PhaseKind::Conductors || phase.kind == PhaseKind::Api;
    if (!upgrades || phase.leg != plan.phases.back().leg) continue;
    const Host& host = plan.fleet.hosts[turn.host.value];
    const auto found = facts.find(host.name);
    if (found == facts.end()) continue;
    const ServiceFacts* seen = find_running(found->second, turn.service);
    if (seen == nullptr) continue;
    const bool api = phase.kind == PhaseKind::Api;
    const bool out = api && detail(found->second, "balancer.serving") == "no";
    turns.push_back({turn, *seen, host.name.text + " (" + turn.service + ")", api, out});
  }
  return turns;
}

/// Nothing, or what the service has become that the plan does not take up.
std::string misfit(const Plan& plan, const TurnReading& reading) {
  if (reading.seen.release.empty()) return {};
  const bool is_new = parse_release_number(reading.seen.release) == plan.to;
  const bool unpinned = is_new && reading.seen.pin.empty();
  if (!unpinned && (is_new || reading.turn.takes_down)) return {};
  return "runs " + reading.seen.release + (unpinned ? " unpinned" : "");
}

/// What a plan that was made of older readings cannot take up: it proves services that are of A
/// now, would still go by way of pins where one of B runs without, or takes an API down beside one
/// that is out of the balancer.
void judge_plan_fits(const Plan& plan, const FleetFacts& facts, Results& results) {
  std::string wrong;
  const auto add_wrong = [&](const std::string& text) {
    wrong += (wrong.empty() ? "" : ", ") + text;
  };
  const std::vector<TurnReading> turns = upgrading_turns(plan, facts);
  const auto goes = [](const TurnReading& each) {
    return each.serves_api && each.turn.takes_down && !each.out_of_balancer;
  };
  // In order of waves; the turns of one wave may run side by side.
  const auto first = std::find_if(turns.begin(), turns.end(), goes);
  for (const TurnReading& each : turns) {
    if (const std::string text = misfit(plan, each); !text.empty()) {
      add_wrong(each.name + " " + text);
    } else if (each.out_of_balancer && first != turns.end() && each.turn.wave >= first->turn.wave) {
      add_wrong(each.name + " is out of the balancer");
    }
  }
  add(results, "preflight.plan-fits", wrong.empty(),
      wrong.empty() ? "the services are what the plan was made for"
                    : "not what the plan was made for: " + wrong + "; abort, then plan again");
}

void judge_strangers(const Plan& plan, const FleetFacts& facts, const char* id, Results& results) {
  std::set<std::string> known;
  for (const auto& [name, host] : facts) known.insert(detail(host, "conductor.hostname"));
  std::string strangers;
  const std::vector<RegistryRow> registry = read_registry(facts);
  for (const RegistryRow& row : registry) {
    if (!row.alive || known.contains(row.hostname)) continue;
    strangers += (strangers.empty() ? "" : ", ") + row.hostname;
  }
  const bool has_conductors =
      std::any_of(plan.fleet.hosts.begin(), plan.fleet.hosts.end(),
                  [](const Host& host) { return has_role(host, "conductor"); });
  if (registry.empty() && has_conductors) {
    add(results, id, false, "no host could read the conductor registry");
    return;
  }
  add(results, id, strangers.empty(),
      strangers.empty() ? "every living conductor belongs to the fleet"
                        : "living conductors that the fleet file does not name: " + strangers);
}

void judge_hostnames(const FleetFacts& facts, Results& results) {
  std::map<std::string, std::string> seen;
  std::string twice;
  for (const auto& [name, host] : facts) {
    const std::string hostname = detail(host, "conductor.hostname");
    if (hostname.empty()) continue;
    const auto [first, fresh] = seen.try_emplace(hostname, name.text);
    if (!fresh) twice += hostname + " (" + first->second + " and " + name.text + ") ";
  }
  add(results, "preflight.hostnames-unique", twice.empty(),
      twice.empty() ? "conductor names are unique" : "registered twice: " + twice);
}

/// Groups that would lose a hardware type while one of its conductors is away.
void judge_redundancy(const Plan& plan, const FleetFacts& facts, Results& results) {
  std::map<std::pair<std::string, std::string>, std::uint32_t> living;
  for (const RegistryRow& row : read_registry(facts)) {
    if (!row.alive) continue;
    for (const std::string& driver : row.drivers) ++living[{row.group, driver}];
  }
  const bool accepted = budget_of(plan.policy, "conductor").min_available == 0;
  std::string alone;
  for (const auto& [key, count] : living) {
    if (count > 1) continue;
    alone += (alone.empty() ? "" : "; ") + std::string("group \"") + key.first +
             "\", hardware type " + key.second;
  }
  add(results, "preflight.redundancy", alone.empty() || accepted,
      alone.empty() ? "two living conductors or more for each group and hardware type"
                    : "only one living conductor for " + alone);
}

/// By domain, where the balancer tells.
std::map<std::string, std::uint32_t> serving_apis(const Profile& profile, const Plan& plan,
                                                  const FleetFacts& facts) {
  std::map<std::string, std::uint32_t> domains;
  for (const Host& host : plan.fleet.hosts) {
    const auto found = facts.find(host.name);
    const std::string state = found == facts.end() ? "" : detail(found->second, "balancer.serving");
    for (const Service& service : host.services) {
      if (state.empty() || !serves_api(profile, service.role)) continue;
      domains[service.domain] += state == "yes" ? 1U : 0U;
    }
  }
  return domains;
}

/// With one API away, does each domain keep what the budget wants?
void judge_apis(const Profile& profile, const Plan& plan, const FleetFacts& facts,
                Results& results) {
  const auto domains = serving_apis(profile, plan, facts);
  if (domains.empty()) return;
  const std::uint32_t stay_up = budget_of(plan.policy, "api").min_available;
  bool enough = true;
  std::string text;
  for (const auto& [domain, serving] : domains) {
    enough = enough && (stay_up == 0 || serving > stay_up);
    text += (text.empty() ? "" : ", ") + std::to_string(serving) + " API(s)" +
            (domain.empty() ? "" : " of " + domain);
  }
  std::string out;
  for (const auto& [name, host] : facts) {
    if (detail(host, "balancer.serving") != "no") continue;
    out += (out.empty() ? ", not to " : ", ") + name.text + " (" + detail(host, "balancer.state") +
           ")";
  }
  if (!out.empty()) out += "; put it back into the balancer";
  add(results, "preflight.two-apis", enough, "the balancer sends requests to " + text + out);
}

void judge_hardware_types(const Profile& profile, const Plan& plan, const FleetFacts& facts,
                          Results& results) {
  std::set<std::string> removed;
  for (const ReleaseInfo& info : profile.releases) {
    if (plan.from < info.number && info.number <= plan.to) {
      removed.insert(info.removed_hardware_types.begin(), info.removed_hardware_types.end());
    }
  }
  std::string lost;
  for (const RegistryRow& row : read_registry(facts)) {
    for (const std::string& driver : row.drivers) {
      if (!row.alive || !removed.contains(driver)) continue;
      lost += (lost.empty() ? "" : ", ") + driver + " on " + row.hostname;
    }
  }
  add(results, "preflight.hardware-types-kept", lost.empty(),
      lost.empty() ? "the new release has every enabled hardware type"
                   : to_string(plan.to) + " no longer has " + lost);
}

void judge_clocks(const Plan& plan, const FleetFacts& facts, Results& results) {
  std::string off;
  for (const auto& [name, host] : facts) {
    const std::string ahead = detail(host, "clock.ahead_ms");
    if (ahead.empty()) continue;
    const base::Duration skew{std::stoll(ahead)};
    if (std::chrono::abs(skew) <= plan.policy.max_clock_skew) continue;
    off += (off.empty() ? "" : ", ") + name.text + " is " +
           base::format_duration(std::chrono::abs(skew)) +
           (skew.count() > 0 ? " ahead" : " behind");
  }
  add(results, "preflight.clock-skew", off.empty(), off.empty() ? "the clocks agree" : off);
}

/// Seconds by host with a service of the role; hosts that did not tell are left out.
std::map<std::string, int> ring_resets(const Plan& plan, const FleetFacts& facts,
                                       const std::string& role) {
  std::map<std::string, int> resets;
  for (const Host& host : plan.fleet.hosts) {
    const auto found = facts.find(host.name);
    if (found == facts.end() || !has_role(host, role)) continue;
    const std::string text = detail(found->second, "config.ring_reset_s");
    int seconds = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), seconds).ec == std::errc{})
      resets[host.name.text] = seconds;
  }
  return resets;
}

/// A conductor that leaves answers for its own interval, rounded down; an API sends to it for its.
void judge_ring_wait(const Plan& plan, const FleetFacts& facts, Results& results) {
  int wanted = 0;
  for (const auto& [host, seconds] : ring_resets(plan, facts, "api"))
    wanted = std::max(wanted, seconds + kRingMarginSeconds);
  const std::map<std::string, int> conductors = ring_resets(plan, facts, "conductor");
  if (wanted == 0 || conductors.empty()) return;
  std::string early;
  for (const auto& [host, seconds] : conductors) {
    if (seconds >= wanted) continue;
    early += (early.empty() ? "" : ", ") + host + " " + std::to_string(seconds) + "s";
  }
  const std::string least = std::to_string(wanted) + "s";
  add(results, "preflight.ring-wait", early.empty(),
      early.empty() ? "a stopping conductor answers for " + least + " or more"
                    : "hash_ring_reset_interval is too short for the first stop of a conductor (" +
                          early + ", better " + least +
                          "): in its last moment APIs still send to it, and node changes fail",
      Verdict::Warning);
}

void judge_backup(const Plan& plan, Results& results) {
  const std::string& backup = plan.policy.backup_reference;
  add(results, "preflight.backup-attested", !backup.empty(),
      backup.empty() ? "no database backup is named; after the point of no return a backup is the "
                       "only way back"
                     : "backup: " + backup,
      Verdict::Warning);
}

/// Services that are not what the gate wants, as "cond1 (ironic-conductor) runs 35.0".
template <typename Wanted>
std::string services_unlike(const Plan& plan, const FleetFacts& facts, const Wanted& wanted) {
  std::string list;
  for (const Host& host : plan.fleet.hosts) {
    const auto found = facts.find(host.name);
    for (const Service& service : host.services) {
      const ServiceFacts* seen = nullptr;
      if (found != facts.end()) {
        for (const ServiceFacts& one : found->second.services) {
          if (one.service == service.name) seen = &one;
        }
      }
      const std::string problem = seen == nullptr ? "was not read" : wanted(*seen);
      if (problem.empty()) continue;
      list += (list.empty() ? "" : ", ") + name_service(host, service) + " " + problem;
    }
  }
  return list;
}

}  // namespace

Results judge_preflight(const Profile& profile, const Plan& plan, const FleetFacts& facts) {
  Results results;
  judge_releases(plan, facts, results);
  judge_plan_fits(plan, facts, results);
  judge_strangers(plan, facts, "preflight.no-unknown-conductor", results);
  judge_hostnames(facts, results);
  judge_redundancy(plan, facts, results);
  judge_apis(profile, plan, facts, results);
  judge_hardware_types(profile, plan, facts, results);
  judge_clocks(plan, facts, results);
  judge_ring_wait(plan, facts, results);
  judge_backup(plan, results);
  return results;
}

Results judge_gate(const Plan& plan, const FleetFacts& facts) {
  Results results;
  const std::string old_ones = services_unlike(plan, facts, [&](const ServiceFacts& seen) {
    if (!seen.running) return std::string("is not running");
    if (parse_release_number(seen.release) == plan.to) return std::string{};
    return "runs " + (seen.release.empty() ? std::string("an unknown release") : seen.release);
  });
  add(results, "gate.all-new", old_ones.empty(),
      old_ones.empty() ? "every service runs " + to_string(plan.to) : old_ones);
  const std::string unpinned = services_unlike(plan, facts, [&](const ServiceFacts& seen) {
    if (parse_release_number(seen.pin) != plan.from) {
      return seen.pin.empty() ? std::string("is not pinned") : "is pinned to " + seen.pin;
    }
    return std::string(seen.config_newer_than_process ? "was started before its pin" : "");
  });
  add(results, "gate.all-pinned", unpinned.empty(),
      unpinned.empty() ? "every service is pinned to " + to_string(plan.from) : unpinned);
  judge_strangers(plan, facts, "gate.no-unknown-conductor", results);
  return results;
}

}  // namespace rollmill::core
