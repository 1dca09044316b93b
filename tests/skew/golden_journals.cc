#include "skew/golden_journals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "drivers/scratch.h"
#include "store/sqlite_journal.h"

namespace rollmill::test {
namespace {

namespace fs = std::filesystem;

fs::path file_of(const std::string& version, const std::string& name) {
  return fs::path{GOLDEN_JOURNALS} / (version + "-" + name + ".db");
}

}  // namespace

std::vector<std::string> golden_versions(const std::string& name) {
  std::vector<std::string> versions;
  const std::string end = "-" + name + ".db";
  for (const auto& entry : fs::directory_iterator(GOLDEN_JOURNALS)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(end)) versions.push_back(file.substr(0, file.size() - end.size()));
  }
  std::sort(versions.begin(), versions.end());
  return versions;
}

std::vector<ports::Record> golden_facts(const std::string& version, const std::string& name) {
  const drivers::Scratch scratch;  // a journal may have companions beside it
  const fs::path copy = scratch / (version + "-" + name + ".db");
  fs::copy_file(file_of(version, name), copy, fs::copy_options::overwrite_existing);
  std::vector<ports::Record> facts;
  const auto journal = store::open_sqlite_journal(copy.string(), {});
  EXPECT_TRUE(journal.ok()) << journal.error().message;
  if (!journal.ok()) return facts;
  const base::Status read = (*journal)->read(0, "", [&](const ports::Record& record) {
    facts.push_back(record);
    return true;
  });
  EXPECT_TRUE(read.ok()) << read.error().message;
  return facts;
}

std::optional<std::string> version_to_write() {
  const char* version = std::getenv("ROLLMILL_GOLDEN_VERSION");
  return version == nullptr ? std::nullopt : std::optional<std::string>{version};
}

void write_golden(const std::string& name, const std::vector<ports::Record>& facts) {
  const drivers::Scratch scratch;
  const fs::path draft = scratch / (name + ".db");
  {
    const auto journal = store::open_sqlite_journal(draft.string(), {});
    ASSERT_TRUE(journal.ok()) << journal.error().message;
    ASSERT_TRUE((*journal)->append(1, facts).ok());
  }
  const fs::path file = file_of(*version_to_write(), name);
  ASSERT_TRUE(fs::copy_file(draft, file)) << file << " is there and stays as it is";
}

}  // namespace rollmill::test
