#include "rollmill/base/address.h"

#include <gtest/gtest.h>

namespace rollmill::base {
namespace {

TEST(Address, has_a_host_and_a_port) {
  EXPECT_EQ(parse_address("10.0.0.1:80")->host, "10.0.0.1");
  EXPECT_EQ(parse_address("10.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_address("[::1]:443")->host, "::1");
  EXPECT_EQ(parse_address("ctl:65535")->port, 65535);
  EXPECT_EQ(parse_address("ctl:0")->port, 0);
}

TEST(Address, is_nothing_when_half_of_it_is_missing_or_odd) {
  for (const char* text : {"", "ctl", ":80", "ctl:", "ctl:x", "ctl:80x", "ctl:65536", "ctl:-1",
                           "::1:80", "http://ctl:80", "a b:80", "[]:80"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Address, loopback_is_figures_or_its_own_names) {
  for (const char* here : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
    EXPECT_TRUE(is_loopback(here)) << here;
  }
  for (const char* there : {"", "0.0.0.0", "10.0.0.1", "127.evil.example", "localhost.example"}) {
    EXPECT_FALSE(is_loopback(there)) << there;
  }
}

}  // namespace
}  // namespace rollmill::base
