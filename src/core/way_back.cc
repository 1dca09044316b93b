#include <algorithm>

#include "core/fleet_reading.h"
#include "core/plan_builder.h"
#include "core/registry.h"
#include "rollmill/core/checks.h"

/// The way back, planned from what each host is.
namespace rollmill::core {
namespace {

/// What one service needs to be of A again.
enum class Need {
  Nothing,  ///< It is of A and serves.
  Proof,    ///< It is of A, but was under way: nobody has seen yet that it works.
  Turn,     ///< It is of B, or has been.
  First,    ///< The same, and it is down, out of the balancer or was under way.
};

/// A conductor that runs, but the registry has it not alive: an upgrade that was aborted may have
/// left it so, and none but this reading knows.
bool is_silent(const Profile& profile, const Service& service, const HostFacts& facts,
               const std::vector<RegistryRow>& registry) {
  const RoleInfo* role = find_role(profile, service.role);
  const std::string hostname = detail(facts, "conductor.hostname");
  if (role == nullptr || role->serves_api || hostname.empty() || registry.empty()) return false;
  return std::none_of(registry.begin(), registry.end(), [&](const RegistryRow& row) {
    return row.alive && row.hostname == hostname;
  });
}

struct ServiceBack {
  Need need = Need::Nothing;
  Absence absence = Absence::Passing;
  bool untouched = true;  ///< Its process is older than all that we wrote.
};

struct HostBack {
  bool drop_in = false;    ///< There is something of ours in its files.
  bool reinstall = false;  ///< A is not installed there, or not whole.
};

bool goes_down(const ServiceBack& service) {
  return service.need == Need::First || service.need == Need::Turn;
}

struct BackReading {
  std::vector<ServiceBack> services;  ///< By service index.
  std::vector<HostBack> hosts;        ///< By host index.
  std::vector<std::string> problems;
  std::vector<std::string> notes;
  bool anything = false;  ///< Something was changed on some host.
};

class BackReader {
 public:
  BackReader(const Profile& profile, const Plan& plan, const LegRequest& request)
      : profile_(profile),
        plan_(plan),
        request_(request),
        registry_(read_registry(request.facts)) {}

  BackReading read() {
    for (std::size_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
      const Host& host = plan_.fleet.hosts[i];
      is_set(request_.left_out, i) ? skip_host(host) : read_host(host);
    }
    prove_silent();
    return std::move(reading_);
  }

 private:
  void skip_host(const Host& host) {
    note(host.name.text + " is in quarantine and left as it is");
    if (const auto facts = request_.facts.find(host.name); facts != request_.facts.end()) {
      for (const Service& service : host.services) {
        const ServiceFacts* seen = find_running(facts->second, service.name);
        if (seen == nullptr || seen->config_newer_than_process) continue;
        refuse_unpinned(name_service(host, service), *seen, facts->second);
      }
    }
    reading_.hosts.push_back({});
    reading_.services.resize(reading_.services.size() + host.services.size());
  }

  void read_host(const Host& host) {
    const auto found = request_.facts.find(host.name);
    const bool read = found != request_.facts.end();
    const HostFacts facts = read ? found->second : HostFacts{};
    const std::string drop_in = detail(facts, "config.drop_in");
    if (!read || facts.installed_release.empty()) {
      problem(host.name.text +
              ": what is installed there cannot be read; start rollmill-agent "
              "there, or repair what it says");
    } else if (drop_in == "edited") {
      problem(host.name.text +
              ": our drop-in was edited by somebody and is not touched; undo the edit" +
              warn_of_removing(facts));
    }
    const bool clean = detail(facts, "release.clean") != "no";
    const HostBack back{drop_in == "ours",
                        !clean || parse_release_number(facts.installed_release) != plan_.from};
    reading_.hosts.push_back(back);
    reading_.anything = reading_.anything || back.drop_in || back.reinstall;
    for (const Service& service : host.services) read_service(host, service, facts);
  }

  std::string warn_of_removing(const HostFacts& facts) const {
    if (parse_release_number(facts.installed_release) != plan_.to) return "";
    return ". Do not remove the file: a service of " + to_string(plan_.to) +
           " that starts without its pin saves rows that " + to_string(plan_.from) + " cannot read";
  }

  void read_service(const Host& host, const Service& service, const HostFacts& facts) {
    const ServiceFacts* seen = find_running(facts, service.name);
    const std::string name = name_service(host, service);
    if (seen == nullptr) note(name + " does not run; it comes first of its role");
    if (seen != nullptr) refuse_unpinned(name, *seen, facts);
    const bool away = is_away(profile_, service, facts, is_charged());
    const bool silent = !away && is_silent(profile_, service, facts, registry_);
    const bool old = !away && is_old(*seen);
    const Need need = old && is_charged()              ? Need::Proof
                      : old                            ? Need::Nothing
                      : away || silent || is_charged() ? Need::First
                                                       : Need::Turn;
    if (silent && need == Need::Nothing) silent_.push_back(reading_.services.size());
    reading_.anything = reading_.anything || need != Need::Nothing;
    // Its pin leaves the file just before a turn starts it.
    const bool untouched = old && (!is_charged() || !seen->pin.empty());
    reading_.services.push_back({need, absence_of(profile_, service, facts), untouched});
  }

