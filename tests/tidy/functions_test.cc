#include "tidy/functions.h"

#include <gtest/gtest.h>

#include <ostream>

namespace rollmill::tidy {

void PrintTo(const FunctionSpan& span, std::ostream* out) {
  *out << span.first_line << "-" << span.last_line;
}

namespace {

using Spans = std::vector<FunctionSpan>;

TEST(TidyFunctions, plain_function_spans_its_head_and_body) {
  EXPECT_EQ(functions_of("int f(int a,\n      int b) {\n  if (a) { return b; }\n  return a;\n}\n"),
            (Spans{{1, 5}}));
}

TEST(TidyFunctions, methods_inside_scopes_are_found) {
  EXPECT_EQ(functions_of("namespace n {\nclass C {\n public:\n  int f() const { return 1; }\n"
                         " private:\n  void g() {\n  }\n};\n}  // namespace n\n"),
            (Spans{{4, 4}, {6, 7}}));
}

TEST(TidyFunctions, member_initialisers_are_no_bodies) {
  EXPECT_EQ(functions_of("C::C(int a) : a_{a}, b_(1), c_{std::vector<int>{}} {\n  f();\n}\n"),
            (Spans{{1, 3}}));
}

TEST(TidyFunctions, constants_types_and_enumerations_are_none) {
  EXPECT_EQ(
      functions_of("constexpr A kA = {{1, f(2)}, {3, 4}};\nint a{3};\nstruct S { int a = 1; };\n"
                   "enum class E { X, Y };\nextern \"C\" {\n}\n"),
      Spans{});
}

TEST(TidyFunctions, default_arguments_do_not_hide_a_function) {
  EXPECT_EQ(functions_of("void f(A a = {}, int b = 3) {\n}\n"), (Spans{{1, 2}}));
}

TEST(TidyFunctions, comparison_operators_and_templates_are_functions) {
  EXPECT_EQ(functions_of("bool operator==(A a, A b) { return true; }\n"
                         "template <class T, class U = int>\nT f(T t) {\n  return t;\n}\n"),
            (Spans{{1, 1}, {2, 5}}));
}

TEST(TidyFunctions, trailing_return_types_and_qualifiers_are_understood) {
  EXPECT_EQ(functions_of("auto f() -> std::vector<int> {\n}\nvoid g() noexcept override {\n}\n"),
            (Spans{{1, 2}, {3, 4}}));
}

TEST(TidyFunctions, a_lambda_kept_in_a_variable_counts) {
  EXPECT_EQ(functions_of("const auto f = [](int a) {\n  return a;\n};\n"), (Spans{{1, 3}}));
}

TEST(TidyFunctions, test_macros_count_and_braces_in_text_do_not) {
  EXPECT_EQ(functions_of("TEST(A, b) {\n  f(\"}\");  // }\n}\n#define X {\nint g() {\n}\n"),
            (Spans{{1, 3}, {5, 6}}));
}

TEST(TidyFunctions, two_after_one_another_keep_their_own_lines) {
  EXPECT_EQ(functions_of("void f() {\n}\n\n/// Why.\nvoid g() {\n}\n"), (Spans{{1, 2}, {5, 6}}));
}

}  // namespace
}  // namespace rollmill::tidy
