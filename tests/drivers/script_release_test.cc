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

TEST_F(ScriptReleaseTest, has_nothing_left_over_to_finish) {
  const auto release = make();
  EXPECT_EQ(release->installed()->left_over, "");
  EXPECT_TRUE(release->finish_install().ok());
  EXPECT_EQ(commands_->log.size(), 1U);
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