  /// Before another conductor goes down, those that nobody hears are proven to be up. Where none
  /// goes down they are not ours to bring back.
  void prove_silent() {
    const auto& services = reading_.services;
    if (std::none_of(services.begin(), services.end(), goes_down)) return;
    for (const std::size_t index : silent_) reading_.services[index].need = Need::Proof;
  }

  bool is_old(const ServiceFacts& seen) const {
    return !reading_.hosts.back().reinstall && parse_release_number(seen.release) == plan_.from;
  }

  /// The service that is read now.
  bool is_charged() const { return is_set(request_.charged, reading_.services.size()); }

  /// B without a pin may have saved rows that A cannot read.
  void refuse_unpinned(const std::string& name, const ServiceFacts& seen, const HostFacts& facts) {
    const bool is_new = parse_release_number(seen.release) == plan_.to;
    const bool may_be_new = is_new || parse_release_number(facts.installed_release) == plan_.to;
    if (is_new && seen.config_newer_than_process) {
      return problem(name + tell_unclear_pin(seen, detail(facts, "config.drop_in")));
    }
    if (!may_be_new || !seen.pin.empty()) return;
    problem(name + " runs " + to_string(plan_.to) + " unpinned: rows that " +
            to_string(plan_.from) + " cannot read may have been saved; go on to " +
            to_string(plan_.to) + ", or put the database backup back by hand");
  }

  void problem(std::string text) { reading_.problems.push_back(std::move(text)); }
  void note(std::string text) { reading_.notes.push_back(std::move(text)); }

  const Profile& profile_;
  const Plan& plan_;
  const LegRequest& request_;
  const std::vector<RegistryRow> registry_;
  std::vector<std::size_t> silent_;  ///< Of A and not heard, by service index.
  BackReading reading_;
};

/// Writes the phases of the way back: APIs first, then conductors, since old APIs work with new
/// conductors (IRONIC.md, phase 5) and not the other way round.
class BackPlanner {
 public:
  BackPlanner(const Profile& profile, Plan& plan, const BackReading& reading,
              const LegRequest& request)
      : profile_(profile), plan_(plan), reading_(reading), request_(request), build_(plan) {
    build_.leave_out(request.left_out);
  }

  void write() {
    stage();
    for (auto role = profile_.roles.rbegin(); role != profile_.roles.rend(); ++role) {
      take_back(*role);
    }
    clean();
    verify();
  }

 private:
  /// B is left and A is brought.
  TaskArgs bringing_back() const {
    TaskArgs args = build_.common();
    std::swap(args.from, args.to);
    args.new_release = true;
    return args;
  }

  /// One that was never touched is older than what we wrote and took away again.
  TaskArgs proving(base::ServiceIndex service) const {
    return reading_.services[service.value].untouched ? build_.common() : bringing_back();
  }

  Need need(base::ServiceIndex service) const { return reading_.services[service.value].need; }

  void stage() {
    const auto wants = [](const HostBack& host) { return host.reinstall; };
    if (std::none_of(reading_.hosts.begin(), reading_.hosts.end(), wants)) return;
    build_.begin_phase(PhaseKind::Stage, "none needed: what was fetched stays and does no harm");
    build_.begin_wave("hosts that are to be of " + to_string(plan_.from) + " again");
    for (std::uint32_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
      if (reading_.hosts[i].reinstall) build_.add_host_turn({i}, {bringing_back()}, {Verb::Stage});
    }
  }

  void take_back(const RoleInfo& role) {
    std::vector<base::ServiceIndex> first;
    std::vector<base::ServiceIndex> others;
    for (const base::ServiceIndex service : build_.services_of(role.role)) {
      if (need(service) == Need::First || need(service) == Need::Proof) first.push_back(service);
      if (need(service) == Need::Turn) others.push_back(service);
    }
    if (first.empty() && others.empty()) return;
    const PhaseKind kind = role.serves_api ? PhaseKind::Api : PhaseKind::Conductors;
    build_.begin_phase(kind, "go forward again, host by host");
    const auto add = [&](base::ServiceIndex service) { add_turn(service, role); };
    const auto absence = [&](base::ServiceIndex each) {
      return reading_.services[each.value].absence;
    };
    build_.add_first_wave(first, absence, add);
    build_.add_waves(others, add);
  }

  void add_turn(base::ServiceIndex service, const RoleInfo& role) {
    if (need(service) == Need::Proof) {
      return build_.add_service_turn(service, false, proof_of(role), proving(service));
    }
    std::vector<Verb> verbs = {Verb::Drain, Verb::Stop,  Verb::Install,
                               Verb::Unpin, Verb::Start, Verb::Probe};
    if (role.serves_api) verbs.push_back(Verb::Enlist);
    build_.add_service_turn(service, true, verbs, bringing_back());
  }

