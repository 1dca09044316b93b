#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/builders.h"
#include "support/engine_loop.h"

namespace rollmill::test {

inline const core::Actor kAlice{"alice", "because"};
inline const core::TaskFailed kBroken{"PROCESS_WRONG", "it does not work", false, {}, {}};

inline testing::AssertionResult says(const std::string& text, const std::string& words) {
  if (text.find(words) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << text;
}

/// The steps of a phase in order: "probe cond2 enlist api1".
inline std::string steps_in_words(const core::Plan& plan, std::size_t phase) {
  std::string text;
  for (const core::Step& step : plan.steps) {
    const base::WaveIndex wave = plan.turns[step.turn.value].wave;
    if (plan.waves[wave.value].phase.value != phase) continue;
    text += std::string(text.empty() ? "" : " ") + to_string(step.verb) + " " +
            plan.fleet.hosts[step.host.value].name.text;
  }
  return text;
}

/// An upgrade that has begun, with every agent there, and the words to bring it where a test wants.
class OnTheWay : public testing::Test {
 protected:
  explicit OnTheWay(const std::string& words = "cond x3, api x2, admin schema",
                     const core::Policy& policy = usual_policy())
      : OnTheWay(fleet(words), policy) {}
  OnTheWay(const core::Fleet& hosts, const core::Policy& policy)
      : plan(plan_for(hosts, policy)),
        loop(plan, FleetTwin(plan.fleet, plan.from)) {
    loop.begin(plan, kAlice);
    loop.come_all();
  }

  /// Goes on until this verb's task is with the agent; its step.
  base::StepIndex go_to(core::Verb verb, const std::string& host) {
    for (int i = 0; i < 1000; ++i) {
      for (const auto& [index, task] : loop.agents.at({host}).open) {
        if (task.verb == verb) return index;
      }
      if (!loop.go_on()) break;
    }
    ADD_FAILURE() << "no " << to_string(verb) << " on " << host;
    return {};
  }
  /// Until a person has to act, or all is done.
  void go_to_end() {
    while (loop.go_on()) {
    }
  }
  /// The new leg begins when what is in flight has ended.
  void turn(core::Direction direction) {
    ASSERT_FALSE(loop.handle(core::TurnRequested{direction, kAlice}));
    while (loop.state.turning && loop.go_on()) {
    }
  }
  std::string refusal(const core::Event& event) {
    const auto refused = loop.handle(event);
    return refused ? refused->message : "accepted";
  }

  const core::Plan plan;
  EngineLoop loop;
};

}  // namespace rollmill::test
