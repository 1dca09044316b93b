#include <gtest/gtest.h>

#include <algorithm>

#include "drivers/drivers.h"
#include "drivers/fake_commands.h"
#include "drivers/scratch.h"
#include "drivers/support/files.h"

namespace rollmill::drivers {
namespace {

/// A Debian host as far as dpkg and apt tell: installs what it is asked to, unless told to break.
class FakeDebian {
 public:
  explicit FakeDebian(const Scratch& scratch) : scratch_(scratch) {}

  ports::CommandResult answer(const ports::CommandSpec& spec) {
    const std::string line = join(spec.argv, " ");
    if (spec.argv[0] == "/usr/bin/dpkg-query") return printed(packages(), 1);
    if (line == "/usr/bin/dpkg --audit") return printed(broken ? "half done\n" : "");
    if (spec.argv[0] == "/usr/bin/dpkg") return configure();
    if (spec.argv[0] == "/usr/bin/apt-cache") return printed(madison());
    if (spec.argv[0] == "/usr/bin/debconf-show") {
      return printed("* ironic/configure_db: " + configure_db + "\n");
    }
    if (spec.argv[0] == "/usr/bin/python3") return printed("[\"39.0\", \"35.0\"]\n");
    if (contains(line, "=1:") && lists_moved && !contains(line, "--download-only")) {
      return printed("", 100, "E: Version '" + wanted(spec) + "' was not found\n");
    }
    if (older(spec) && !contains(line, "--allow-downgrades")) {
      return printed("", 100, "E: Packages were downgraded and -y was used without it.\n");
    }
    if (contains(line, "--download-only")) return download(spec);
    if (contains(line, "--simulate")) return simulate();
    if (contains(line, "--no-download")) return install(spec);
    return printed("");
  }

  std::string version = "1:35.0.1-10";
  std::string configure_db = "false";
  bool broken = false;
  bool breaks_at_install = false;
  bool refuses = false;
  bool policy_seen = false;
  bool lists_moved = false;  ///< apt's lists know other versions than when it was staged.
  std::string lacks;         ///< A package that has come to be needed and was not fetched.

 private:
  std::string packages() const {
    const std::string status = broken ? " iU \n" : " ii \n";
    return "ironic-common " + version + status + "python3-ironic " + version + " ii \n";
  }
  static std::string madison() {
    std::string text;
    for (const char* name : {"ironic-common", "python3-ironic"}) {
      for (const char* each : {"1:39.0.0-6", "1:35.0.1-10"}) {
        text += std::string(name) + " | " + each + " | copy:/repo ./ Packages\n";
      }
    }
    return text;
  }
  /// NAME=VERSION or FOLDER/NAME_1%3aVERSION_all.deb.
  static std::string wanted(const ports::CommandSpec& spec) {
    const std::string& last = spec.argv.back();
    if (last[0] != '/') return last.substr(last.find('=') + 1);
    EXPECT_TRUE(exists(last)) << last;
    const std::string rest = last.substr(last.find("_1%3a") + 5);
    return "1:" + rest.substr(0, rest.find('_'));
  }
  bool older(const ports::CommandSpec& spec) const {
    return (contains(spec.argv.back(), "=") || contains(spec.argv.back(), ".deb")) &&
           wanted(spec) < version;
  }
  ports::CommandResult download(const ports::CommandSpec& spec) {
    const std::string end = "_1%3a" + wanted(spec).substr(2) + "_all.deb";
    for (const std::string& word : spec.argv) {
      const std::string option = "Dir::Cache::archives=";
      if (word.rfind(option, 0) != 0) continue;
      const std::string folder = word.substr(option.size());
      for (const std::string& name : {"python3-ironic" + end, "ironic-common" + end,
                                      std::string("python3-oslo.db_17.0_all.deb")}) {
        EXPECT_TRUE(write_file(folder + name, "new code").ok());
      }
    }
    return printed("");
  }
  ports::CommandResult simulate() const {
    if (lacks.empty()) return printed("Inst python3-ironic\n");
    return printed("python3-ironic : Depends: " + lacks + " but it is not installable\n", 100);
  }
  ports::CommandResult install(const ports::CommandSpec& spec) {
    policy_seen = exists(scratch_ / "policy-rc.d");
    if (!lacks.empty()) return printed("", 100, "E: Unable to correct problems\n");
    if (refuses) return printed("", 100, "E: Held packages were changed\n");
    if (broken) return printed("", 100, "E: dpkg was interrupted\n");
    version = wanted(spec);
    broken = breaks_at_install;
    breaks_at_install = false;
    return printed("", broken ? 100 : 0);
  }
  ports::CommandResult configure() {
    broken = false;
    return printed("");
  }
  const Scratch& scratch_;
};

class AptReleaseTest : public ::testing::Test {
 protected:
  std::shared_ptr<ports::ReleaseDriver> make() {
    AptOptions options;
    options.packages = {"python3-ironic", "ironic-common", "ironic-api"};
    options.stage_folder = scratch_ / "staged";
    options.policy_file = scratch_ / "policy-rc.d";
    options.dpkg_folder = scratch_.path();
    return make_apt_release(options, commands_);
  }
  std::size_t count(const std::string& part) const {
    std::size_t found = 0;
    for (const std::string& line : commands_->log) found += contains(line, part) ? 1 : 0;
    return found;
  }

