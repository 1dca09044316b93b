#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "sim/program/hunt.h"
#include "sim/program/options.h"
#include "sim/program/replay.h"

namespace rollmill::sim {
namespace {

int run_one(const Options& options) {
  const Scenario scenario = scenario_of(options, options.first);
  std::printf("seed %llu: %s, %zu faults\n", static_cast<unsigned long long>(scenario.seed),
              describe(scenario.layout).c_str(), scenario.faults.size());
  for (const Fault& fault : scenario.faults) std::printf("  %s\n", to_string(fault).c_str());
  std::function<void(const std::string&)> trace;
  if (options.trace) trace = [](const std::string& line) { std::puts(line.c_str()); };
  const Outcome outcome = run_scenario(scenario, trace);
  std::printf("%s after %lld s; %llu events, %llu facts, fingerprint %016llx\n",
              outcome.end.c_str(), static_cast<long long>(outcome.took.count() / 1000),
              static_cast<unsigned long long>(outcome.events),
              static_cast<unsigned long long>(outcome.facts),
              static_cast<unsigned long long>(outcome.fingerprint));
  if (outcome.broken.empty()) return 0;
  for (const std::string& broken : outcome.broken) std::printf("broken: %s\n", broken.c_str());
  if (options.shrink && !options.trace) {
    std::printf("%s", describe_finding(options, scenario, outcome).c_str());
  }
  return 1;
}

int run_hunt(const Options& options) {
  if (options.last != UINT64_MAX) {
    std::printf("--seeds %llu..%llu\n", static_cast<unsigned long long>(options.first),
                static_cast<unsigned long long>(options.last));
    std::fflush(stdout);
  }
  const Totals totals = hunt(options);
  std::printf("%s", print_totals(totals).c_str());
  for (const std::string& finding : totals.findings) std::printf("BROKEN %s", finding.c_str());
  std::printf("broken promises: %zu seeds\n", totals.findings.size());
  return totals.findings.empty() ? 0 : 1;
}

/// "SEED | FAULT | FAULT  # why": each as it once failed.
base::Result<Options> read_regression(const std::string& line) {
  std::vector<std::string> arguments;
  const std::string text = line.substr(0, line.find('#'));
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t bar = std::min(text.find('|', at), text.size());
    const std::string part = text.substr(at, bar - at);
    const std::size_t first = part.find_first_not_of(' ');
    const std::size_t last = part.find_last_not_of(' ');
    if (first != std::string::npos) {
      arguments.emplace_back(arguments.empty() ? "--seed" : "--fault");
      arguments.push_back(part.substr(first, last - first + 1));
    }
    at = bar + 1;
  }
  return read_options(arguments);
}

int run_regressions(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "rollmill-sim: cannot read %s\n", path.c_str());
    return 2;
  }
  int bad = 0;
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto options = read_regression(line);
    if (!options.ok()) {
      std::fprintf(stderr, "rollmill-sim: %s: %s\n", line.c_str(), options.error().message.c_str());
      return 2;
    }
    ++count;
    const Outcome outcome = run_scenario(scenario_of(*options, options->first));
    if (outcome.broken.empty()) continue;
    ++bad;
    std::printf("BROKEN again: %s\n  %s\n", line.c_str(), outcome.broken.front().c_str());
  }
  std::printf("%d of %d regressions broken\n", bad, count);
  return bad == 0 ? 0 : 1;
}

int run_replay(const std::string& path) {
  const auto report = replay(path);
  std::printf("%s\n", report.ok() ? report->c_str() : report.error().message.c_str());
  return report.ok() ? 0 : 1;
}

int run(const std::vector<std::string>& arguments) {
  const auto options = read_options(arguments);
  if (!options.ok()) {
    std::fprintf(stderr, "rollmill-sim: %s. Try: rollmill-sim --help\n",
                 options.error().message.c_str());
    return 2;
  }
  switch (options->task) {
    case Options::Task::Hunt:
      return run_hunt(*options);
    case Options::Task::One:
      return run_one(*options);
    case Options::Task::Regressions:
      return run_regressions(options->file);
    case Options::Task::Replay:
      return run_replay(options->file);
    case Options::Task::Help:
      std::printf("%s", kUsage);
      return 0;
  }
  return 2;
}

}  // namespace
}  // namespace rollmill::sim

int main(int argc, char** argv) {
  return rollmill::sim::run(std::vector<std::string>(argv + 1, argv + argc));
}
