#include "rollmill/base/shared.h"

#include <gtest/gtest.h>

#include <string>

namespace rollmill::base {
namespace {

using Words = Shared<std::string>;

TEST(Shared, copies_are_the_same_value_in_the_same_place) {
  const Words words{"what cond1 is"};
  const Words copy = words;
  EXPECT_EQ(&*copy, &*words);
  EXPECT_EQ(copy->size(), 13U);
}

TEST(Shared, is_nothing_until_it_is_given_a_value) {
  Words words;
  EXPECT_FALSE(words);
  EXPECT_EQ(words, Words{});
  words = std::string{};
  EXPECT_TRUE(words.has_value()) << "an empty text is a value";
  EXPECT_NE(words, Words{});
}

TEST(Shared, compares_by_value) {
  EXPECT_EQ(Words{"a"}, Words{"a"});
  EXPECT_NE(Words{"a"}, Words{"b"});
}

TEST(Shared, new_value_is_not_seen_by_earlier_copies) {
  Words words{"before"};
  const Words copy = words;
  words = std::string{"after"};
  EXPECT_EQ(*copy, "before");
  EXPECT_EQ(*words, "after");
}

TEST(SharedDeathTest, reading_nothing_is_a_mistake_of_the_program) {
  const Words nothing;
  EXPECT_DEATH((void)nothing->size(), "has_value");
}

}  // namespace
}  // namespace rollmill::base
