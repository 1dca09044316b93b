#include <gtest/gtest.h>

#include <fstream>

#include "rpc/certificates.h"
#include "rpc/houses.h"

namespace rollmill::rpc {
namespace {

ServerOptions serving(const std::optional<TlsFiles>& tls) {
  ServerOptions options;
  options.tls = tls;
  return options;
}

AgentClientOptions showing(const std::string& address, const TlsFiles& tls) {
  AgentClientOptions options = dialling(address);
  options.tls = tls;
  return options;
}

std::unique_ptr<ControlClient> client_of(const std::string& address,
                                         const std::optional<TlsFiles>& tls,
                                         const std::string& server_name = "") {
  ControlClientOptions options;
  options.controller = address;
  options.tls = tls;
  options.server_name = server_name;
  options.user = "somebody else";
  return make_control_client(options).value();
}

const std::string kHere = "IP:127.0.0.1,DNS:localhost";

/// A server with a certificate of the fleet's authority.
class Tls : public testing::Test {
 protected:
  Tls() { house.open(); }

  Authority authority{"the fleet's authority"};
  ControllerHouse house{serving(authority.issue("controller", kHere))};
};

TEST_F(Tls, agent_whose_certificate_names_its_host_is_let_in) {
  AgentHouse common("cond1", showing(house.address(), authority.issue("cond1", "")));
  AgentHouse dns("cond2", showing(house.address(), authority.issue("x", "DNS:cond2")));
  AgentHouse uri("cond3",
                 showing(house.address(), authority.issue("x", "URI:spiffe://f1/agent/cond3")));
  for (AgentHouse* agent : {&common, &dns, &uri}) {
    EXPECT_EQ(agent->inbox.told.wait_for(1), std::vector<std::string>{"welcomed 7"});
  }
}

TEST_F(Tls, agent_cannot_speak_for_another_host) {
  AgentHouse agent(
      "cond1", showing(house.address(), authority.issue("cond2", "URI:spiffe://f2/agent/cond1")));
  EXPECT_EQ(agent.inbox.told.wait_for(1).at(0),
            "lost: the controller turned this agent away: the certificate names "
            "spiffe://f2/agent/cond1, cond2 and cannot speak for host cond1: give this agent a "
            "certificate for cond1, or correct the host in its file");
  EXPECT_EQ(house.control.hellos.all().size(), 0U);
}

TEST_F(Tls, certificate_of_another_authority_does_not_get_in) {
  Authority other("another authority");
  TlsFiles mixed = other.issue("cond1", "");
  mixed.ca = authority.issue("x", "").ca;
  AgentHouse agent("cond1", showing(house.address(), mixed));
  EXPECT_TRUE(agent.inbox.told.wait_for(1).at(0).starts_with(
      "lost: cannot reach the controller at " + house.address()));
  EXPECT_EQ(client_of(house.address(), mixed)->info().error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(house.control.hellos.all().size(), 0U);
}

TEST_F(Tls, client_without_a_certificate_does_not_get_in) {
  EXPECT_EQ(client_of(house.address(), {})->info().error().code, base::ErrorCode::Unavailable);
}

TEST_F(Tls, controller_of_another_authority_is_not_believed) {
  Authority other("another authority");
  ControllerHouse false_house(serving(other.issue("controller", kHere)));
  false_house.open();
  AgentHouse agent("cond1", showing(false_house.address(), authority.issue("cond1", "")));
  EXPECT_TRUE(agent.inbox.told.wait_for(1).at(0).starts_with("lost: cannot reach the controller"));
}

TEST_F(Tls, controller_must_have_the_name_that_was_dialled_or_the_one_configured) {
  ControllerHouse named(serving(authority.issue("x", "DNS:ctl.example")));
  named.open();
  const TlsFiles mine = authority.issue("ann", "");
  EXPECT_EQ(client_of(named.address(), mine)->info().error().code, base::ErrorCode::Unavailable);
  EXPECT_TRUE(client_of(named.address(), mine, "ctl.example")->info().ok());
}

TEST_F(Tls, who_asks_is_the_certificate_and_not_the_claim) {
  house.loop.run_and_wait([&] { house.control.upgrades = {sample_view()}; });
  const auto client = client_of(house.address(), authority.issue("ann", ""));
  ASSERT_TRUE(client->pause({"u1"}, "because").ok());
  const auto deed = house.control.deeds.all().at(0).second;
  EXPECT_EQ(std::get<core::PauseRequested>(deed).actor, (core::Actor{"ann", "because"}));
}

TEST(TlsFiles, unreadable_ones_are_named) {
  ServerOptions options;
  options.address = "127.0.0.1:0";
  options.tls = {"/nonexistent/ca.pem", "/nonexistent/c.pem", "/nonexistent/c.key"};
  ControllerHouse house(options);
  const auto started = house.server->start(house.control);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().message,
            "cannot read the CA certificate /nonexistent/ca.pem: No such file or directory; name a "
            "readable PEM file");
}

TEST(TlsFiles, other_text_is_not_taken_for_a_certificate) {
  Authority authority("the fleet's authority");
  AgentClientOptions options = showing("127.0.0.1:1", authority.issue("cond1", ""));
  std::ofstream(options.tls->key) << "hello";
  const auto made = make_agent_client(options);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().message, "the private key " + options.tls->key + " is not a PEM file");
}

TEST(Plain, beyond_this_machine_is_refused_without_tls) {
  ServerOptions options;
  options.address = "0.0.0.0:0";
  ControllerHouse house(options);
  const auto started = house.server->start(house.control);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().message,
            "will not listen on 0.0.0.0:0 without TLS: anybody on that network could give orders. "
            "Configure tls (ca, certificate, key), use a loopback address, or say --insecure");
  const auto agent = make_agent_client(dialling("ctl.example:7710"));
  ASSERT_FALSE(agent.ok());
  EXPECT_TRUE(agent.error().message.starts_with("will not connect to ctl.example:7710"));
}

TEST(Plain, insecure_server_says_so_at_the_start_and_with_each_agent) {
  ServerOptions options;
  options.address = "0.0.0.0:0";
  options.insecure = true;
  ControllerHouse house(options);
  house.open();
  Record<std::string> said;
  AgentClientOptions dial = dialling(house.address());
  dial.insecure = true;
  dial.log = [&said](Severity, const std::string& text) { said.add(text); };
  AgentHouse agent("cond1", dial);
  agent.inbox.told.wait_for(1);
  const auto log = house.log.wait_for(3);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0],
            "listening on 0.0.0.0:0 without TLS (--insecure): anybody who reaches it can give "
            "orders");
  EXPECT_TRUE(log[1].starts_with("agent of cond1 came from ipv4:127.0.0.1:")) << log[1];
  EXPECT_TRUE(log[2].starts_with("agent of cond1 is connected from ipv4:127.0.0.1:")) << log[2];
  EXPECT_EQ(said.wait_for(2).size(), 2U);
}

}  // namespace
}  // namespace rollmill::rpc
