#pragma once

#include <initializer_list>
#include <string>

#include "rollmill/core/engine.h"
#include "rollmill/core/plan.h"

/// Short ways to say what a test is about: fleets in words, plans with the usual policy, and the
/// fold of facts with everything it must agree on.
namespace rollmill::test {

/// When every scenario begins.
base::TimePoint start_time();

/// A fleet from words: "cond x3, api x2, admin schema". An item is a kind, then any of `xN` (how
/// many), `@domain`, `schema`. Kinds: `cond`, `api`, `both` (a conductor and an API on one host),
/// `admin` (no service). Hosts are numbered by kind, but a kind that occurs once is not. Throws
/// std::invalid_argument on other words, and on more than 5,000 of a kind.
core::Fleet fleet(const std::string& words);

/// The policy of most tests: a backup is named, soaks are short, everything else as it comes.
core::Policy usual_policy();

/// The plan of a healthy fleet; aborts when there is none.
core::Plan plan_for(const core::Fleet& fleet, const core::Policy& policy = usual_policy(),
                    core::ReleaseNumber from = {35, 0}, core::ReleaseNumber to = {39, 0});

/// The state after these facts.
core::Upgrade fold(const std::vector<core::Fact>& facts);

/// The first part in which two states differ, by its name; empty when they are equal.
std::string difference(const core::Upgrade& one, const core::Upgrade& other);

}  // namespace rollmill::test