  /// Drop-ins go; the schema host gets A's tools back.
  void clean() {
    const bool any_drop_in = std::any_of(reading_.hosts.begin(), reading_.hosts.end(),
                                         [](const HostBack& host) { return host.drop_in; });
    const bool schema_host = schema_host_needs_install();
    if (!any_drop_in && !schema_host) return;
    build_.begin_phase(PhaseKind::Pin, "go forward again");
    build_.begin_wave("all that we changed");
    for (std::uint32_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
      const Host& host = plan_.fleet.hosts[i];
      if (host.services.empty() && reading_.hosts[i].reinstall) {
        build_.add_host_turn({i}, {bringing_back()}, {Verb::Install});
      } else if (!host.services.empty() && reading_.hosts[i].drop_in) {
        build_.add_host_turn({i}, {bringing_back(), bringing_back()}, {Verb::Unpin, Verb::Restore});
      }
    }
  }

  bool schema_host_needs_install() const {
    for (std::size_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
      if (plan_.fleet.hosts[i].services.empty() && reading_.hosts[i].reinstall) return true;
    }
    return false;
  }

  /// A removal of our settings that was cut off leaves what no reading shows: all are removed here.
  void verify() {
    build_.begin_phase(PhaseKind::Verify, "nothing is changed but our own temporary settings");
    build_.begin_wave("all hosts");
    std::uint32_t service = 0;
    for (std::uint32_t i = 0; i < plan_.fleet.hosts.size(); ++i) {
      std::vector<TaskArgs> args = {bringing_back()};
      std::vector<Verb> verbs = {Verb::Restore};
      for (const Service& each : plan_.fleet.hosts[i].services) {
        args.push_back(proving({service++}));
        args.back().service = each.name;
        args.back().role = each.role;
        verbs.push_back(Verb::Attest);
      }
      if (verbs.size() > 1) build_.add_host_turn({i}, args, verbs);
    }
    // Survey compares with what preflight has recorded.
    if (reading_.anything && request_.preflight_passed) {
      build_.add_schema_turn({Verb::Survey}, build_.common());
    }
  }

  const Profile& profile_;
  Plan& plan_;
  const BackReading& reading_;
  const LegRequest& request_;
  PlanBuilder build_;
};

/// Every service as it is at the gate: of B, pinned, with our drop-in.
FleetFacts at_the_gate(const Plan& plan) {
  FleetFacts facts;
  for (const Host& host : plan.fleet.hosts) {
    HostFacts& own = facts[host.name];
    own.installed_release = to_string(plan.to);
    own.details["config.drop_in"] = host.services.empty() ? "none" : "ours";
    for (const Service& service : host.services) {
      ServiceFacts seen;
      seen.service = service.name;
      seen.running = true;
      seen.release = own.installed_release;
      seen.pin = to_string(plan.from);
      own.services.push_back(std::move(seen));
    }
  }
  return facts;
}

}  // namespace

std::vector<std::string> append_back(const Profile& profile, Plan& plan,
                                     const LegRequest& request) {
  const BackReading reading = BackReader(profile, plan, request).read();
  if (!reading.problems.empty()) return reading.problems;
  plan.notes = reading.notes;
  BackPlanner(profile, plan, reading, request).write();
  return {};
}

std::vector<bool> going_down_on_way_back(const Profile& profile, const LegRequest& request) {
  std::vector<bool> down;
  for (const ServiceBack& each : BackReader(profile, request.plan, request).read().services)
    down.push_back(goes_down(each));
  return down;
}

Plan append_reading(const Plan& plan, Direction direction) {
  Plan grown = plan;
  PlanBuilder build(grown);
  build.begin_leg(direction);
  build.begin_phase(PhaseKind::Preflight, "nothing is changed");
  build.add_everywhere("what each host is", {Verb::Inspect}, build.common());
  grown.phases.back().finds_way = true;
  name_plan(grown);
  return grown;
}

GrownPlan append_leg(const Profile& profile, const LegRequest& request) {
  GrownPlan grown{request.plan, {}};
  const bool back = grown.plan.phases.back().direction == Direction::Back;
  grown.problems = back ? append_back(profile, grown.plan, request)
                        : append_forward(profile, grown.plan, request);
  if (grown.problems.empty()) name_plan(grown.plan);
  return grown;
}

base::Result<Plan> preview_way_back(const Profile& profile, const PlanRequest& request,
                                    const ReleaseNumber& from, bool from_gate) {
  Plan plan;
  plan.fleet = request.fleet;
  plan.policy = request.policy;
  plan.from = from;
  plan.to = request.to;
  const LegRequest leg{plan, from_gate ? at_the_gate(plan) : request.facts, {}, true, {}};
  const std::vector<std::string> problems = append_back(profile, plan, leg);
  if (!problems.empty()) return no_plan(problems);
  for (Phase& phase : plan.phases) phase.direction = Direction::Back;
  name_plan(plan);
  return plan;
}

}  // namespace rollmill::core
