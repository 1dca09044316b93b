#include <algorithm>

#include "core/fleet_reading.h"
#include "core/plan_builder.h"
#include "rollmill/core/checks.h"
#include "rollmill/core/plan.h"

namespace rollmill::core {
namespace {

/// Writes the phases of one plan in order, from what the fleet was read to be.
class Planner {
 public:
  Planner(const Profile& profile, Plan& plan, const FleetReading& reading,
          std::vector<bool> charged = {})
      : profile_(profile),
        plan_(plan),
        reading_(reading),
        charged_(std::move(charged)),
        build_(plan) {}

  /// All of it, or what comes after a preflight that was passed in an earlier leg.
  void write(bool with_preflight) {
    const bool past_return = reading_.any_unpinned;
    if (!past_return) {
      if (with_preflight) preflight();
      stage();
      expand();
      pin();
      for (const RoleInfo& role : profile_.roles) upgrade_role(role);
      gate();
    }
    unpin();
    contract();
    verify();
  }

 private:
  TaskArgs args() const { return build_.common(); }

  TaskArgs proving(bool new_release, bool pinned) const {
    TaskArgs result = args();
    result.new_release = new_release;
    result.pinned = pinned;
    return result;
  }

  void preflight() {
    build_.begin_phase(PhaseKind::Preflight, "nothing is changed");
    put_back_apis();
    build_.add_everywhere("all hosts", {Verb::Inspect}, args());
    TaskArgs survey = args();
    survey.baseline = true;
    build_.add_schema_turn({Verb::Survey}, survey);
  }

  /// Those that an earlier leg took out of the balancer before a preflight had passed: this one
  /// would find them missing. They come back as what they are.
  void put_back_apis() {
    const auto add = [&](base::ServiceIndex service) {
      const bool is_new = read(service).would_be_new;
      const bool pinned = read(service).would_be_pinned;
      const bool untouched = !is_new && read(service).runs;
      if (untouched) {
        build_.add_service_turn(service, false, {Verb::Probe, Verb::Enlist}, proving(false, false));
      } else if (!is_new || pinned) {
        build_.add_service_turn(service, false, {Verb::Start, Verb::Probe, Verb::Enlist},
                                proving(is_new, pinned));
      }  // Else preflight says what is wrong with it.
    };
    for (const RoleInfo& role : profile_.roles) {
      std::vector<base::ServiceIndex> out;
      for (const base::ServiceIndex service : build_.services_of(role.role)) {
        if (role.serves_api && is_charged(service)) out.push_back(service);
      }
      build_.add_first_wave(out, absence(), add);
    }
  }

  void stage() {
    build_.begin_phase(PhaseKind::Stage, "none needed: what was fetched stays and does no harm");
    build_.add_everywhere("all hosts", {Verb::Stage}, args());
  }

  void expand() {
    build_.begin_phase(PhaseKind::Expand, "none needed: both releases work on the new schema");
    const std::string heavy = heavy_expand();
    if (!heavy.empty()) build_.set_gate({"expand", heavy});
    build_.add_schema_turn({Verb::Install, Verb::Expand}, args());
    build_.begin_wave("running services still answer");
    for (const RoleInfo& role : profile_.roles) {
      // One that an earlier leg holds down cannot answer; one that does not run may be started
      // as either release.
      const auto& services = build_.services_of(role.role);
      const auto up = std::find_if(services.begin(), services.end(), [&](base::ServiceIndex each) {
        return !is_charged(each) && read(each).runs;
      });
      if (up == services.end()) continue;
      const bool is_new = standing(*up) != Standing::Old;
      build_.add_service_turn(*up, false, {Verb::Probe}, proving(is_new, is_new));
    }
  }

  std::string heavy_expand() const {
    for (const ReleaseInfo& info : profile_.releases) {
      const bool on_the_way = plan_.from < info.number && info.number <= plan_.to;
      if (on_the_way && !info.heavy_expand.empty()) return info.heavy_expand;
    }
    return {};
  }

  void pin() {
    build_.begin_phase(PhaseKind::Pin, "remove our drop-in on each host");
    TaskArgs pin_args = args();
    pin_args.window_drain = plan_.policy.window_drain;
    pin_args.window_heartbeat = plan_.policy.window_heartbeat;
    build_.add_everywhere("all hosts", {Verb::Pin}, pin_args, true);
  }

