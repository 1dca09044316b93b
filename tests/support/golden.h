#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace rollmill::test {

/// Compares text with a file below tests/. With ROLLMILL_UPDATE_GOLDEN=1 in the environment the
/// file is written instead, so that review reads a change of behaviour as a diff.
inline void expect_golden(const std::string& path, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path{ROLLMILL_TESTS_DIR} / path;
  if (std::getenv("ROLLMILL_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
    return;
  }
  std::ifstream stored{file};
  ASSERT_TRUE(stored) << file << " is missing; ROLLMILL_UPDATE_GOLDEN=1 writes it";
  std::ostringstream wanted;
  wanted << stored.rdbuf();
  EXPECT_EQ(text, wanted.str()) << "differs from " << file;
}

}  // namespace rollmill::test
