#include <gtest/gtest.h>

#include "cli/fixture.h"

namespace rollmill::cli {
namespace {

class CommandLine : public testing::Test {
 protected:
  CommandLine() { terminal_.client = &client_; }

  std::string error_of(const std::vector<std::string>& arguments) {
    EXPECT_EQ(terminal_.run(arguments), ExitCode::Usage);
    return terminal_.err;
  }

  FakeClient client_;
  Terminal terminal_;
};

TEST_F(CommandLine, help_shows_examples_before_options) {
  ASSERT_EQ(terminal_.run({"upgrade", "wait", "--help"}), ExitCode::Ok);
  const std::size_t examples = terminal_.out.find("rollmill upgrade wait --for phase=unpin");
  ASSERT_NE(examples, std::string::npos);
  EXPECT_LT(examples, terminal_.out.find("Options:"));
  ASSERT_EQ(terminal_.run({"--help"}), ExitCode::Ok);
  EXPECT_TRUE(terminal_.out.ends_with("130 Ctrl-C.\n"));
}

TEST_F(CommandLine, bare_call_explains_itself_and_is_a_usage_error) {
  EXPECT_EQ(terminal_.run({}), ExitCode::Usage);
  EXPECT_EQ(terminal_.out, "");
  EXPECT_NE(terminal_.err.find("rollmill upgrade start --to 39.0"), std::string::npos);
}

TEST_F(CommandLine, misspelt_commands_and_options_get_a_suggestion) {
  EXPECT_EQ(error_of({"upgarde", "start"}),
            "rollmill: \"upgarde\" is not a command; did you mean \"upgrade\"?\n"
            "See `rollmill --help`.\n");
  EXPECT_EQ(error_of({"upgrade", "staus"}),
            "rollmill: \"staus\" is not a command; did you mean \"status\"?\n"
            "See `rollmill upgrade --help`.\n");
  EXPECT_EQ(error_of({"upgrade", "start", "--to", "39.0", "--detatch"}),
            "rollmill: \"--detatch\" is not an option; did you mean \"--detach\"?\n"
            "See `rollmill upgrade start --help`.\n");
  EXPECT_EQ(error_of({"hosts", "extra"}),
            "rollmill: \"extra\" is one word too many\nSee `rollmill hosts --help`.\n");
}

TEST_F(CommandLine, values_are_checked_before_anybody_is_asked) {
  EXPECT_NE(error_of({"upgrade", "wait", "--for", "unpin"}).find("write phase=NAME or state=NAME"),
            std::string::npos);
  EXPECT_NE(error_of({"upgrade", "wait", "--for", "phase=pin", "--timeout", "soon"})
                .find("\"soon\" is not a duration; write 30s, 5m or 2h"),
            std::string::npos);
  EXPECT_NE(
      error_of({"-o", "xml", "hosts"}).find("\"xml\" is not a format; write table, json or jsonl"),
      std::string::npos);
  EXPECT_NE(error_of({"upgrade", "skip", "--step", "stop"})
                .find("\"stop\" is not the number of a step; `rollmill upgrade report -o json` "
                      "lists them"),
            std::string::npos);
  EXPECT_EQ(error_of({"logs", "17", "u-1"}),
            "rollmill: \"u-1\" is not the number of a step\nSee `rollmill logs --help`.\n");
  EXPECT_TRUE(client_.asked.empty());
}

TEST_F(CommandLine, what_is_missing_or_too_much_is_named_in_the_words_of_the_help) {
  EXPECT_EQ(error_of({"upgrade", "approve"}),
            "rollmill: [UPGRADE] GATE is required\nSee `rollmill upgrade approve --help`.\n");
  EXPECT_EQ(error_of({"logs", "u-1", "17", "18"}),
            "rollmill: [UPGRADE] [STEP] is all that fits here, and there are more words\n"
            "See `rollmill logs --help`.\n");
  EXPECT_EQ(error_of({"upgrade"}).find("rollmill: a command is missing: start, status, watch, "),
            0U);
}

TEST_F(CommandLine, help_names_the_words_of_a_line_and_the_options_that_fit_everywhere) {
  ASSERT_EQ(terminal_.run({"upgrade", "approve", "--help"}), ExitCode::Ok);
  EXPECT_NE(terminal_.out.find("Usage: rollmill upgrade approve [OPTIONS] [UPGRADE] GATE\n"),
            std::string::npos)
      << terminal_.out;
  EXPECT_NE(terminal_.out.find("--reason"), std::string::npos);
  EXPECT_NE(terminal_.out.find("Exit codes: 0 done"), std::string::npos);
  const std::string asked_there = terminal_.out;
  ASSERT_EQ(terminal_.run({"help", "upgrade", "approve"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out, asked_there);
}

TEST_F(CommandLine, version_is_told) {
  EXPECT_EQ(terminal_.run({"--version"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.out, "rollmill 0.1.0\n");
}

TEST_F(CommandLine, flags_win_over_the_environment_and_that_over_the_default) {
  ASSERT_EQ(terminal_.run({"upgrade", "list"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.connected.server, "127.0.0.1:7443");
  EXPECT_EQ(terminal_.connected.user, "root@ctl");
  terminal_.environment = {{"ROLLMILL_SERVER", "10.0.0.1:1"},
                           {"ROLLMILL_CA", "/ca"},
                           {"ROLLMILL_CERT", "/cert"},
                           {"ROLLMILL_KEY", "/key"}};
  ASSERT_EQ(terminal_.run({"upgrade", "list"}), ExitCode::Ok);
  EXPECT_EQ(terminal_.connected.server, "10.0.0.1:1");
  EXPECT_EQ(terminal_.connected.key, "/key");
  ASSERT_EQ(terminal_.run({"upgrade", "list", "--server", "10.0.0.2:2", "--ca", "/other"}),
            ExitCode::Ok);
  EXPECT_EQ(terminal_.connected.server, "10.0.0.2:2");
  EXPECT_EQ(terminal_.connected.ca, "/other");
}

TEST_F(CommandLine, plain_text_leaves_the_machine_only_by_word) {
  EXPECT_EQ(error_of({"--server", "10.0.0.1:1", "hosts"}),
            "rollmill: 10.0.0.1:1 is not on this machine; give --ca, --cert and --key, or "
            "--insecure to send orders in plain text\n");
  EXPECT_NE(error_of({"--server", "127.evil.example:1", "hosts"}).find("is not on this machine"),
            std::string::npos);
  EXPECT_EQ(error_of({"--ca", "/ca", "hosts"}),
            "rollmill: TLS needs all of --ca, --cert and --key (or ROLLMILL_CA, ROLLMILL_CERT, "
            "ROLLMILL_KEY)\n");
  EXPECT_EQ(terminal_.run({"--server", "10.0.0.1:1", "--insecure", "upgrade", "list"}),
            ExitCode::Ok);
}

TEST_F(CommandLine, the_controllers_address_has_a_host_and_a_port) {
  for (const char* server : {"ctl", "127.0.0.1", ":7443", "127.0.0.1:99999", "127.0.0.1:x", ""}) {
    EXPECT_EQ(error_of({"--server", server, "hosts"}),
              "rollmill: \"" + std::string(server) +
                  "\" is not the address of a controller; write HOST:PORT after --server or in "
                  "ROLLMILL_SERVER, such as 10.0.0.1:7443\n");
  }
  EXPECT_EQ(terminal_.run({"--server", "[::1]:7443", "upgrade", "list"}), ExitCode::Ok);
}

TEST_F(CommandLine, a_client_that_cannot_be_made_says_why) {
  terminal_.connect_error = base::Error{base::ErrorCode::InvalidArgument, "/ca is no certificate"};
  EXPECT_EQ(terminal_.run({"hosts"}), ExitCode::Usage);
  EXPECT_EQ(terminal_.err, "rollmill: /ca is no certificate\n");
}

}  // namespace
}  // namespace rollmill::cli
