#include "sim/program/hunt.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <utility>

#include "sim/program/jobs.h"

namespace rollmill::sim {
namespace {

constexpr std::uint32_t kShrinkRuns = 120;
constexpr std::size_t kMostFindings = 20;

double cpu_now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Every so manyth seed, one after the other.
Totals hunt_alone(const Options& options, std::uint32_t job) {
  Totals totals;
  const double begin = cpu_now();
  const double limit = options.minutes > 0 ? options.minutes * 60 / options.jobs : 1e18;
  for (std::uint64_t seed = options.first + job; seed <= options.last; seed += options.jobs) {
    if (cpu_now() - begin > limit) break;
    note_seed(seed);
    const Scenario scenario = scenario_of(options, seed);
    const Outcome outcome = run_scenario(scenario);
    totals.add(outcome);
    if (!outcome.broken.empty()) {
      totals.findings.push_back(describe_finding(options, scenario, outcome));
      // A hunt is long: told at once, and once more in order at its end.
      std::fprintf(stderr, "found: %s", totals.findings.back().c_str());
    }
    if (totals.findings.size() >= (options.until_found ? 1 : kMostFindings)) break;
  }
  totals.cpu_seconds = cpu_now() - begin;
  return totals;
}

void print_rows(std::ostringstream& out, const Coverage& coverage, const std::string& prefix) {
  for (const auto& [name, times] : coverage.counts) {
    if (!name.starts_with(prefix)) continue;
    out << "  " << std::left << std::setw(44) << name << std::right << std::setw(12) << times
        << (times == 0 ? "  never" : "") << "\n";
  }
}

}  // namespace

void Totals::add(const Outcome& outcome) {
  ++seeds;
  upgrades += outcome.upgrades;
  events += outcome.events;
  facts += outcome.facts;
  rolled_back += outcome.rolled_back ? 1 : 0;
  coverage.add(outcome.coverage);
  coverage.add("outcome/" + outcome.end);
}

void Totals::add(const Totals& other) {
  seeds += other.seeds;
  upgrades += other.upgrades;
  events += other.events;
  facts += other.facts;
  rolled_back += other.rolled_back;
  cpu_seconds += other.cpu_seconds;
  findings.insert(findings.end(), other.findings.begin(), other.findings.end());
  coverage.add(other.coverage);
}

Scenario scenario_of(const Options& options, std::uint64_t seed) {
  Scenario scenario = draw_scenario(seed, {options.kinds, options.same_fleet, 64});
  if (options.own_faults) scenario.faults = options.faults;
  return scenario;
}

Outcome run_scenario(const Scenario& scenario, std::function<void(const std::string&)> trace) {
  World world(scenario, std::move(trace));
  return world.run();
}

std::vector<Fault> shrink(Scenario scenario, std::uint32_t most_runs) {
  std::uint32_t runs = 0;
  // Large parts first, then single ones, until no single one can go.
  for (std::size_t part = std::max<std::size_t>(1, scenario.faults.size() / 2); part > 0;) {
    bool smaller = false;
    for (std::size_t at = 0; at < scenario.faults.size() && runs < most_runs;) {
      Scenario fewer = scenario;
      const std::size_t end = std::min(at + part, fewer.faults.size());
      fewer.faults.erase(fewer.faults.begin() + static_cast<std::ptrdiff_t>(at),
                         fewer.faults.begin() + static_cast<std::ptrdiff_t>(end));
      ++runs;
      if (run_scenario(fewer).broken.empty()) {
        at = end;
      } else {
        scenario = std::move(fewer);
        smaller = true;
      }
    }
    if (runs >= most_runs) break;
    if (!smaller || part > 1) part = part == 1 ? (smaller ? 1 : 0) : part / 2;
  }
  return scenario.faults;
}

std::string reproduce(const Scenario& scenario) {
  std::string line = "rollmill-sim --seed " + std::to_string(scenario.seed) + " --trace";
  if (scenario.faults.empty()) line += " --fault none";
  for (const Fault& fault : scenario.faults) line += " --fault '" + to_string(fault) + "'";
  return line;
}

std::string describe_finding(const Options& options, const Scenario& scenario,
                             const Outcome& outcome) {
  std::string text = "seed " + std::to_string(scenario.seed) + ": " + outcome.broken.front() + "\n";
  for (std::size_t i = 1; i < outcome.broken.size(); ++i) text += "  " + outcome.broken[i] + "\n";
  text += "  again: rollmill-sim --seed " + std::to_string(scenario.seed) + " --trace" +
          (options.same_fleet ? " --same-fleet\n" : "\n");
  if (!options.shrink) return text;
  Scenario least = scenario;
  least.faults = shrink(scenario, kShrinkRuns);
  const Outcome shrunk = run_scenario(least);
  if (!shrunk.broken.empty()) text += "  least: " + shrunk.broken.front() + "\n";
  return text + "  least: " + reproduce(least) + "\n";
}

Totals hunt(const Options& options) {
  if (options.jobs == 1) return hunt_alone(options, 0);
  Totals totals =
      in_jobs(options.jobs, [&](std::uint32_t job) { return hunt_alone(options, job); });
  // As one job would have told them: each begins with "seed N".
  const auto seed_of = [](const std::string& finding) {
    return std::strtoull(finding.c_str() + std::strlen("seed "), nullptr, 10);
  };
  std::stable_sort(totals.findings.begin(), totals.findings.end(),
                   [&](const std::string& one, const std::string& other) {
                     return seed_of(one) < seed_of(other);
                   });
  return totals;
}

std::string print_totals(const Totals& totals) {
  std::ostringstream out;
  const double seconds = totals.cpu_seconds > 0 ? totals.cpu_seconds : 1;
  out << std::fixed << std::setprecision(1);
  out << "seeds " << totals.seeds << ", upgrades " << totals.upgrades << ", events "
      << totals.events << ", facts " << totals.facts << "\n"
      << "CPU seconds " << totals.cpu_seconds << ", upgrades a second "
      << static_cast<double>(totals.upgrades) / seconds << ", events a second "
      << static_cast<double>(totals.events) / seconds << "\n"
      << "seeds with a rollback: " << totals.rolled_back << " ("
      << 100.0 * static_cast<double>(totals.rolled_back) /
             static_cast<double>(std::max<std::uint64_t>(1, totals.seeds))
      << " %)\n";
  Coverage all = all_transitions();
  std::uint64_t taken = 0;
  for (const auto& [name, none] : all.counts) {
    taken += totals.coverage.counts.contains(name) ? 1 : 0;
  }
  out << "transitions taken: " << taken << " of " << all.counts.size() << "\n";
  all.add(totals.coverage);
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    all.add(std::string("fault/") + to_string(static_cast<FaultKind>(i)), 0);
  }
  for (const char* part :
       {"upgrade/", "phase/", "wave/", "turn/", "step/", "fault/", "cleared/", "outcome/"}) {
    print_rows(out, all, part);
  }
  return out.str();
}

}  // namespace rollmill::sim
