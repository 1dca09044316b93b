#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sim/world/world.h"

int main(int argc, char** argv) {
  using namespace rollmill::sim;
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t last = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : first;
  const bool trace = argc > 3 && std::string(argv[3]) == "trace";
  Draw draw;
  draw.same_fleet = argc > 3 && std::string(argv[3]) == "same";
  if (argc > 4) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) draw.kinds.push_back(static_cast<FaultKind>(i));
  }
  std::uint64_t ok = 0, events = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    World world(draw_scenario(seed, draw), trace ? [](const std::string& line) { std::puts(line.c_str()); }
                                                 : std::function<void(const std::string&)>{});
    const Outcome outcome = world.run();
    ok += outcome.broken.empty();
    events += outcome.events;
    if (!outcome.broken.empty() || first == last) {
      std::printf("seed %lu %s %lu events %lu facts %.0f s fp %016lx\n", outcome.seed, outcome.end.c_str(),
                  outcome.events, outcome.facts, static_cast<double>(outcome.took.count()) / 1000,
                  outcome.fingerprint);
      for (const auto& each : outcome.broken) std::printf("   %s\n", each.c_str());
    }
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%lu of %lu good, %.1f a second, %.0f events a second\n", ok, last - first + 1,
              static_cast<double>(last - first + 1) / took, static_cast<double>(events) / took);
}
