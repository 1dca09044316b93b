#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "drivers/config/oslo_ini.h"
#include "drivers/drivers.h"
#include "drivers/scratch.h"
#include "drivers/support/files.h"
#include "rollmill/base/digest.h"

namespace rollmill::drivers {
namespace {

using ports::Setting;

std::vector<Setting> parse(const std::string& text) {
  const auto settings = parse_oslo_ini(text, "x.conf");
  EXPECT_TRUE(settings.ok()) << settings.error().message;
  return settings.ok() ? *settings : std::vector<Setting>();
}

TEST(OsloIni, reads_what_oslo_reads) {
  const std::vector<Setting> expected = {{"DEFAULT", "pin_release_version", "35.0"},
                                         {"DEFAULT", "host", "cond1"},
                                         {"database", "connection", "mysql://u:p=w@h/d"},
                                         {"database", "list", "one\ntwo"},
                                         {"database", "quoted", " spaced "},
                                         {"database", "empty", ""}};
  EXPECT_EQ(parse("# comment\n; another\n[DEFAULT]\npin_release_version=35.0\nhost : cond1\n\n"
                  "[Database]\nconnection = mysql://u:p=w@h/d\nlist = one\n  two\n# between\n"
                  "quoted = \" spaced \"\r\nempty =\n"),
            expected);
}

TEST(OsloIni, section_names_but_default_ignore_case) {
  EXPECT_EQ(parse("[default]\na=1\n"), (std::vector<Setting>{{"default", "a", "1"}}))
      << "oslo.config does not take [default] for [DEFAULT]";
}

TEST(OsloIni, errors_give_file_and_line) {
  for (const auto& [text, place] :
       std::vector<std::pair<std::string, std::string>>{{"[DEFAULT]\nnonsense\n", "x.conf:2: "},
                                                        {"a = b\n", "x.conf:1: "},
                                                        {"[DEFAULT]\n\n  dangling\n", "x.conf:3: "},
                                                        {"[broken\n", "x.conf:1: "},
                                                        {"[]\n", "x.conf:1: "},
                                                        {"[DEFAULT]\n= b\n", "x.conf:2: "}}) {
    const auto settings = parse_oslo_ini(text, "x.conf");
    ASSERT_FALSE(settings.ok()) << text;
    EXPECT_EQ(settings.error().message.rfind(place, 0), 0U) << settings.error().message;
  }
}

TEST(OsloIni, printed_settings_read_back) {
  const std::vector<Setting> settings = {{"DEFAULT", "pin_release_version", "35.0"},
                                         {"conductor", "heartbeat_timeout", "600"},
                                         {"DEFAULT", "drain_shutdown_timeout", "900"}};
  const auto text = print_oslo_ini(settings, {"hello"});
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text->rfind("# hello\n", 0), 0U);
  const std::vector<Setting> back = parse(*text);
  EXPECT_EQ(back, (std::vector<Setting>{settings[0], settings[2], settings[1]}));
}

TEST(OsloIni, values_that_would_change_other_settings_are_refused) {
  for (const char* value : {"a\n[DEFAULT]\nx = 1", " a", "\"a\""}) {
    EXPECT_FALSE(print_oslo_ini({{"DEFAULT", "key", value}}, {}).ok()) << value;
  }
  EXPECT_FALSE(print_oslo_ini({{"a]b", "key", "v"}}, {}).ok());
}

class OsloConfigTest : public ::testing::Test {
 protected:
  std::shared_ptr<ports::ConfigDriver> make() {
    return make_oslo_config({scratch_ / "ironic.conf",
                             {scratch_ / "ironic.conf.d", scratch_ / "ironic-conductor.conf.d"},
                             "90-rollmill.conf",
                             "",
                             0644,
                             scratch_ / "state/drop-in"});
  }
  std::string ours() const { return scratch_ / "ironic.conf.d/90-rollmill.conf"; }
  void put(const std::string& name, const std::string& text) {
    ASSERT_TRUE(make_folders(folder_of(scratch_ / name)).ok());
    ASSERT_TRUE(write_file(scratch_ / name, text).ok());
  }
  const std::vector<Setting> pin_ = {{"DEFAULT", "pin_release_version", "35.0"}};
  Scratch scratch_;
};

TEST_F(OsloConfigTest, written_settings_are_read_back_by_another_object) {
  ASSERT_TRUE(make()->write(pin_).ok());
  const auto read = make()->read();
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->present);
  EXPECT_FALSE(read->foreign_edit);
  EXPECT_EQ(read->settings, pin_);
  struct stat entry {};
  ASSERT_EQ(stat(ours().c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777U, 0644U);
}

/// oslo.config takes a folder that it may not read for an empty one.
TEST_F(OsloConfigTest, settings_that_no_service_could_read_are_refused_and_not_in_force) {
  ASSERT_TRUE(make()->write(pin_).ok());
  const std::string folder = scratch_ / "ironic.conf.d";
  ASSERT_EQ(chmod(folder.c_str(), 0750), 0);
  const auto refused = make()->write(pin_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("run: chmod a+rx " + folder), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(make()->effective("DEFAULT", "pin_release_version").ok());
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  EXPECT_EQ(make()->effective("DEFAULT", "pin_release_version").value(), "35.0");
  ASSERT_EQ(chmod(ours().c_str(), 0640), 0);
  EXPECT_FALSE(make()->effective("DEFAULT", "pin_release_version").ok());
  put("ironic.conf", "[DEFAULT]\n");
  EXPECT_TRUE(make()->effective("DEFAULT", "pin_release_version").ok())
      << "whoever reads the main file by its group may read ours";
}

TEST_F(OsloConfigTest, folder_that_could_not_be_made_whole_is_not_there) {
  OsloOptions options;
  options.main_file = scratch_ / "ironic.conf";
  options.folders = {scratch_ / "ironic.conf.d"};
  options.group = "no-such-group";
  options.state_file = scratch_ / "state/drop-in";
  const auto refused = make_oslo_config(options)->write(pin_);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("'no-such-group' does not exist"), std::string::npos);
  EXPECT_FALSE(exists(scratch_ / "ironic.conf.d"));
}

TEST_F(OsloConfigTest, same_settings_again_do_not_touch_the_file) {
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  struct stat before {};
  struct stat after {};
  ASSERT_EQ(stat(ours().c_str(), &before), 0);
  ASSERT_TRUE(config->write(pin_).ok());
  ASSERT_EQ(stat(ours().c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
}

TEST_F(OsloConfigTest, header_says_how_to_end_it_without_losing_the_way_back) {
  ASSERT_TRUE(make()->write(pin_).ok());
  const std::string text = read_file(ours()).value();
  EXPECT_NE(text.find("# Do not remove it by hand: "), std::string::npos);
  EXPECT_NE(text.find("rollmill upgrade rollback"), std::string::npos);
}

/// Writing it anew would look like a change that the running services have not read.
TEST_F(OsloConfigTest, what_another_version_wrote_under_its_own_header_is_ours_and_left_alone) {
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  const std::string older = "# Another header.\n\n[DEFAULT]\npin_release_version = 35.0\n";
  ASSERT_TRUE(write_file(ours(), older, {0644, ""}).ok());
  put("state/drop-in", base::sha256_hex(older) + "\n");
  EXPECT_FALSE(config->read()->foreign_edit);
  ASSERT_TRUE(config->write(pin_).ok());
  EXPECT_EQ(read_file(ours()).value(), older);
  ASSERT_TRUE(config->write({{"DEFAULT", "heartbeat_timeout", "600"}}).ok());
  EXPECT_EQ(read_file(ours())->find("# Another header."), std::string::npos);
  EXPECT_FALSE(config->read()->foreign_edit);
}

TEST_F(OsloConfigTest, foreign_edit_is_seen_and_never_overwritten) {
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  const std::string edited = read_file(ours()).value() + "debug = true\n";
  ASSERT_TRUE(write_file(ours(), edited).ok());
  EXPECT_TRUE(config->read()->foreign_edit);
  EXPECT_EQ(config->write({}).error().code, base::ErrorCode::FailedPrecondition);
  EXPECT_FALSE(config->write({{"DEFAULT", "pin_release_version", "39.0"}}).ok());
  EXPECT_EQ(read_file(ours()).value(), edited);
}

TEST_F(OsloConfigTest, file_of_the_same_name_that_we_never_wrote_is_foreign) {
  put("ironic.conf.d/90-rollmill.conf", "[DEFAULT]\nhost = x\n");
  EXPECT_TRUE(make()->read()->foreign_edit);
  EXPECT_FALSE(make()->write(pin_).ok());
}

TEST_F(OsloConfigTest, empty_settings_remove_the_file_also_twice) {
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  ASSERT_TRUE(config->write({}).ok());
  EXPECT_FALSE(exists(ours()));
  EXPECT_FALSE(config->read()->present);
  EXPECT_TRUE(config->write({}).ok());
  EXPECT_TRUE(config->write(pin_).ok()) << "a file removed by hand may be written again";
}

TEST_F(OsloConfigTest, last_file_in_oslo_order_decides) {
  const auto config = make();
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), std::nullopt);
  put("ironic.conf", "[DEFAULT]\npin_release_version = 29.0\n[conductor]\nheartbeat_timeout=60\n");
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), "29.0");
  ASSERT_TRUE(config->write(pin_).ok());
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), "35.0");
  EXPECT_EQ(*config->effective("Conductor", "heartbeat_timeout"), "60");
  put("ironic.conf.d/91-other.conf.bak", "[DEFAULT]\npin_release_version = no\n");
  put("ironic.conf.d/10-early.conf", "[DEFAULT]\npin_release_version = early\n");
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), "35.0");
  put("ironic.conf.d/95-late.conf", "[DEFAULT]\npin_release_version = late\n");
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), "late");
  put("ironic-conductor.conf.d/00.conf", "[DEFAULT]\npin_release_version = program\n");
  EXPECT_EQ(*config->effective("DEFAULT", "pin_release_version"), "program");
}

