#pragma once

#include <string>

#include "rollmill/core/command.h"
#include "rollmill/core/engine.h"
#include "rollmill/core/fact.h"

/// One line for each thing that comes out of a scenario. Plan ids are masked: they change with
/// every word of the plan.
namespace rollmill::test {

std::string print_fact(const core::Upgrade& after, const core::Fact& fact);
std::string print_command(const core::Command& command);
std::string print_blocked(const core::Upgrade& upgrade, base::TimePoint now);
/// State, phase rail, hosts and budgets.
std::string print_view(const core::Upgrade& upgrade, base::TimePoint now);
std::string print_steps(const core::Upgrade& upgrade, base::TimePoint now,
                        const std::string& host);
/// Each line of a longer text, moved in.
std::string indent(const std::string& text, const std::string& before = "    ");
std::string mask(std::string text, const std::string& plan_id);

/// Facts that stay silent while a healthy fleet is run through.
bool is_telling(const core::FactBody& body);

}  // namespace rollmill::test