  Scratch scratch_;
  FakeDebian debian_{scratch_};
  std::shared_ptr<FakeCommands> commands_ = std::make_shared<FakeCommands>(
      [this](const ports::CommandSpec& spec) { return debian_.answer(spec); });
  const core::ReleaseNumber new_{39, 0};
};

TEST_F(AptReleaseTest, installed_is_read_from_dpkg) {
  ASSERT_TRUE(write_file(scratch_ / "ironic-common.list", "").ok());
  const auto now = make()->installed();
  ASSERT_TRUE(now.ok()) << now.error().message;
  EXPECT_EQ(now->version, "1:35.0.1-10");
  EXPECT_EQ(now->number, (core::ReleaseNumber{35, 0}));
  EXPECT_TRUE(now->clean);
  EXPECT_GT(now->changed_at, base::TimePoint());
  debian_.broken = true;
  EXPECT_FALSE(make()->installed()->clean);
}

TEST_F(AptReleaseTest, stage_fetches_installs_nothing_and_is_proven_by_its_digest) {
  EXPECT_EQ(*make()->staged(new_), std::nullopt);
  const auto staged = make()->stage(new_);
  ASSERT_TRUE(staged.ok()) << staged.error().message;
  EXPECT_EQ(staged->version, "1:39.0.0-6");
  EXPECT_EQ(staged->pins, (std::vector<std::string>{"39.0", "35.0"}));
  EXPECT_EQ(debian_.version, "1:35.0.1-10");
  EXPECT_EQ(make()->staged(new_)->value().digest, staged->digest);
  const std::string file = scratch_ / "staged/1_39.0.0-6/python3-ironic_1%3a39.0.0-6_all.deb";
  ASSERT_TRUE(write_file(file, "other code").ok());
  EXPECT_EQ(*make()->staged(new_), std::nullopt);
  EXPECT_EQ(make()->install(new_).error().code, base::ErrorCode::FailedPrecondition);
}

TEST_F(AptReleaseTest, install_is_exact_guarded_and_read_back) {
  ASSERT_TRUE(make()->stage(new_).ok());
  const auto after = make()->install(new_);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->version, "1:39.0.0-6");
  EXPECT_TRUE(debian_.policy_seen);
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
  EXPECT_EQ(count("install ironic-common=1:39.0.0-6 python3-ironic=1:39.0.0-6"), 1U)
      << "to fetch; ironic-api is not on this host";
  const std::string folder = scratch_ / "staged/1_39.0.0-6";
  EXPECT_EQ(
      count("--no-download --with-source " + folder + "/python3-oslo.db_17.0_all.deb install " +
            folder + "/ironic-common_1%3a39.0.0-6_all.deb " + folder +
            "/python3-ironic_1%3a39.0.0-6_all.deb"),
      2U)
      << "once to ask whether it would do, once to install";
  ASSERT_TRUE(make()->install(new_).ok());
  EXPECT_EQ(count("run: /usr/bin/apt-get -q"), 3U) << "update, fetch, install; then done already";
}

TEST_F(AptReleaseTest, what_was_staged_is_installed_although_apts_lists_have_moved_on) {
  ASSERT_TRUE(make()->stage(new_).ok());
  debian_.lists_moved = true;
  EXPECT_TRUE(make()->staged(new_)->has_value());
  const auto after = make()->install(new_);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->version, "1:39.0.0-6");
  EXPECT_EQ(count("Dir::Etc::SourceList=/dev/null"), 3U) << "asked twice, installed once";
}

