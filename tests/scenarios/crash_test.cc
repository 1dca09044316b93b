#include <gtest/gtest.h>

#include <cstdlib>

#include "scenarios/files.h"
#include "support/script.h"

/// The controller dies after each append that a scenario prints (of the happy path: after every
/// append), before anything that follows from it is done. Another takes over; from there all hosts
/// are healthy and an operator does what is advised. It must end well, with every promise kept.
namespace rollmill::test {
namespace {

constexpr int kMostCures = 40;
constexpr int kMostSteps = 5000;

void heal(EngineLoop& loop) {
  const bool in_preflight = loop.state.phase.value == 0;
  loop.fleet.heal(loop.state.plan->from, in_preflight);
  for (auto& [host, agent] : loop.agents) agent.held = false;
}

void run(EngineLoop& loop) {
  int steps = 0;
  while (loop.go_on()) ASSERT_LT(++steps, kMostSteps) << "it goes on for ever";
}

/// What an operator does who believes `explain`; false when it says nothing.
bool cure(EngineLoop& loop) {
  const auto blocked = core::explain(loop.state, loop.now);
  if (!blocked) return false;
  const core::Actor actor{"operator", "as advised"};
  const core::Event retry = core::RetryRequested{std::nullopt, actor};
  loop.handle(event_of_command(blocked->command).value_or(retry));
  if (blocked->code == "APPROVAL_LATE") loop.handle(core::ResumeRequested{actor});
  return true;
}

std::string end_well(EngineLoop loop) {
  loop.crash();
  heal(loop);
  loop.come_all();
  run(loop);
  for (int cures = 0; !is_final(loop.state.state); ++cures) {
    if (cures == kMostCures) return "no advice helps";
    if (!cure(loop)) return "it stands still and says nothing";
    run(loop);
  }
  std::string broken;
  for (const std::string& what : loop.broken) broken += what + "\n";
  return broken;
}

class CrashPoint : public testing::TestWithParam<std::string> {};

TEST_P(CrashPoint, is_survived_wherever_it_falls) {
  const Played played = run_script(script_named(GetParam()), Keep::CrashPoints);
  for (std::size_t i = 0; i < played.crash_points.size(); ++i) {
    const EngineLoop& point = played.crash_points[i];
    const std::string problem = end_well(point);
    ASSERT_EQ(problem, "") << "after append " << i << ", fact " << point.facts.size() << ": "
                           << core::fact_kind(point.facts.back()->body);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, CrashPoint, testing::ValuesIn(scenario_names()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace rollmill::test
