#include "support/builders.h"

#include <charconv>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "support/fleet_twin.h"

namespace rollmill::test {
namespace {

using core::Host;
using core::Service;

struct Item {
  std::string kind;
  std::uint32_t count = 1;
  std::string domain;
  bool schema = false;
};

constexpr std::uint32_t kMostOfAKind = 5000;

[[noreturn]] void not_a_fleet(const std::string& words) {
  throw std::invalid_argument("this names no hosts: \"" + words + "\"");
}

std::uint32_t read_count(const std::string& word, const std::string& words) {
  std::uint32_t count = 0;
  const char* const end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data() + 1, end, count);
  if (word.front() != 'x' || parsed.ec != std::errc() || parsed.ptr != end) not_a_fleet(words);
  if (count > kMostOfAKind) not_a_fleet(words);
  return count;
}

Item read_item(const std::string& words) {
  std::istringstream in(words);
  Item item;
  in >> item.kind;
  const std::set<std::string> kinds = {"cond", "api", "both", "admin"};
  if (!kinds.contains(item.kind)) not_a_fleet(words);
  for (std::string word; in >> word;) {
    if (word == "schema") {
      item.schema = true;
    } else if (word.front() == '@') {
      item.domain = word.substr(1);
    } else {
      item.count = read_count(word, words);
    }
  }
  return item;
}

std::vector<Item> read_items(const std::string& words) {
  std::vector<Item> items;
  std::istringstream in(words);
  for (std::string part; std::getline(in, part, ',');) items.push_back(read_item(part));
  return items;
}

std::vector<Service> services_of(const Item& item) {
  const Service conductor{"ironic-conductor", "conductor", item.domain};
  const Service api{"ironic-api", "api", ""};
  if (item.kind == "cond") return {conductor};
  if (item.kind == "api") return {api};
  if (item.kind == "both") return {conductor, api};
  return {};  // "admin"
}

}  // namespace

base::TimePoint start_time() {
  using namespace std::chrono;
  return base::TimePoint{sys_days{year{2026} / 1 / 1}};
}

core::Fleet fleet(const std::string& words) {
  core::Fleet result;
  result.id.text = "test";
  const std::vector<Item> items = read_items(words);
  std::map<std::string, std::uint32_t> totals;
  for (const Item& item : items) totals[item.kind] += item.count;
  std::map<std::string, std::uint32_t> numbers;
  for (const Item& item : items) {
    for (std::uint32_t i = 0; i < item.count; ++i) {
      const std::uint32_t number = ++numbers[item.kind];
      Host host;
      host.name.text = item.kind + (totals[item.kind] > 1 ? std::to_string(number) : "");
      host.services = services_of(item);
      host.schema = item.schema;
      result.hosts.push_back(host);
    }
  }
  return result;
}

core::Policy usual_policy() {
  core::Policy policy;
  policy.backup_reference = "nightly";
  return policy;
}

core::Plan plan_for(const core::Fleet& fleet, const core::Policy& policy, core::ReleaseNumber from,
                    core::ReleaseNumber to) {
  core::PlanRequest request;
  request.fleet = fleet;
  request.policy = policy;
  request.to = to;
  request.facts = FleetTwin(fleet, from).read_all(start_time());
  return core::make_plan(core::ironic_profile(), request).value();
}

core::Upgrade fold(const std::vector<core::Fact>& facts) {
  core::Upgrade upgrade;
  for (const core::Fact& fact : facts) core::evolve(upgrade, fact);
  return upgrade;
}

std::string difference(const core::Upgrade& one, const core::Upgrade& other) {
  std::string found;
  const auto compare = [&](const char* name, const auto& a, const auto& b) {
    if (found.empty() && !(a == b)) found = name;
  };
  compare("plan", one.plan == nullptr, other.plan == nullptr);
  if (one.plan != other.plan && found.empty()) compare("plan", *one.plan, *other.plan);
#define ROLLMILL_COMPARE(member) compare(#member, one.member, other.member)
  ROLLMILL_COMPARE(id);
  ROLLMILL_COMPARE(first_plan);
  ROLLMILL_COMPARE(state);
  ROLLMILL_COMPARE(created_by);
  ROLLMILL_COMPARE(reason);
  ROLLMILL_COMPARE(request_id);
  ROLLMILL_COMPARE(created_at);
  ROLLMILL_COMPARE(started_at);
  ROLLMILL_COMPARE(finished_at);
  ROLLMILL_COMPARE(epoch);
  ROLLMILL_COMPARE(direction);
  ROLLMILL_COMPARE(turning);
  ROLLMILL_COMPARE(turned_at);
  ROLLMILL_COMPARE(leg);
  ROLLMILL_COMPARE(past_return);
  ROLLMILL_COMPARE(phase);
  ROLLMILL_COMPARE(wave);
  ROLLMILL_COMPARE(phases);
  ROLLMILL_COMPARE(waves);
  ROLLMILL_COMPARE(turns);
  ROLLMILL_COMPARE(steps);
  ROLLMILL_COMPARE(hosts);
  ROLLMILL_COMPARE(services);
  ROLLMILL_COMPARE(approvals);
  ROLLMILL_COMPARE(pause);
  ROLLMILL_COMPARE(probes);
  ROLLMILL_COMPARE(failures);
  ROLLMILL_COMPARE(domains);
  ROLLMILL_COMPARE(host_index);
  ROLLMILL_COMPARE(ready);
  ROLLMILL_COMPARE(in_flight);
  ROLLMILL_COMPARE(startable);
  ROLLMILL_COMPARE(unreachable);
  ROLLMILL_COMPARE(failed_turns);
  ROLLMILL_COMPARE(turns_of_host);
  ROLLMILL_COMPARE(timers);
  ROLLMILL_COMPARE(new_services);
  ROLLMILL_COMPARE(unpinned_services);
#undef ROLLMILL_COMPARE
  return found;
}

}  // namespace rollmill::test
