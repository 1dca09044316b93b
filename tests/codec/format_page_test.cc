#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "codec/fact_samples.h"

namespace rollmill::codec {
namespace {

std::string page() {
  std::ostringstream text;
  text << std::ifstream{std::filesystem::path{ROLLMILL_TESTS_DIR} / "../docs/formats/journal.md"}
              .rdbuf();
  return text.str();
}

/// The line of the page's tables that describes a kind; empty when there is none.
std::string line_of(const std::string& kind) {
  std::istringstream lines{page()};
  for (std::string line; std::getline(lines, line);) {
    const std::string first = line.substr(0, line.find('|', 1));
    if (line.starts_with("| ") && first.find("`" + kind + "`") != std::string::npos) return line;
  }
  return {};
}

TEST(FormatPage, describes_every_kind) {
  for (const core::Fact& fact : test::fact_samples()) {
    EXPECT_FALSE(line_of(core::fact_kind(fact.body)).empty()) << core::fact_kind(fact.body);
  }
  for (const char* kind : {"EpochRaised", "TaskTaken", "TaskCancelled", "TaskEnded", "TaskAcked"}) {
    EXPECT_FALSE(line_of(kind).empty()) << kind;
  }
}

/// The names of the outermost fields of a golden body.
std::set<std::string> fields_of(const std::string& kind) {
  std::ifstream file{std::filesystem::path{ROLLMILL_TESTS_DIR} / "codec/golden" / (kind + ".json")};
  std::set<std::string> fields;
  int depth = 0;
  std::string word;
  bool inside = false;
  for (char c = 0; file.get(c);) {
    if (c == '"') {
      inside = !inside;
      if (inside) word.clear();
    } else if (inside) {
      word += c;
    } else if (c == ':' && depth == 1) {
      fields.insert(word);
    } else {
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    }
  }
  return fields;
}

TEST(FormatPage, names_the_fields_of_every_kind) {
  for (const core::Fact& fact : test::fact_samples()) {
    const std::string kind = core::fact_kind(fact.body);
    for (const std::string& field : fields_of(kind)) {
      EXPECT_NE(line_of(kind).find("`" + field + "`"), std::string::npos) << kind << "." << field;
    }
  }
}

}  // namespace
}  // namespace rollmill::codec
