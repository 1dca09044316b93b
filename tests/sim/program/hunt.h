#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/program/options.h"
#include "sim/world/world.h"

namespace rollmill::sim {

/// What many runs came to.
struct Totals {
  std::uint64_t seeds = 0;
  std::uint64_t upgrades = 0;
  std::uint64_t events = 0;
  std::uint64_t facts = 0;
  std::uint64_t rolled_back = 0;  ///< Seeds in which a rollback was under way.
  double cpu_seconds = 0;
  std::vector<std::string> findings;  ///< One for each seed that broke a promise, ready to print.
  Coverage coverage;

  void add(const Outcome& outcome);
  void add(const Totals& other);
};

Scenario scenario_of(const Options& options, std::uint64_t seed);

/// One run, caught in whatever it does.
Outcome run_scenario(const Scenario& scenario, std::function<void(const std::string&)> trace = {});

/// The faults without which nothing breaks. At most so many runs are tried.
std::vector<Fault> shrink(Scenario scenario, std::uint32_t most_runs);

/// How to run a scenario again.
std::string reproduce(const Scenario& scenario);

/// What a finding looks like; the faults are shrunk when the options say so.
std::string describe_finding(const Options& options, const Scenario& scenario,
                             const Outcome& outcome);

/// All seeds, in this process or in several.
Totals hunt(const Options& options);

/// Seeds, speed, outcomes and what was covered, as text.
std::string print_totals(const Totals& totals);

}  // namespace rollmill::sim
