#pragma once

#include <sstream>
#include <string>

#include "support/fleet_twin.h"

/// The lines of a scenario that describe policy, hosts and what agents report.
namespace rollmill::test {

/// The next word; throws std::invalid_argument when there is none.
std::string take_word(std::istringstream& in);
/// The whole next word is a number, or std::invalid_argument is thrown.
std::uint32_t take_number(std::istringstream& in);
base::Duration take_duration(std::istringstream& in);
core::ReleaseNumber take_release(std::istringstream& in);
/// All that is left of the line.
std::string take_rest(std::istringstream& in);
[[noreturn]] void not_understood(const std::string& what);

/// `fail HOST`, `refuse HOST` and `raw HOST STEP ATTEMPT` without these words.
core::TaskOutcome take_failure(std::istringstream& in);
core::TaskOutcome take_refusal(std::istringstream& in);
core::TaskOutcome take_raw(std::istringstream& in);

/// `policy` without its first word.
void set_policy(core::Policy& policy, std::istringstream& in);
/// `host NAME` without these two words.
void set_host(HostTwin& host, core::ReleaseNumber from, core::ReleaseNumber to,
              std::istringstream& in);

}  // namespace rollmill::test
