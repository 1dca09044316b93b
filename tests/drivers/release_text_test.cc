#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "drivers/release/apt_text.h"
#include "drivers/release/policy_guard.h"
#include "drivers/scratch.h"
#include "drivers/support/files.h"

namespace rollmill::drivers {
namespace {

TEST(ReadPackages, only_what_is_on_the_host) {
  const auto packages = read_packages(
      "ironic-api 1:35.0.1-10 ii \nironic-common 1:39.0.0-6 iU \nironic-conductor 1:35.0.1-10 rc \n"
      "python3-ironic 1:35.0.1-10 hi \nironic-x  un \n");
  ASSERT_EQ(packages.size(), 3U);
  EXPECT_EQ(packages[0].version, "1:35.0.1-10");
  EXPECT_TRUE(packages[0].configured);
  EXPECT_EQ(packages[1].name, "ironic-common");
  EXPECT_FALSE(packages[1].configured);
  EXPECT_TRUE(packages[2].configured) << "on hold, but whole";
}

const std::string kMadison =
    "python3-ironic | 1:39.0.0-6 | copy:/opt/repo ./ Packages\n"
    "python3-ironic | 1:39.0.0-6 | http://deb.debian.org/debian sid/main amd64 Packages\n"
    "python3-ironic | 1:35.0.1-10 | copy:/opt/repo ./ Packages\n"
    "ironic-common | 1:39.0.0-6 | copy:/opt/repo ./ Packages\n"
    "ironic-common | 1:35.0.1-10 | copy:/opt/repo ./ Packages\n"
    "    ironic | 1:40.0.0-1 | http://deb.debian.org/debian sid/main Sources\n";

TEST(ChooseVersion, newest_of_the_release_that_all_packages_have) {
  const auto available = read_madison(kMadison);
  EXPECT_EQ(available.at("python3-ironic"),
            (std::vector<std::string>{"1:39.0.0-6", "1:35.0.1-10"}));
  EXPECT_EQ(available.count("ironic"), 0U);
  const auto version =
      choose_version(available, {"python3-ironic", "ironic-common"}, "python3-ironic", {39, 0});
  EXPECT_EQ(version.value_or("?"), "1:39.0.0-6");
}

TEST(ChooseVersion, what_lacks_is_named) {
  const auto available = read_madison(kMadison);
  const auto unknown = choose_version(available, {}, "python3-ironic", {38, 0});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, base::ErrorCode::NotFound);
  EXPECT_NE(unknown.error().message.find("1:39.0.0-6, 1:35.0.1-10"), std::string::npos);
  const auto partial =
      choose_version(available, {"python3-ironic", "ironic-api"}, "python3-ironic", {39, 0});
  EXPECT_EQ(partial.error().code, base::ErrorCode::FailedPrecondition);
}

TEST(MigratesDatabase, reads_debconfs_answer) {
  EXPECT_TRUE(migrates_database("* ironic/configure_db: true\n  ironic/db_user: x\n"));
  EXPECT_FALSE(migrates_database("* ironic/configure_db: false\n"));
  EXPECT_FALSE(migrates_database(""));
}

TEST(Manifest, comes_back_and_a_cut_one_does_not) {
  const std::string text = print_manifest({"1:39.0.0-6", "sha256:ab", {"zed", "39.0"}});
  const auto manifest = read_manifest(text);
  ASSERT_TRUE(manifest);
  EXPECT_EQ(manifest->version, "1:39.0.0-6");
  EXPECT_EQ(manifest->digest, "sha256:ab");
  EXPECT_EQ(manifest->pins, (std::vector<std::string>{"zed", "39.0"}));
  EXPECT_FALSE(read_manifest(text.substr(0, text.size() - 4)));
  EXPECT_FALSE(read_manifest(""));
}

TEST(ReadPins, list_of_texts_only) {
  EXPECT_EQ(read_pins(R"(["zed", "39.0"])").value_or({}),
            (std::vector<std::string>{"zed", "39.0"}));
  for (const char* bad : {"[]", "{}", "[1]", "[\"a\", null]", "", "zed"}) {
    EXPECT_FALSE(read_pins(bad).ok()) << bad;
  }
}

// Ironic's own file has this shape: a literal, then names that point into it.
TEST(PinsProgram, reads_the_table_without_running_it) {
  const Scratch scratch;
  ASSERT_TRUE(write_file(scratch / "release_mappings.py",
                         "from ironic.common.i18n import _\n"
                         "raise SystemExit('was run')\n"
                         "RELEASE_MAPPING = {\n    '9.2': {'rpc': '1.41'},\n"
                         "    '39.0': {'objects': {'Node': ['1.44']}},\n    'master': {},\n}\n"
                         "RELEASE_MAPPING['2026.2'] = RELEASE_MAPPING['39.0']\n"
                         "RELEASE_VERSIONS = sorted(set(RELEASE_MAPPING) - {'master'})\n")
                  .ok());
  ASSERT_TRUE(write_file(scratch / "program.py", kPinsProgram).ok());
  const std::string command = "python3 -I " + (scratch / "program.py") + " " +
                              (scratch / "release_mappings.py") + " > " + (scratch / "out");
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_pins(read_file(scratch / "out").value_or("")).value_or({}),
            (std::vector<std::string>{"9.2", "39.0", "2026.2"}));
}

