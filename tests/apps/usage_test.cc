#include "apps/usage.h"

#include <gtest/gtest.h>

namespace rollmill::apps {
namespace {

TEST(DaemonUsage, says_what_is_wrong_with_the_line_and_not_only_what_is_right) {
  EXPECT_EQ(wrong_line(1, ""), "it needs --config FILE");
  EXPECT_EQ(wrong_line(2, "c.json"), "\"c.json\" is not understood; write --config FILE");
  EXPECT_EQ(wrong_line(2, "--config"), "--config needs a file");
  EXPECT_EQ(wrong_line(4, "--check"), "--check takes one file, and there are more words");
}

}  // namespace
}  // namespace rollmill::apps
