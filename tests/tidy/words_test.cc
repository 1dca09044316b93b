#include "tidy/words.h"

#include <gtest/gtest.h>

namespace rollmill::tidy {
namespace {

std::size_t in_core(const std::string& code) {
  return check_core_words({"src/core/a.cc", code}).size();
}
std::size_t in_tree(const std::string& text) {
  return check_tree_words({"docs/a.md", text}).size();
}

TEST(TidyCoreWords, each_way_out_of_purity_is_found) {
  for (const char* code :
       {"auto t = std::chrono::system_clock::now();", "std::thread t;", "std::jthread t;",
        "std::this_thread::yield();", "std::mutex m;", "std::shared_mutex m;", "getenv(a);",
        "int a = rand();", "srand(1);", "std::random_device d;", "std::ofstream f;", "fopen(a, b);",
        "std::cout << a;", "nlohmann::json j;", "spdlog::info(a);", "grpc::Status s;"}) {
    EXPECT_EQ(in_core(code), 1U) << code;
  }
}

TEST(TidyCoreWords, comments_and_longer_words_are_free) {
  EXPECT_EQ(in_core("// no std::thread here\nint brand = operand(now);\nconst char* a = \"rand\";"),
            0U);
}

TEST(TidyCoreWords, other_layers_are_free) {
  EXPECT_EQ(check_core_words({"src/agent/a.cc", "std::mutex m;"}), Findings{});
  EXPECT_EQ(check_core_words({"include/rollmill/core/a.h", "std::mutex m;"}).size(), 1U);
}

TEST(TidyCoreDefaults, catch_all_is_found_and_defaulted_members_are_not) {
  EXPECT_EQ(check_core_defaults({"src/core/a.cc", "switch (a) {\n  default : return;\n}"}).size(),
            1U);
  EXPECT_EQ(check_core_defaults({"src/core/a.cc", "A() = default;  // default: none"}), Findings{});
}

TEST(TidyTreeWords, left_over_notes_are_found) {
  EXPECT_EQ(in_tree(std::string("a TO") + "DO b"), 1U);
  EXPECT_EQ(in_tree(std::string("FIX") + "ME: c"), 1U);
  EXPECT_EQ(in_tree(std::string("masTO") + "DON"), 0U);
}

TEST(TidyTreeWords, switched_off_tests_are_found) {
  EXPECT_EQ(in_tree(std::string("  GTEST_") + "SKIP();"), 1U);
  EXPECT_EQ(in_tree(std::string("TEST(A, DIS") + "ABLED_b) {"), 1U);
}

TEST(TidyTreeWords, paths_of_one_machine_are_found) {
  EXPECT_EQ(in_tree(std::string("see /wo") + "rk/tree/a"), 1U);
  EXPECT_EQ(in_tree(std::string("(/ho") + "me/me/a)"), 1U);
  EXPECT_EQ(in_tree("/var/lib/rollmill and src/work/a and ~/work/b"), 0U);
}

TEST(TidyListed, each_source_stands_in_a_list) {
  const std::vector<SourceFile> tree = {
      {"src/a/CMakeLists.txt", "add_library(a one.cc\n  sub/two.cc)"},
      {"src/a/one.cc", ""},
      {"src/a/sub/two.cc", ""}};
  EXPECT_EQ(check_listed(tree), Findings{});
}

TEST(TidyListed, a_forgotten_source_is_found) {
  const std::vector<SourceFile> tree = {{"src/a/CMakeLists.txt", "add_library(a the_one.cc)"},
                                        {"src/a/one.cc", ""}};
  const Findings expected = {
      {"src/a/one.cc", 0, "no CMakeLists.txt names this file: list it or remove it"}};
  EXPECT_EQ(check_listed(tree), expected);
}

}  // namespace
}  // namespace rollmill::tidy
