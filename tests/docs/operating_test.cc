#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "rollmill/core/blocked.h"
#include "rollmill/core/checks.h"

namespace rollmill {
namespace {

std::string read_page() {
  std::ifstream file(std::string(ROLLMILL_ROOT) + "/docs/operating.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The codes that have a section of their own: "### CODE".
std::set<std::string> sections(const std::string& page) {
  std::set<std::string> codes;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("### ")) codes.insert(line.substr(4));
  }
  return codes;
}

TEST(OperatingPage, has_a_section_for_each_blocked_code_and_for_nothing_else) {
  std::set<std::string> catalogue;
  for (const core::BlockedInfo& info : core::blocked_catalogue()) catalogue.insert(info.code);
  EXPECT_EQ(sections(read_page()), catalogue);
}

TEST(OperatingPage, says_of_each_check_what_must_hold_and_which_code_it_raises) {
  const std::string page = read_page();
  for (const core::CheckInfo& check : core::check_catalogue()) {
    const std::string row = "| `" + std::string(check.id) + "` | " + check.meaning + " | [" +
                            check.blocked_code + "]";
    EXPECT_NE(page.find(row), std::string::npos) << "docs/operating.md lacks the row " << row;
  }
}

TEST(OperatingPage, has_a_unit_whose_restart_leaves_the_commands_of_the_agent_alone) {
  const std::string page = read_page();
  const std::size_t unit = page.find("[Service]\nExecStart=/usr/local/bin/rollmill-agent ");
  ASSERT_NE(unit, std::string::npos);
  const std::string service = page.substr(unit, page.find("[Install]", unit) - unit);
  EXPECT_NE(service.find("\nKillMode=process\n"), std::string::npos);
}

TEST(CheckCatalogue, raises_only_codes_that_exist) {
  for (const core::CheckInfo& check : core::check_catalogue()) {
    EXPECT_NE(core::find_blocked(check.blocked_code), nullptr) << check.id;
  }
}

TEST(CheckCatalogue, has_each_id_once) {
  std::set<std::string> ids;
  for (const core::CheckInfo& check : core::check_catalogue()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id << " stands there twice";
  }
}

}  // namespace
}  // namespace rollmill
