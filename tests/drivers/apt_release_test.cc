#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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
    if (older(spec) && !contains(line, "--allow-downgrades")) {
      return printed("", 100, "E: Packages were downgraded and -y was used without it.\n");
    }
    if (contains(line, "--download-only")) return download(spec);
    if (contains(line, "--no-download")) return install(spec);
    return printed("");
  }

  std::string version = "1:35.0.1-10";
  std::string configure_db = "false";
  bool broken = false;
  bool breaks_at_install = false;
  bool refuses = false;
  bool policy_seen = false;

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
  static std::string wanted(const ports::CommandSpec& spec) {
    return spec.argv.back().substr(spec.argv.back().find('=') + 1);
  }
  bool older(const ports::CommandSpec& spec) const {
    return contains(spec.argv.back(), "=") && wanted(spec) < version;
  }
  ports::CommandResult download(const ports::CommandSpec& spec) {
    const std::string name = "python3-ironic_1%3a" + wanted(spec).substr(2) + "_all.deb";
    for (const std::string& word : spec.argv) {
      const std::string option = "Dir::Cache::archives=";
      if (word.rfind(option, 0) != 0) continue;
      EXPECT_TRUE(write_file(word.substr(option.size()) + name, "new code").ok());
    }
    return printed("");
  }
  ports::CommandResult install(const ports::CommandSpec& spec) {
    policy_seen = exists(scratch_ / "policy-rc.d");
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
  EXPECT_EQ(count("install ironic-common=1:39.0.0-6 python3-ironic=1:39.0.0-6"), 2U)
      << "once to fetch, once to install; ironic-api is not on this host";
  ASSERT_TRUE(make()->install(new_).ok());
  EXPECT_EQ(count("--no-download"), 1U) << "done already";
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
  EXPECT_EQ(count("--no-download"), 1U) << "dpkg may say it is there while the run still goes on";
  EXPECT_FALSE(exists(scratch_ / "policy-rc.d"));
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

class ScriptReleaseTest : public ::testing::Test {
 protected:
  std::shared_ptr<ports::ReleaseDriver> make() {
    ScriptReleaseOptions options;
    options.installed = {"/r", "installed"};
    options.staged = {"/r", "staged"};
    options.stage = {"/r", "stage", "{release}"};
    options.install = {"/r", "install", "{release}"};
    options.pins = {"/r", "pins", "{release}"};
    options.side_by_side = true;
    options.changed_file = scratch_ / "current";
    return make_script_release(options, commands_);
  }
  void SetUp() override {
    ASSERT_TRUE(write_file(scratch_ / "release", "").ok());
    const timespec old[2] = {{1000, 0}, {1000, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, (scratch_ / "release").c_str(), old, 0), 0);
    ASSERT_EQ(symlink((scratch_ / "release").c_str(), (scratch_ / "current").c_str()), 0);
  }
  Scratch scratch_;
  std::string installed_ = "35.0";
  std::string staged_ = "35.0 sha256:aa\n";
  bool works_ = true;
  std::shared_ptr<FakeCommands> commands_ =
      std::make_shared<FakeCommands>([this](const ports::CommandSpec& spec) {
        const std::string& verb = spec.argv[1];
        if (verb == "installed") return printed("log line\n" + installed_ + "\n");
        if (verb == "staged") return printed(staged_);
        if (verb == "pins") return printed("[\"35.0\"]\n");
        if (!works_) return printed("", 1, "no such release\n");
        if (verb == "stage") staged_ += "39.0 sha256:bb\n";
        if (verb == "install") installed_ = spec.argv[2];
        return printed("Get:1 ...\n");
      });
};

TEST_F(ScriptReleaseTest, stage_and_install_are_judged_by_reading_back) {
  const auto release = make();
  EXPECT_TRUE(release->side_by_side());
  EXPECT_EQ(*release->staged({39, 0}), std::nullopt);
  const auto staged = release->stage({39, 0});
  ASSERT_TRUE(staged.ok()) << staged.error().message;
  EXPECT_EQ(staged->digest, "sha256:bb");
  EXPECT_EQ(staged->pins, std::vector<std::string>{"35.0"});
  EXPECT_EQ(release->install({39, 0})->version, "39.0");
  ASSERT_TRUE(release->install({39, 0}).ok());
  std::size_t installs = 0;
  for (const std::string& line : commands_->log) installs += contains(line, "install 39") ? 1 : 0;
  EXPECT_EQ(installs, 1U);
}

TEST_F(ScriptReleaseTest, release_was_changed_when_its_link_was_set) {
  EXPECT_GT(make()->installed()->changed_at, base::TimePoint(std::chrono::seconds(2000)));
  ASSERT_EQ(unlink((scratch_ / "current").c_str()), 0);
  const auto unknown = make()->installed();
  ASSERT_FALSE(unknown.ok()) << "every process would seem younger than a release of 1970";
  EXPECT_NE(unknown.error().message.find("correct `changed_file`"), std::string::npos);
}

TEST_F(ScriptReleaseTest, failures_carry_what_the_command_said) {
  works_ = false;
  const auto staged = make()->stage({39, 0});
  ASSERT_FALSE(staged.ok());
  EXPECT_NE(staged.error().message.find("no such release"), std::string::npos);
  EXPECT_FALSE(make()->install({39, 0}).ok());
  installed_ = "nonsense";
  EXPECT_EQ(make()->installed().error().code, base::ErrorCode::DataLoss);
}

}  // namespace
}  // namespace rollmill::drivers
