#include "rollmill/base/nearest.h"

#include <gtest/gtest.h>

namespace rollmill::base {
namespace {

const std::vector<std::string> kWords = {"listen", "status_listen", "journal", "fleet"};

TEST(Nearest, finds_the_word_behind_one_slip) {
  EXPECT_EQ(nearest("lisen", kWords), "listen");
  EXPECT_EQ(nearest("listten", kWords), "listen");
  EXPECT_EQ(nearest("lsiten", kWords), "listen");
  EXPECT_EQ(nearest("Jurnal", kWords), "journal");
}

TEST(Nearest, keeps_silent_about_a_word_that_is_far_from_all) {
  EXPECT_EQ(nearest("colour", kWords), std::nullopt);
  EXPECT_EQ(nearest("", kWords), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 'f'), kWords), std::nullopt);
}

TEST(Nearest, sentence_is_ready_to_append) {
  EXPECT_EQ(did_you_mean("flet", kWords), "; did you mean \"fleet\"?");
  EXPECT_EQ(did_you_mean("zzz", kWords), "");
}

}  // namespace
}  // namespace rollmill::base