class PolicyGuardTest : public ::testing::Test {
 protected:
  int answer() const { return WEXITSTATUS(std::system((path_ + " x start").c_str())); }
  Scratch scratch_;
  std::string path_ = scratch_ / "policy-rc.d";
  PolicyGuard guard_{path_};
};

TEST_F(PolicyGuardTest, denies_while_in_place_and_leaves_nothing) {
  ASSERT_TRUE(guard_.place().ok());
  EXPECT_TRUE(guard_.left_over());
  EXPECT_EQ(answer(), 101);
  ASSERT_TRUE(guard_.place().ok()) << "again, as after a crash";
  ASSERT_TRUE(guard_.remove().ok());
  EXPECT_TRUE(list_folder(scratch_.path()).empty());
  EXPECT_TRUE(guard_.remove().ok());
}

TEST_F(PolicyGuardTest, operators_own_policy_comes_back) {
  ASSERT_TRUE(write_file(path_, "#!/bin/sh\nexit 7\n", {0755, ""}).ok());
  ASSERT_TRUE(guard_.place().ok());
  ASSERT_TRUE(guard_.place().ok());
  EXPECT_EQ(answer(), 101);
  ASSERT_TRUE(guard_.remove().ok());
  EXPECT_EQ(answer(), 7);
  EXPECT_EQ(list_folder(scratch_.path()).size(), 1U);
  ASSERT_TRUE(guard_.remove().ok());
  EXPECT_EQ(answer(), 7) << "what is not ours stays";
}

TEST_F(PolicyGuardTest, crash_between_the_two_renames_is_mended) {
  ASSERT_TRUE(write_file(path_ + ".before-rollmill", "#!/bin/sh\nexit 7\n", {0755, ""}).ok());
  ASSERT_TRUE(guard_.place().ok());
  ASSERT_TRUE(guard_.remove().ok());
  EXPECT_EQ(answer(), 7);
}

TEST(AptText, package_files_are_told_apart_by_name_and_version) {
  const PackageFiles sorted = sort_package_files(
      {"ironic-api_1%3a39.0.0-6_all.deb", "ironic-common_1%3a39.0.0-60_all.deb", "lock",
       "ironic-common_1%3a39.0.0-6_all.deb", "ironic-common-doc_1%3a39.0.0-6_all.deb"},
      {"ironic-common", "ironic-api", "python3-ironic"}, "1:39.0.0-6");
  using Words = std::vector<std::string>;
  EXPECT_EQ(sorted.named,
            (Words{"ironic-api_1%3a39.0.0-6_all.deb", "ironic-common_1%3a39.0.0-6_all.deb"}));
  EXPECT_EQ(sorted.others, (Words{"ironic-common_1%3a39.0.0-60_all.deb",
                                  "ironic-common-doc_1%3a39.0.0-6_all.deb"}));
  EXPECT_EQ(sorted.lacking, Words{"python3-ironic"});
}

}  // namespace
}  // namespace rollmill::drivers
