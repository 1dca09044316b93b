#include "rollmill/base/check.h"

#include <gtest/gtest.h>

#include "rollmill/base/result.h"

namespace rollmill::base {
namespace {

TEST(CheckDeathTest, broken_assumption_names_expression_and_file) {
  const int hosts = 3;
  EXPECT_DEATH(ROLLMILL_CHECK(hosts == 4), "hosts == 4.*check_test.cc");
}

TEST(CheckDeathTest, reading_the_wrong_side_of_a_result_aborts) {
  const Result<int> failed = Error{ErrorCode::NotFound, "no such host"};
  EXPECT_DEATH((void)failed.value(), "broken assumption");
  const Result<int> fine = 7;
  EXPECT_DEATH((void)fine.error(), "broken assumption");
}

TEST(CheckDeathTest, lost_durability_stops_the_process_and_says_why) {
  EXPECT_DEATH(lost_durability("disk full"), "journal could not be written: disk full");
}

TEST(Result, context_is_put_before_the_message) {
  const Error error{ErrorCode::DataLoss, "hash differs"};
  const Error expected{ErrorCode::DataLoss, "fact 7: hash differs"};
  EXPECT_EQ(error.with_context("fact 7"), expected);
}

}  // namespace
}  // namespace rollmill::base
