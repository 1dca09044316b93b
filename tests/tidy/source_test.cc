#include "tidy/source.h"

#include <gtest/gtest.h>

namespace rollmill::tidy {
namespace {

TEST(TidySource, comments_and_literals_are_no_code) {
  EXPECT_EQ(code_only("a /* { */ b // }\nc"), "a         b     \nc");
  EXPECT_EQ(code_only(R"(f("{", '{', "\"{");)"), "f(   ,    ,      );");
}

TEST(TidySource, raw_strings_end_at_their_own_delimiter) {
  const std::string code = code_only("x = R\"a(\" } )b\" )a\"; y");
  EXPECT_EQ(code.find('}'), std::string::npos);
  EXPECT_NE(code.find("; y"), std::string::npos);
}

TEST(TidySource, digit_separators_open_no_literal) {
  EXPECT_EQ(code_only("int a = 1'000; {}"), "int a = 1'000; {}");
}

TEST(TidySource, continued_macros_are_no_code) {
  EXPECT_EQ(code_only("#define A {\\\n  }\nb"), "            \n   \nb");
}

TEST(TidySource, comments_alone_are_kept_in_place) {
  EXPECT_EQ(comments_only("a  // \"b\"\nc"), "   // \"b\"\n ");
}

TEST(TidySource, includes_are_found_with_line_and_form) {
  const auto includes =
      includes_of("// #include <a>\n#include <b>\n#  include \"c/d.h\"  // why\n");
  ASSERT_EQ(includes.size(), 2U);
  EXPECT_EQ(includes[0].path, "b");
  EXPECT_FALSE(includes[0].quoted);
  EXPECT_EQ(includes[1].path, "c/d.h");
  EXPECT_EQ(includes[1].line, 3);
  EXPECT_TRUE(includes[1].quoted);
}

TEST(TidySource, last_line_counts_with_or_without_its_end) {
  EXPECT_EQ(lines_of("a\nb\n").size(), 2U);
  EXPECT_EQ(lines_of("a\nb").size(), 2U);
  EXPECT_EQ(lines_of("").size(), 0U);
}

}  // namespace
}  // namespace rollmill::tidy
