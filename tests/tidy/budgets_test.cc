#include "tidy/budgets.h"

#include <gtest/gtest.h>

namespace rollmill::tidy {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// A function of exactly `lines` lines.
std::string function_of(int lines) {
  return "void f() {\n" + repeated("  g();\n", lines - 2) + "}\n";
}

TEST(TidyColumns, one_character_too_many_is_found) {
  EXPECT_EQ(check_columns({"src/a.cc", std::string(100, 'x') + "\n"}), Findings{});
  const Findings expected = {{"src/a.cc", 2, "101 columns; at most 100"}};
  EXPECT_EQ(check_columns({"src/a.cc", "\n" + std::string(101, 'x') + "\n"}), expected);
}

TEST(TidyColumns, characters_count_not_bytes) {
  EXPECT_EQ(check_columns({"src/a.cc", repeated("ü", 100)}), Findings{});
  EXPECT_EQ(check_columns({"src/a.cc", repeated("ü", 101)}).size(), 1U);
}

TEST(TidyColumns, scripts_and_protocols_are_held_to_it_prose_is_not) {
  const std::string wide = std::string(101, 'x');
  EXPECT_EQ(check_columns({"dev", "#!/bin/sh\n" + wide}).size(), 1U);
  EXPECT_EQ(check_columns({"proto/a.proto", wide}).size(), 1U);
  EXPECT_EQ(check_columns({"src/CMakeLists.txt", wide}).size(), 1U);
  EXPECT_EQ(check_columns({"README.md", wide}), Findings{});
}

TEST(TidyFileLength, each_kind_has_its_own_limit) {
  EXPECT_EQ(check_file_length({"src/a.cc", repeated("\n", 400)}), Findings{});
  EXPECT_EQ(check_file_length({"src/a.cc", repeated("\n", 401)}).size(), 1U);
  EXPECT_EQ(check_file_length({"include/rollmill/a.h", repeated("\n", 200)}), Findings{});
  EXPECT_EQ(check_file_length({"include/rollmill/a.h", repeated("\n", 201)}).size(), 1U);
  EXPECT_EQ(check_file_length({"tests/a_test.cc", repeated("\n", 500)}), Findings{});
  EXPECT_EQ(check_file_length({"tests/a_test.cc", repeated("\n", 501)}).size(), 1U);
  EXPECT_EQ(check_file_length({"docs/a.md", repeated("\n", 5000)}), Findings{});
}

TEST(TidyFunctionLength, seventy_one_lines_are_too_many) {
  EXPECT_EQ(check_function_length({"src/a.cc", function_of(70)}), Findings{});
  const Findings expected = {{"src/a.cc", 3, "a function of 71 lines; at most 70"}};
  EXPECT_EQ(check_function_length({"src/a.cc", "\n\n" + function_of(71)}), expected);
}

TEST(TidyMedian, many_small_functions_carry_a_long_one) {
  EXPECT_EQ(check_median_function({{"src/a.cc", repeated(function_of(8), 2) + function_of(60)}}),
            Findings{});
  EXPECT_EQ(
      check_median_function({{"src/a.cc", repeated(function_of(9), 2) + function_of(2)}}).size(),
      1U);
}

TEST(TidyHeaderComments, share_is_taken_over_all_headers) {
  const SourceFile told = {
      "include/rollmill/core/a.h",
      "#pragma once\nnamespace n {\n/// What.\nint a;  ///< Why.\n}  // namespace n\n"};
  const SourceFile bare = {"include/rollmill/core/b.h", "int b;\n\nint c;\nint d;\n"};
  EXPECT_EQ(check_header_comments({told, bare}), Findings{});
  const Findings expected = {
      {"include/rollmill", 0, "0.25 of the header lines hold a comment; at least 0.40"}};
  EXPECT_EQ(check_header_comments({told, bare, bare}), expected);
}

}  // namespace
}  // namespace rollmill::tidy
