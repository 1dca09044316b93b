#include "sim/world/scenario.h"

#include <algorithm>
#include <map>
#include <utility>

namespace rollmill::sim {
namespace {

struct Shape {
  std::uint32_t groups = 2;
  std::uint32_t conductors = 4;  ///< Of each group.
  std::uint32_t apis = 3;
  std::uint32_t both = 0;  ///< Hosts with a conductor of the first group and an API.
};

void add_host(core::Fleet& fleet, const std::string& name, std::vector<core::Service> services) {
  core::Host host;
  host.name.text = name;
  host.services = std::move(services);
  fleet.hosts.push_back(std::move(host));
}

core::Fleet make_fleet(const Shape& shape) {
  core::Fleet fleet;
  fleet.id.text = "sim";
  add_host(fleet, "admin", {});
  fleet.hosts.back().schema = true;
  for (std::uint32_t group = 0; group < shape.groups; ++group) {
    const std::string domain = group == 0 ? "" : "rack" + std::to_string(group);
    for (std::uint32_t i = 1; i <= shape.conductors; ++i) {
      const std::string name = "cond" + std::string(1, static_cast<char>('a' + group));
      add_host(fleet, name + std::to_string(i), {{"ironic-conductor", "conductor", domain}});
    }
  }
  for (std::uint32_t i = 1; i <= shape.apis; ++i) {
    add_host(fleet, "api" + std::to_string(i), {{"ironic-api", "api", ""}});
  }
  for (std::uint32_t i = 1; i <= shape.both; ++i) {
    add_host(fleet, "both" + std::to_string(i),
             {{"ironic-conductor", "conductor", ""}, {"ironic-api", "api", ""}});
  }
  return fleet;
}

Shape draw_shape(Random random) {
  Shape shape;
  if (random.chance(300)) return shape;  // The fleet of twelve.
  shape.groups = static_cast<std::uint32_t>(random.between(1, 2));
  shape.conductors = static_cast<std::uint32_t>(random.between(2, 3));
  shape.apis = static_cast<std::uint32_t>(random.between(2, 3));
  return shape;
}

core::Policy draw_policy(Random random) {
  core::Policy policy;
  policy.backup_reference = "nightly";
  policy.budgets["conductor"].max_unavailable = random.chance(300) ? 2 : 1;
  policy.canary = static_cast<std::uint32_t>(random.below(2));
  policy.max_wave = static_cast<std::uint32_t>(random.below(3));
  policy.soak = std::chrono::seconds{random.between(0, 20)};
  policy.max_attempts = static_cast<std::uint32_t>(random.between(1, 3));
  policy.failures_tolerated = random.chance(300) ? 1 : 0;
  policy.failures_tolerated_domain = policy.failures_tolerated;
  if (random.chance(150)) policy.on_failure = core::OnFailure::Rollback;
  policy.migrate_pause = base::Duration{100};
  return policy;
}

AgentPace draw_pace(Random random) {
  AgentPace pace;
  pace.poll = std::chrono::seconds{random.between(1, 5)};
  pace.facts_every = std::chrono::seconds{random.between(60, 900)};
  pace.resend_every = std::chrono::seconds{random.between(5, 30)};
  return pace;
}

Habits draw_habits(Random random) {
  Habits habits;
  habits.approve_ahead = random.chance(300);
  habits.looks_every = std::chrono::seconds{random.between(10, 120)};
  habits.starts = static_cast<std::uint32_t>(random.between(1, 3));
  habits.approves_late = !habits.approve_ahead && random.chance(60);
  habits.leaves_out = random.chance(400);
  habits.skips = random.chance(200);
  habits.trusts = random.chance(500);
  return habits;
}

}  // namespace

Scenario draw_scenario(std::uint64_t seed, const Draw& draw) {
  const Random random{seed};
  Scenario scenario;
  scenario.seed = seed;
  scenario.layout.fleet = make_fleet(draw.same_fleet ? Shape{} : draw_shape(random.fork("shape")));
  scenario.policy = draw_policy(random.fork("policy"));
  scenario.layout.budgets = scenario.policy.budgets;
  scenario.pace = draw_pace(random.fork("pace"));
  scenario.habits = draw_habits(random.fork("habits"));
  // Nobody has to wait for a week.
  if (scenario.habits.approves_late) scenario.policy.deadlines.approval = std::chrono::hours{2};
  scenario.real_codec = random.fork("codec").below(draw.codec_every + 1) == 0;
  scenario.look_closely = random.fork("look").chance(100) ? 1 : 32;
  const auto hosts = static_cast<std::uint32_t>(scenario.layout.fleet.hosts.size());
  scenario.faults =
      draw_faults(random.fork("faults"), {draw.kinds, hosts, 60 * hosts + 60, 10 * hosts});
  return scenario;
}

std::string describe(const Layout& layout) {
  std::map<std::string, std::uint32_t> counts;
  for (const core::Host& host : layout.fleet.hosts) {
    for (const core::Service& service : host.services) {
      ++counts[service.role + (service.domain.empty() ? "" : "@" + service.domain)];
    }
  }
  std::string text = std::to_string(layout.fleet.hosts.size()) + " hosts:";
  for (const auto& [name, count] : counts) text += " " + name + " x" + std::to_string(count);
  return text;
}

}  // namespace rollmill::sim