TEST_F(AptReleaseTest, stage_fails_when_what_was_fetched_would_not_install) {
  debian_.lacks = "python3-sushy";
  const auto staged = make()->stage(new_);
  ASSERT_FALSE(staged.ok());
  EXPECT_NE(staged.error().message.find("Depends: python3-sushy"), std::string::npos)
      << staged.error().message;
  EXPECT_EQ(*make()->staged(new_), std::nullopt);
}

TEST_F(AptReleaseTest, what_is_not_enough_any_more_is_not_staged_and_install_says_what_to_do) {
  ASSERT_TRUE(make()->stage(new_).ok());
  debian_.lacks = "python3-sushy";
  EXPECT_EQ(*make()->staged(new_), std::nullopt) << "so that staging again is not passed over";
  const auto failed = make()->install(new_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, base::ErrorCode::FailedPrecondition);
  EXPECT_NE(failed.error().message.find("Depends: python3-sushy"), std::string::npos);
  EXPECT_NE(failed.error().message.find("its stage phase then fetches"), std::string::npos);
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
}

TEST_F(AptReleaseTest, package_that_came_to_the_host_after_the_stage_is_to_be_staged_too) {
  ASSERT_TRUE(make()->stage(new_).ok());
  ASSERT_TRUE(remove_file(scratch_ / "staged/1_39.0.0-6/ironic-common_1%3a39.0.0-6_all.deb").ok());
  const auto failed = make()->install(new_);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(*make()->staged(new_), std::nullopt);
}

TEST_F(AptReleaseTest, older_release_comes_back) {
  debian_.version = "1:39.0.0-6";
  const core::ReleaseNumber old{35, 0};
  const auto staged = make()->stage(old);
  ASSERT_TRUE(staged.ok()) << staged.error().message;
  EXPECT_EQ(staged->version, "1:35.0.1-10");
  const auto after = make()->install(old);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_EQ(after->version, "1:35.0.1-10");
}

TEST_F(AptReleaseTest, interrupted_dpkg_is_finished) {
  ASSERT_TRUE(make()->stage(new_).ok());
  debian_.breaks_at_install = true;
  const auto after = make()->install(new_);
  ASSERT_TRUE(after.ok()) << after.error().message;
  EXPECT_TRUE(after->clean);
  EXPECT_EQ(count("--configure -a"), 1U);
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
}

TEST_F(AptReleaseTest, guard_of_a_crashed_run_means_asking_apt_again_and_goes_in_the_end) {
  ASSERT_TRUE(make()->stage(new_).ok());
  debian_.breaks_at_install = true;
  std::string guard;
  commands_ = std::make_shared<FakeCommands>([&](const ports::CommandSpec& spec) {
    const auto result = debian_.answer(spec);
    if (debian_.policy_seen) guard = read_file(scratch_ / "policy-rc.d").value_or("");
    return result;
  });
  ASSERT_TRUE(make()->install(new_).ok());
  ASSERT_TRUE(write_file(scratch_ / "policy-rc.d", guard, {0755, ""}).ok());
  commands_->log.clear();
  ASSERT_TRUE(make()->install(new_).ok());
  EXPECT_EQ(count("run: "), 1U) << "dpkg may say it is there while the run still goes on";
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
}

/// The agent was killed during apt, which its keeper has brought to its end.
class CutOffInstall : public AptReleaseTest {
 protected:
  CutOffInstall() {
    EXPECT_TRUE(write_file(policy_, "#!/bin/sh\n# the operator's own\n", {0755, ""}).ok());
    commands_ = std::make_shared<FakeCommands>([this](const ports::CommandSpec& spec) {
      const auto result = debian_.answer(spec);
      if (debian_.policy_seen && guard_.empty()) guard_ = read_file(policy_).value_or("");
      return result;
    });
    EXPECT_TRUE(make()->stage(new_).ok());
    EXPECT_TRUE(make()->install(new_).ok());
    EXPECT_TRUE(write_file(policy_ + ".before-rollmill", *read_file(policy_)).ok());
    EXPECT_TRUE(write_file(policy_, guard_, {0755, ""}).ok());
    commands_->log.clear();
  }
  bool has_operators_file() const {
    return contains(read_file(policy_).value_or(""), "the operator's own") &&
           !exists(policy_ + ".before-rollmill");
  }
  const std::string policy_ = scratch_ / "policy-rc.d";
  std::string guard_;
};

