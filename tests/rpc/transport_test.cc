#include "rpc/transport.h"

#include <gtest/gtest.h>

namespace rollmill::rpc {
namespace {

TEST(Transport, loopback_is_told_from_the_rest_by_its_spelling) {
  for (const char* here : {"127.0.0.1:7710", "127.1.2.3:1", "localhost:7710", "[::1]:7710",
                           "unix:/run/rollmill.sock"}) {
    EXPECT_TRUE(is_loopback(here)) << here;
  }
  for (const char* there : {"0.0.0.0:7710", "[::]:7710", "10.0.0.1:7710", "ctl:7710",
                            "127.evil.example:7710", "localhost.example:7710", "[::ffff:1]:7710"}) {
    EXPECT_FALSE(is_loopback(there)) << there;
  }
}

TEST(Transport, without_tls_anybody_may_speak_for_a_host) {
  EXPECT_TRUE(check_speaks_for({}, {"f1"}, {"cond1"}).ok());
}

TEST(Transport, certificate_without_a_name_speaks_for_nobody) {
  const Peer nameless{.proven = true, .names = {}, .address = "ipv4:10.0.0.7:4312"};
  EXPECT_FALSE(check_speaks_for(nameless, {"f1"}, {"cond1"}).ok());
  EXPECT_EQ(actor_of(nameless, "root", "")->by, "a certificate without a name");
}

TEST(Transport, agents_certificate_gives_no_orders) {
  const auto actor = [](std::vector<std::string> names) {
    return actor_of({.proven = true, .names = std::move(names), .address = "ipv4:10.0.0.7:4312"},
                    "root", "");
  };
  const auto refused = actor({"spiffe://f1/agent/cond1", "cond1"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::ErrorCode::PermissionDenied);
  EXPECT_EQ(refused.error().message,
            "the certificate names the agent spiffe://f1/agent/cond1, and an agent gives no "
            "orders: use the certificate of a person or of a pipeline");
  EXPECT_EQ(actor({"spiffe://f1/operator/agent/ann"})->by, "spiffe://f1/operator/agent/ann");
  EXPECT_EQ(actor({"agent"})->by, "agent");
}

}  // namespace
}  // namespace rollmill::rpc
