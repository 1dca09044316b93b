#include <gtest/gtest.h>

#include <cstdlib>

#include "scenarios/files.h"
#include "support/builders.h"

/// Every file of this folder is a story: what happened, a line of dashes, what came out. With
/// ROLLMILL_REWRITE=1 the part behind the dashes is written anew, to be read as a review would.
namespace rollmill::test {
namespace {

std::string joined(const std::set<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Scenario : public testing::TestWithParam<std::string> {};

TEST_P(Scenario, comes_out_as_written) {
  const Script script = script_named(GetParam());
  const Played run = run_script(script);
  if (std::getenv("ROLLMILL_REWRITE") != nullptr) {
    rewrite(GetParam(), run.output);
  } else {
    EXPECT_EQ(run.output, script.golden) << "ROLLMILL_REWRITE=1 writes it anew; review the diff";
  }
  EXPECT_EQ(joined(run.loop.broken), "");
}

TEST_P(Scenario, state_is_the_fold_of_its_facts) {
  const Played run = run_script(script_named(GetParam()));
  std::vector<core::Fact> facts;
  for (const auto& fact : run.loop.facts) facts.push_back(*fact);
  EXPECT_EQ(difference(fold(facts), run.loop.state), "");
}

/// The kinds of a variant, by index: those that some scenario has brought about.
std::set<std::size_t> kinds_seen() {
  std::set<std::size_t> kinds;
  for (const std::string& name : scenario_names()) {
    for (const auto& fact : run_script(script_named(name)).loop.facts) {
      kinds.insert(fact->body.index());
    }
  }
  return kinds;
}

TEST(Scenarios, tell_of_every_kind_of_fact) {
  EXPECT_EQ(kinds_seen().size(), std::variant_size_v<core::FactBody>);
}

INSTANTIATE_TEST_SUITE_P(Every, Scenario, testing::ValuesIn(scenario_names()),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace rollmill::test