TEST_F(CutOffInstall, is_told_and_finished_after_the_end_of_what_still_ran) {
  EXPECT_EQ(make()->installed()->left_over, policy_);
  ASSERT_TRUE(make()->finish_install().ok());
  EXPECT_EQ(commands_->log.back(), "await");
  EXPECT_EQ(count("run: "), 0U) << "nothing is installed";
  EXPECT_TRUE(has_operators_file());
  EXPECT_EQ(make()->installed()->left_over, "");
  commands_->log.clear();
  ASSERT_TRUE(make()->finish_install().ok());
  EXPECT_TRUE(commands_->log.empty()) << "nothing left to do";
}

TEST_F(CutOffInstall, has_ended_before_the_next_install_looks_at_the_host) {
  ASSERT_TRUE(make()->install(new_).ok());
  const auto& log = commands_->log;
  const auto waited = std::find(log.begin(), log.end(), "await");
  const auto looked = std::find_if(
      log.begin(), log.end(), [](const std::string& line) { return contains(line, "dpkg-query"); });
  EXPECT_LT(waited, looked);
  EXPECT_TRUE(has_operators_file());
}

TEST_F(CutOffInstall, keeps_its_guard_when_it_is_unknown_what_still_runs) {
  commands_->await_answer = base::Error{base::ErrorCode::Unavailable, "the disk is away"};
  EXPECT_FALSE(make()->finish_install().ok());
  EXPECT_EQ(make()->installed()->left_over, policy_);
}

TEST_F(CutOffInstall, between_putting_aside_and_writing_is_known_by_the_file_put_aside) {
  ASSERT_TRUE(remove_file(policy_).ok());
  EXPECT_EQ(make()->installed()->left_over, policy_);
  ASSERT_TRUE(make()->install(new_).ok());
  EXPECT_TRUE(has_operators_file());
}

TEST_F(CutOffInstall, leaves_a_file_alone_that_a_person_wrote_since) {
  ASSERT_TRUE(write_file(policy_, "#!/bin/sh\nexit 0\n").ok());
  EXPECT_EQ(make()->installed()->left_over, "");
  ASSERT_TRUE(make()->finish_install().ok());
  EXPECT_EQ(*read_file(policy_), "#!/bin/sh\nexit 0\n");
}

TEST_F(AptReleaseTest, failed_install_tells_why_and_takes_its_guard_away) {
  ASSERT_TRUE(make()->stage(new_).ok());
  debian_.refuses = true;
  const auto failed = make()->install(new_);
  ASSERT_FALSE(failed.ok());
  EXPECT_NE(failed.error().message.find("Held packages"), std::string::npos);
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
}

TEST_F(AptReleaseTest, packages_that_migrate_the_database_themselves_are_refused) {
  debian_.configure_db = "true";
  const auto staged = make()->stage(new_);
  ASSERT_FALSE(staged.ok());
  EXPECT_NE(staged.error().message.find("debconf-set-selections"), std::string::npos);
  EXPECT_EQ(count("apt-get"), 0U);
}

TEST_F(AptReleaseTest, staging_what_is_installed_fetches_nothing) {
  const auto staged = make()->stage({35, 0});
  ASSERT_TRUE(staged.ok()) << staged.error().message;
  EXPECT_EQ(staged->digest, "installed:1:35.0.1-10");
  EXPECT_TRUE(*make()->staged({35, 0}));
  EXPECT_EQ(count("--download-only"), 0U);
  debian_.version = "1:39.0.0-6";
  EXPECT_FALSE(*make()->staged({35, 0})) << "it is not there any more";
}

TEST_F(AptReleaseTest, unknown_release_and_missing_package_are_told) {
  EXPECT_EQ(make()->stage({40, 0}).error().code, base::ErrorCode::NotFound);
  debian_.version = "";
  EXPECT_EQ(make()->installed().error().code, base::ErrorCode::NotFound);
}

}  // namespace
}  // namespace rollmill::drivers
