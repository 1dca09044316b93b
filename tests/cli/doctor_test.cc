#include <gtest/gtest.h>

#include "cli/fixture.h"

namespace rollmill::cli {
namespace {

class Doctor : public testing::Test {
 protected:
  Doctor() {
    terminal_.client = &client_;
    client_.information = {"0.1.0", "lab", 3, true, 120, 2, 2};
    client_.fleet = {healthy("cond1"), healthy("api1")};
  }

  static ports::FleetHostView healthy(const std::string& name) {
    ports::FleetHostView host;
    host.name = name;
    host.connected = true;
    host.since = at(-60);
    host.agent_version = "0.1.0";
    host.facts.read_at = at(-3);
    host.facts.services = {{"ironic-api", true, "35.0", "", false, at(-999)}};
    return host;
  }

  FakeClient client_;
  Terminal terminal_;
};

TEST_F(Doctor, says_ok_to_everything_when_all_is_well) {
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out,
            "ok       the controller answers at 127.0.0.1:7443, version 0.1.0, fleet lab, epoch 3\n"
            "ok       it is ready\n"
            "ok       this program and the controller are of one version\n"
            "ok       all 2 agents are connected\n"
            "ok       all agents are of the controller's version\n"
            "ok       clocks agree\n"
            "ok       no upgrade is under way\n"
            "ok       no host is pinned\n");
}

TEST_F(Doctor, names_what_is_wrong_and_what_to_do) {
  client_.fleet[0].connected = false;
  client_.fleet[1].agent_version = "0.0.9";
  client_.fleet[1].facts.read_at = at(30);
  client_.fleet[1].facts.services[0].pin = "35.0";
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Blocked);
  EXPECT_NE(terminal_.out.find("problem  agents are missing: cond1\n         do: start "
                               "rollmill-agent there"),
            std::string::npos);
  EXPECT_NE(terminal_.out.find("problem  agents of another version than the controller: api1\n"),
            std::string::npos);
  EXPECT_NE(terminal_.out.find("problem  clocks differ: api1\n"), std::string::npos);
  EXPECT_NE(terminal_.out.find("problem  pins are left although no upgrade is under way: api1\n"),
            std::string::npos);
}

TEST_F(Doctor, a_reading_that_nothing_has_changed_since_is_no_sign_of_a_wrong_clock) {
  for (ports::FleetHostView& host : client_.fleet) {
    host.since = at(-86'400);
    host.facts.read_at = at(-86'402);
  }
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Ok);
  EXPECT_NE(terminal_.out.find("ok       clocks agree\n"), std::string::npos);
}

TEST_F(Doctor, a_reading_from_long_before_its_arrival_is_one) {
  client_.fleet[1].facts.read_at = client_.fleet[1].since - std::chrono::minutes{2};
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Blocked);
  EXPECT_NE(terminal_.out.find("problem  clocks differ: api1\n"), std::string::npos);
}

TEST_F(Doctor, a_blocked_upgrade_is_a_problem_with_its_command_and_its_pins_are_none) {
  client_.views = {blocked_view()};
  client_.fleet[1].facts.services[0].pin = "35.0";
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Blocked);
  EXPECT_NE(terminal_.out.find("problem  upgrade u-7f3a is blocked: APPROVAL_MISSING: "),
            std::string::npos);
  EXPECT_NE(terminal_.out.find("do: rollmill upgrade approve u-7f3a unpin\n"), std::string::npos);
  EXPECT_EQ(terminal_.out.find("pins are left"), std::string::npos);
}

TEST_F(Doctor, json_is_a_list_of_findings) {
  EXPECT_EQ(terminal_.run({"doctor", "-o", "jsonl"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out.substr(0, 28), "[{\"ok\":true,\"what\":\"the cont");
}

TEST_F(Doctor, a_controller_that_does_not_answer_is_an_error) {
  client_.refusal = base::Error{base::ErrorCode::Unavailable, "cannot connect"};
  EXPECT_EQ(terminal_.run({"doctor"}), ExitCode::Unavailable);
}

}  // namespace
}  // namespace rollmill::cli
