#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/target.h"

/// Every input that is kept for a target goes through it in each build: what was found once stays
/// found, without clang.
namespace rollmill::fuzz {
namespace {

std::vector<std::filesystem::path> corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(ROLLMILL_FUZZ_CORPUS))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Fuzz, corpus_of_the_target_holds_its_properties) {
  const auto files = corpus();
  ASSERT_FALSE(files.empty());
  for (const auto& path : files) {
    SCOPED_TRACE(path.string());
    std::ifstream file(path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_LE(input.size(), kMostBytes);
    EXPECT_NO_THROW(fuzz_one(input));
  }
}

}  // namespace
}  // namespace rollmill::fuzz