TEST_F(OsloConfigTest, broken_operator_file_is_an_error_that_names_it) {
  put("ironic.conf", "[DEFAULT]\nbroken\n");
  const auto value = make()->effective("DEFAULT", "pin_release_version");
  ASSERT_FALSE(value.ok());
  EXPECT_NE(value.error().message.find(scratch_ / "ironic.conf:2"), std::string::npos);
}

TEST_F(OsloConfigTest, removal_counts_as_a_change) {
  put("ironic.conf", "[DEFAULT]\n");
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  const timespec old[2] = {{1000, 0}, {1000, 0}};
  for (const std::string& path : {scratch_ / "ironic.conf", scratch_ / "ironic.conf.d", ours()}) {
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), old, 0), 0);
  }
  EXPECT_EQ(*config->changed_at(), base::TimePoint(std::chrono::seconds(1000)));
  ASSERT_TRUE(config->write({}).ok());
  EXPECT_GT(*config->changed_at(), base::TimePoint(std::chrono::seconds(1000)));
}

TEST_F(OsloConfigTest, leftover_of_a_crash_in_the_middle_of_a_write_is_ours) {
  const auto config = make();
  ASSERT_TRUE(config->write(pin_).ok());
  const std::string old_text = read_file(ours()).value();
  const std::string old_record = read_file(scratch_ / "state/drop-in").value();
  ASSERT_TRUE(config->write({{"DEFAULT", "pin_release_version", "39.0"}}).ok());
  const std::string new_record = read_file(scratch_ / "state/drop-in").value();
  put("state/drop-in", new_record + old_record);  // as between remembering and renaming
  ASSERT_TRUE(write_file(ours(), old_text).ok());
  EXPECT_FALSE(config->read()->foreign_edit);
}

}  // namespace
}  // namespace rollmill::drivers