  void upgrade_role(const RoleInfo& role) {
    const PhaseKind kind = role.serves_api ? PhaseKind::Api : PhaseKind::Conductors;
    build_.begin_phase(kind, "put the old release back, host by host");
    std::vector<Verb> verbs = {Verb::Drain, Verb::Stop, Verb::Install, Verb::Start, Verb::Probe};
    if (role.serves_api) verbs.push_back(Verb::Enlist);
    const auto add = [&](base::ServiceIndex service) {
      const bool work = standing(service) == Standing::Old;
      build_.add_service_turn(service, work, work ? verbs : proof_of(role), proving(true, true));
    };
    std::vector<base::ServiceIndex> first;
    std::vector<base::ServiceIndex> others;
    for (const base::ServiceIndex service : build_.services_of(role.role)) {
      (is_charged(service) || read(service).away ? first : others).push_back(service);
    }
    build_.add_first_wave(first, absence(), add);
    build_.add_waves(others, add);
  }

  void gate() {
    build_.begin_phase(PhaseKind::Gate, "put the old release back, host by host");
    attest("all hosts");
  }

  void attest(const char* label) {
    build_.add_everywhere(label, {Verb::Attest}, proving(true, true), true);
    build_.add_schema_turn({Verb::Survey}, args());
  }

  void unpin() {
    build_.begin_phase(PhaseKind::Unpin, "none: forward only, or the database backup", false);
    build_.set_gate(
        {"unpin", "the first row that an unpinned service saves cannot be read by release " +
                      to_string(plan_.from) + "; after it there is no way back"});
    reading_.any_unpinned ? prove_running() : attest("still as at the gate");
    for (const RoleInfo& role : profile_.roles) {
      std::vector<Verb> verbs = {Verb::Drain, Verb::Stop, Verb::Unpin, Verb::Start, Verb::Probe};
      if (role.serves_api) verbs.push_back(Verb::Enlist);
      const TaskArgs unpin_args = proving(true, false);
      const auto add = [&](base::ServiceIndex service) {
        const bool work = standing(service) != Standing::NewUnpinned;
        build_.add_service_turn(service, work, work ? verbs : proof_of(role), unpin_args);
      };
      std::vector<base::ServiceIndex> others = build_.services_of(role.role);
      // No preflight asks for these first: the others wait until they are proven to be up.
      build_.add_first_wave(take_unproven(others), absence(), add);
      build_.begin_wave(role.role + " services", plan_.policy.soak);
      std::for_each(others.begin(), others.end(), add);
    }
  }

  /// No preflight goes before: what was read to run may have been stopped since, by a task of the
  /// upgrade before that was still under way. These steps come to the agent behind that task.
  void prove_running() {
    build_.begin_wave("running services still answer");
    for (const RoleInfo& role : profile_.roles) {
      std::vector<Verb> verbs = {Verb::Start, Verb::Probe};
      if (role.serves_api) verbs.push_back(Verb::Enlist);
      std::vector<base::ServiceIndex> running = build_.services_of(role.role);
      take_unproven(running);
      for (const base::ServiceIndex service : running) {
        build_.add_service_turn(service, false, verbs, proving(true, true));
      }
    }
  }

  /// Behind the point of no return: takes out of the list the services that do not run, and those
  /// that run unpinned already: they may have been started a moment ago and not serve yet.
  std::vector<base::ServiceIndex> take_unproven(std::vector<base::ServiceIndex>& services) const {
    if (!reading_.any_unpinned) return {};
    const auto proven = [&](base::ServiceIndex each) {
      return read(each).runs && standing(each) != Standing::NewUnpinned;
    };
    const auto first = std::stable_partition(services.begin(), services.end(), proven);
    std::vector<base::ServiceIndex> unproven(first, services.end());
    services.erase(first, services.end());
    return unproven;
  }

  void contract() {
    build_.begin_phase(PhaseKind::Contract, "none: only the database backup", false);
    TaskArgs migrate = args();
    migrate.migrate_batch = plan_.policy.migrate_batch;
    migrate.migrate_pause = plan_.policy.migrate_pause;
    migrate.new_release = true;
    build_.add_schema_turn({Verb::Migrate}, migrate);
  }

  void verify() {
    build_.begin_phase(PhaseKind::Verify, "nothing is changed but our own temporary settings",
                       false);
    build_.add_everywhere("all hosts", {Verb::Restore, Verb::Attest}, proving(true, false), true);
    TaskArgs survey = args();
    survey.unpinned_rows = true;
    build_.add_schema_turn({Verb::Survey}, survey);
  }

