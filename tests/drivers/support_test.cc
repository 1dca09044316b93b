#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/scratch.h"
#include "drivers/support/files.h"
#include "drivers/support/process_table.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

TEST(Text, last_line_skips_blank_ones) {
  EXPECT_EQ(last_line("INFO log\n9fb44677ef15 \n\n"), "9fb44677ef15");
  EXPECT_EQ(last_line("\n \n"), "");
}

TEST(Text, fill_in_replaces_every_place_once) {
  EXPECT_EQ(fill_in("a {x} {x} {y}", "x", "{x}"), "a {x} {x} {y}");
  EXPECT_EQ(fill_in("--release={release}", "release", "39.0"), "--release=39.0");
}

TEST(Text, plain_names_cannot_leave_their_folder) {
  EXPECT_TRUE(is_plain_name("u-7f3a.2"));
  for (const char* bad : {"", ".", "..", "a/b", "a b", "a\n"}) EXPECT_FALSE(is_plain_name(bad));
}

TEST(Files, write_replaces_and_sets_the_mode) {
  const Scratch scratch;
  const std::string path = scratch / "file";
  ASSERT_TRUE(write_file(path, "old").ok());
  ASSERT_TRUE(write_file(path, "new", {0640, ""}).ok());
  EXPECT_EQ(read_file(path).value_or(""), "new");
  struct stat entry {};
  ASSERT_EQ(stat(path.c_str(), &entry), 0);
  EXPECT_EQ(entry.st_mode & 0777U, 0640U);
  EXPECT_EQ(list_folder(scratch.path()), std::vector<std::string>{"file"});
}

TEST(Files, write_failure_leaves_the_old_content_and_no_debris) {
  const Scratch scratch;
  const std::string path = scratch / "file";
  ASSERT_TRUE(write_file(path, "old").ok());
  const base::Status status = write_file(path, "new", {0640, "no-such-group-here"});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("no-such-group-here"), std::string::npos);
  EXPECT_EQ(read_file(path).value_or(""), "old");
  EXPECT_EQ(list_folder(scratch.path()), std::vector<std::string>{"file"});
}

TEST(Files, read_tells_missing_from_too_large) {
  const Scratch scratch;
  EXPECT_EQ(read_file(scratch / "none").error().code, base::ErrorCode::NotFound);
  ASSERT_TRUE(write_file(scratch / "large", std::string(100, 'x')).ok());
  EXPECT_EQ(read_file(scratch / "large", 99).error().code, base::ErrorCode::InvalidArgument);
  EXPECT_EQ(read_file(scratch / "large", 100).value_or("").size(), 100U);
}

TEST(ProcessTable, parse_survives_brackets_and_spaces_in_the_name) {
  const auto entry =
      parse_process("4242 (a (b) c) S 7 42 41 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 2 3 4");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->pid, 4242);
  EXPECT_EQ(entry->parent, 7);
  EXPECT_EQ(entry->group, 42);
  EXPECT_EQ(entry->session, 41);
  EXPECT_EQ(entry->start_ticks, 987654U);
  EXPECT_EQ(entry->name, "a (b) c");
  EXPECT_FALSE(parse_process("4242 (cut"));
  EXPECT_FALSE(parse_process("4242 (cut) S 1 2 3"));
}

TEST(ProcessTable, family_holds_children_and_members_of_the_group) {
  const auto entry = [](std::int64_t pid, std::int64_t parent, std::int64_t group) {
    return ProcessEntry{pid, parent, group, group, 1, false, "p"};
  };
  // 12 was adopted by 1 when 11 ended, but it is still in the group that 10 leads.
  const std::vector<ProcessEntry> all = {entry(1, 0, 1), entry(10, 1, 10), entry(12, 1, 10),
                                         entry(13, 12, 13), entry(20, 1, 20)};
  std::vector<std::int64_t> pids;
  for (const ProcessEntry& member : family_of(all, 10)) pids.push_back(member.pid);
  EXPECT_EQ(pids, (std::vector<std::int64_t>{10, 12, 13}));
  EXPECT_TRUE(family_of(all, 99).empty());
}

TEST(ProcessTable, workers_are_the_nearest_of_the_same_program_and_not_what_those_run) {
  const auto entry = [](std::int64_t pid, std::int64_t parent, const char* name) {
    return ProcessEntry{pid, parent, 10, 10, 1, false, name};
  };
  const auto pids = [](const std::vector<ProcessEntry>& all) {
    std::vector<std::int64_t> found;
    for (const ProcessEntry& worker : workers_of(all, all.front())) found.push_back(worker.pid);
    return found;
  };
  const ProcessEntry master = entry(10, 1, "ironic-conducto");
  // 13: a fork of the worker that is about to become ipmitool.
  EXPECT_EQ(pids({master, entry(11, 10, "ironic-conducto"), entry(12, 11, "sudo"),
                  entry(13, 11, "ironic-conducto"), entry(14, 10, "ipmitool"),
                  entry(20, 1, "ironic-conducto")}),
            (std::vector<std::int64_t>{11}));
  // Titles, cut by the kernel, and a fork server between.
  EXPECT_EQ(pids({entry(10, 1, "ironic: master "), entry(11, 10, "python3"),
                  entry(12, 11, "ironic: Service")}),
            (std::vector<std::int64_t>{12}));
  EXPECT_TRUE(pids({master, entry(11, 10, "qemu-img")}).empty());
  EXPECT_TRUE(pids({master, entry(11, 12, "a"), entry(12, 11, "b")}).empty());
}

TEST(ProcessTable, start_of_this_process_is_a_moment_ago) {
  const ProcessTable table;
  const auto self = table.find(getpid());
  ASSERT_TRUE(self);
  const auto now = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  const base::TimePoint started = table.started_at(*self);
  EXPECT_LT(started, now + std::chrono::seconds(1));
  EXPECT_GT(started, now - std::chrono::minutes(10));
  EXPECT_TRUE(table.lives(*self));
  ProcessEntry other = *self;
  ++other.start_ticks;
  EXPECT_FALSE(table.lives(other)) << "the number is ours, the process is not";
}

}  // namespace
}  // namespace rollmill::drivers
