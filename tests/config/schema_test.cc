#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/print_schema.h"

/// Code and documents say the same. With ROLLMILL_REWRITE=1 the files are written anew instead.
namespace rollmill::config {
namespace {

const std::string kDocs = ROLLMILL_DOCS;

bool rewriting() { return std::getenv("ROLLMILL_REWRITE") != nullptr; }

std::string read_file(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void expect_schema(const Table& table, const std::string& name) {
  const std::string path = kDocs + "/schema/" + name + ".schema.json";
  const std::string printed = print_schema(table, name);
  if (rewriting()) std::ofstream(path) << printed;
  EXPECT_EQ(read_file(path), printed) << "run with ROLLMILL_REWRITE=1 and review the difference";
}

/// The part of docs/formats/files.md between "<!-- NAME -->" and "<!-- /NAME -->".
void expect_reference(const Table& table, const std::string& name) {
  const std::string path = kDocs + "/formats/files.md";
  std::string text = read_file(path);
  const std::string open = "<!-- " + name + " -->\n";
  const std::size_t begin = text.find(open);
  const std::size_t end = text.find("<!-- /" + name + " -->");
  ASSERT_NE(begin, std::string::npos) << name;
  ASSERT_NE(end, std::string::npos) << name;
  const std::size_t from = begin + open.size();
  const std::string printed = print_reference(table);
  if (rewriting()) {
    text.replace(from, end - from, printed);
    std::ofstream(path) << text;
    return;
  }
  EXPECT_EQ(text.substr(from, end - from), printed)
      << "run with ROLLMILL_REWRITE=1 and review the difference";
}

TEST(Schema, fleet_file_is_as_the_code_reads_it) { expect_schema(fleet_table(), "fleet"); }
TEST(Schema, controller_file_is_as_the_code_reads_it) {
  expect_schema(controller_table(), "controller");
}
TEST(Schema, agent_file_is_as_the_code_reads_it) { expect_schema(agent_table(), "agent"); }
TEST(Schema, policy_file_is_as_the_code_reads_it) { expect_schema(policy_table(), "policy"); }

TEST(Reference, files_page_lists_every_key) {
  expect_reference(fleet_table(), "fleet");
  expect_reference(controller_table(), "controller");
  expect_reference(agent_table(), "agent");
}

}  // namespace
}  // namespace rollmill::config