  std::function<Absence(base::ServiceIndex)> absence() const {
    return [this](base::ServiceIndex each) { return read(each).absence; };
  }
  bool is_charged(base::ServiceIndex service) const { return is_set(charged_, service.value); }
  const ServiceReading& read(base::ServiceIndex service) const {
    return reading_.services[service.value];
  }
  Standing standing(base::ServiceIndex service) const { return read(service).standing; }

  const Profile& profile_;
  Plan& plan_;
  const FleetReading& reading_;
  const std::vector<bool> charged_;  ///< By service index; empty in a first leg.
  PlanBuilder build_;
};

void check_policy(const PlanRequest& request, std::vector<std::string>& problems) {
  const Policy& policy = request.policy;
  for (const auto& [role, budget] : policy.budgets) {
    if (budget.max_unavailable == 0) {
      problems.push_back("policy: budget of " + role + ": max_unavailable must be at least 1");
    }
  }
  if (policy.max_attempts == 0 || policy.max_attempts > 10) {
    problems.push_back("policy: max_attempts must be 1 to 10");
  }
  for (const auto& [id, reason] : policy.waived_checks) {
    const CheckInfo* check = find_check(id);
    if (check == nullptr) {
      problems.push_back("policy: waived check \"" + id + "\" is not in the catalogue");
    } else if (!check->waivable) {
      problems.push_back("policy: check \"" + id + "\" guards a promise and cannot be waived");
    } else if (reason.empty()) {
      problems.push_back("policy: waived check \"" + id + "\" needs a reason");
    }
  }
}

/// With one service fewer, does each role keep what the budget wants, in each domain?
void check_redundancy(const PlanRequest& request, std::vector<std::string>& problems) {
  std::map<std::pair<std::string, std::string>, std::uint32_t> totals;
  for (const Host& host : request.fleet.hosts) {
    for (const Service& service : host.services) ++totals[{service.role, service.domain}];
  }
  for (const auto& [key, total] : totals) {
    const auto budget = request.policy.budgets.find(key.first);
    const Budget wanted = budget == request.policy.budgets.end() ? Budget{} : budget->second;
    if (total >= wanted.min_available + 1) continue;
    problems.push_back("no redundancy: role " + key.first +
                       (key.second.empty() ? "" : " in " + key.second) + " has " +
                       std::to_string(total) + " service(s), and " +
                       std::to_string(wanted.min_available) +
                       " must stay up; add one, or accept the outage with "
                       "policy budgets." +
                       key.first + ".min_available = 0");
  }
}

void check_schema_host(const Fleet& fleet, std::vector<std::string>& problems) {
  const auto count = std::count_if(fleet.hosts.begin(), fleet.hosts.end(),
                                   [](const Host& host) { return host.schema; });
  if (count == 1) return;
  problems.push_back("the fleet has " + std::to_string(count) +
                     " schema hosts; exactly one host must have \"schema\": true");
}

}  // namespace

base::Result<Plan> make_plan(const Profile& profile, const PlanRequest& request) {
  FleetReading reading = read_fleet(request);
  check_policy(request, reading.problems);
  check_redundancy(request, reading.problems);
  check_schema_host(request.fleet, reading.problems);
  if (reading.problems.empty() && request.to < reading.from) {
    reading.problems.push_back("there is no way back from " + to_string(reading.from) + " to " +
                               to_string(request.to) + "; name a newer release");
  } else if (reading.problems.empty() && !request.policy.allow_unsupported_hop) {
    const base::Status hop = check_hop(profile, reading.from, request.to);
    if (!hop) {
      const bool nameless = hop.error().code == base::ErrorCode::NotFound;
      reading.problems.push_back(hop.error().message +
                                 (nameless ? "" : "; policy allow_unsupported_hop overrides this"));
    }
  }
  if (!reading.problems.empty()) return no_plan(reading.problems);
  Plan plan;
  plan.fleet = request.fleet;
  plan.policy = request.policy;
  plan.from = reading.from;
  plan.to = request.to;
  plan.notes = reading.notes;
  Planner(profile, plan, reading).write(true);
  name_plan(plan);
  return plan;
}

std::vector<std::string> append_forward(const Profile& profile, Plan& plan,
                                        const LegRequest& request) {
  FleetReading reading = read_fleet({plan.fleet, plan.policy, plan.to, request.facts});
  if (reading.problems.empty() && reading.from != plan.from) {
    reading.problems.push_back("the old release is " + to_string(reading.from) +
                               " now, but the upgrade began from " + to_string(plan.from));
  }
  if (!reading.problems.empty()) return reading.problems;
  plan.notes = reading.notes;
  Planner(profile, plan, reading, request.charged).write(!request.preflight_passed);
  return {};
}

}  // namespace rollmill::core
