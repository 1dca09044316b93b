// Commands run by a keeper: results, limits, bounds.
#include <gtest/gtest.h>
#include <unistd.h>

#include "drivers/process/output_store.h"
#include "drivers/process/slot.h"
#include "drivers/process/task_commands.h"
#include "drivers/scratch.h"

namespace rollmill::drivers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

ports::CommandSpec shell(const std::string& script, base::Duration limit = seconds(20)) {
  ports::CommandSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.time_limit = limit;
  return spec;
}

core::TaskKey key(std::uint32_t step, std::uint32_t attempt = 1) {
  return {{"u-1"}, {step}, attempt, 7};
}

class TaskCommandsTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskCommands> make() {
    return make_task_commands({scratch_ / "tasks", KEEPER_PROGRAM, 3, 4});
  }
  std::string lines_of(const std::string& file) const {
    return read_file(scratch_ / file).value_or("");
  }
  Scratch scratch_;
};

TEST_F(TaskCommandsTest, result_has_code_and_both_streams) {
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1)).ok());
  auto spec = shell("read line; echo got $line $WORD; echo bad >&2; exit 7");
  spec.input = "input\n";
  spec.environment["WORD"] = "set";
  const auto result = commands->run(spec);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->exit_code, 7);
  EXPECT_EQ(result->out, "got input set\n");
  EXPECT_EQ(result->err, "bad\n");
  EXPECT_FALSE(result->timed_out || result->interrupted);
}

TEST_F(TaskCommandsTest, environment_is_clean_and_folder_is_root) {
  ASSERT_EQ(setenv("LEAK", "leaked", 1), 0);
  const auto commands = make();
  const auto result = commands->read(shell("pwd; echo [$LEAK] $LC_ALL"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->out, "/\n[] C\n");
}

TEST_F(TaskCommandsTest, signal_death_is_128_and_more) {
  const auto commands = make();
  EXPECT_EQ(commands->read(shell("kill -9 $$"))->exit_code, 128 + 9);
}

TEST_F(TaskCommandsTest, missing_program_says_so) {
  const auto commands = make();
  ports::CommandSpec spec;
  spec.argv = {"/no/such/program"};
  const auto result = commands->read(spec);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 127);
  EXPECT_NE(result->err.find("/no/such/program"), std::string::npos);
}

TEST_F(TaskCommandsTest, unknown_user_is_an_end_with_127_not_a_run_as_root) {
  const auto commands = make();
  auto spec = shell("id -u");
  spec.user = "no-such-user-here";
  const auto result = commands->read(spec);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 127);
  EXPECT_EQ(result->out, "");
  EXPECT_NE(result->err.find("no-such-user-here"), std::string::npos);
}

TEST_F(TaskCommandsTest, repeat_of_a_task_gets_the_kept_results) {
  const auto append = shell("echo once >> " + (scratch_ / "effects") + "; echo $$");
  std::string first;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto commands = make();
    ASSERT_TRUE(commands->bind(key(1)).ok());
    const auto result = commands->run(append);
    ASSERT_TRUE(result.ok());
    if (repeat == 0) first = result->out;
    EXPECT_EQ(result->out, first);
  }
  EXPECT_EQ(lines_of("effects"), "once\n");
}

TEST_F(TaskCommandsTest, equal_commands_of_one_task_are_separate_effects) {
  const auto append = shell("echo x >> " + (scratch_ / "effects"));
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1)).ok());
  ASSERT_TRUE(commands->run(append).ok());
  ASSERT_TRUE(commands->run(append).ok());
  EXPECT_EQ(lines_of("effects"), "x\nx\n");
  ASSERT_TRUE(commands->bind(key(1)).ok());
  ASSERT_TRUE(commands->run(append).ok());
  ASSERT_TRUE(commands->run(append).ok());
  EXPECT_EQ(lines_of("effects"), "x\nx\n");
  ASSERT_TRUE(commands->run(append).ok());
  EXPECT_EQ(lines_of("effects"), "x\nx\nx\n");
}

TEST_F(TaskCommandsTest, repeat_that_skips_a_done_part_meets_its_own_result) {
  const auto one = shell("echo one >> " + (scratch_ / "effects"));
  const auto two = shell("echo two >> " + (scratch_ / "effects"));
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1)).ok());
  ASSERT_TRUE(commands->run(one).ok());
  ASSERT_TRUE(commands->run(two).ok());
  ASSERT_TRUE(commands->bind(key(1)).ok());
  ASSERT_TRUE(commands->run(two).ok());
  EXPECT_EQ(lines_of("effects"), "one\ntwo\n");
}

TEST_F(TaskCommandsTest, another_attempt_runs_anew) {
  const auto append = shell("echo x >> " + (scratch_ / "effects"));
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1, 1)).ok());
  ASSERT_TRUE(commands->run(append).ok());
  ASSERT_TRUE(commands->bind(key(1, 2)).ok());
  ASSERT_TRUE(commands->run(append).ok());
  EXPECT_EQ(lines_of("effects"), "x\nx\n");
}

TEST_F(TaskCommandsTest, readings_run_each_time_and_effects_need_a_task) {
  const auto append = shell("echo x >> " + (scratch_ / "effects"));
  const auto commands = make();
  ASSERT_TRUE(commands->read(append).ok());
  ASSERT_TRUE(commands->read(append).ok());
  EXPECT_EQ(lines_of("effects"), "x\nx\n");
  EXPECT_EQ(commands->run(append).error().code, base::ErrorCode::FailedPrecondition);
  EXPECT_TRUE(list_folder(scratch_ / "tasks/between-tasks/" + std::to_string(getpid())).empty());
}

TEST_F(TaskCommandsTest, time_limit_ends_the_whole_group) {
  const auto commands = make();
  const auto spec = shell("trap 'echo term' TERM; sleep 60 & echo $! > " + (scratch_ / "pid") +
                              "; wait; echo after; exit 3",
                          milliseconds(1500));
  const auto result = commands->read(spec);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(result->timed_out);
  EXPECT_EQ(result->out, "term\nafter\n");
  EXPECT_FALSE(ProcessTable().find(std::stoll(lines_of("pid")))) << "a grandchild was left";
}

TEST_F(TaskCommandsTest, daemon_with_the_pipe_does_not_hold_the_result) {
  const auto commands = make();
  const auto begun = std::chrono::steady_clock::now();
  const auto result = commands->read(shell("sleep 30 & echo $! > " + (scratch_ / "pid")));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(20));
  kill(std::stoi(lines_of("pid")), SIGKILL);
}

TEST_F(TaskCommandsTest, output_is_bounded_and_its_end_is_kept) {
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1)).ok());
  const auto result =
      commands->run(shell("i=0; while [ $i -lt 40000 ]; do i=$((i+1)); echo "
                          "line number $i of a very chatty program; done"));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->out.size(), 256U << 10U);
  EXPECT_NE(result->out.find("line number 40000 of"), std::string::npos);
  const std::string slot = scratch_ / "tasks/u-1-1-1/000001";
  std::size_t kept = 0;
  for (const std::string& name : list_folder(slot)) {
    if (name.rfind("out.", 0) == 0) kept += read_file(slot + "/" + name).value_or("").size();
  }
  EXPECT_LE(kept, (kSegmentBytes + 65536) * (kLastSegments + 1));
  ports::OutputPosition position;
  std::string all;
  while (true) {
    const auto part = commands->read(key(1), position);
    ASSERT_TRUE(part.ok());
    if (!*part) break;
    EXPECT_LE((*part)->text.size(), (64U << 10U) + 100);
    all += (*part)->text;
  }
  EXPECT_EQ(all.rfind("line number 1 of", 0), 0U) << "the head is kept";
  EXPECT_NE(all.find("bytes of output were not kept]"), std::string::npos);
  EXPECT_NE(all.find("line number 40000 of"), std::string::npos);
}

TEST_F(TaskCommandsTest, output_reads_in_order_with_our_own_lines) {
  const auto commands = make();
  ASSERT_TRUE(commands->bind(key(1)).ok());
  commands->say("first we look");
  ASSERT_TRUE(commands->read(shell("echo seen; echo oops >&2")).ok());
  commands->say("then we act");
  commands->say("once");
  ASSERT_TRUE(commands->run(shell("echo acted")).ok());
  ports::OutputPosition position;
  std::string all;
  for (auto part = commands->read(key(1), position); *part;
       part = commands->read(key(1), position)) {
    all += "<" + (*part)->command.substr(0, 7) + ">" + (*part)->text;
  }
  EXPECT_EQ(all,
            "<>first we look\n</bin/sh>seen\n</bin/sh>oops\n<>then we act\nonce\n</bin/sh>acted\n");
  EXPECT_FALSE(*commands->read(key(2), position)) << "nothing is kept of this one";
}

TEST_F(TaskCommandsTest, old_tasks_and_readings_are_dropped) {
  const auto commands = make();
  for (std::uint32_t step = 1; step <= 6; ++step) ASSERT_TRUE(commands->bind(key(step)).ok());
  EXPECT_EQ(list_folder(scratch_ / "tasks").size(), 4U) << "three old ones and the bound one";
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(commands->read(shell("true")).ok());
  EXPECT_EQ(list_folder(scratch_ / "tasks/u-1-6-1").size(), 4U);
}

TEST_F(TaskCommandsTest, strange_upgrade_names_never_become_paths) {
  core::TaskKey bad = key(1);
  bad.upgrade.text = "../escape";
  EXPECT_EQ(make()->bind(bad).error().code, base::ErrorCode::InvalidArgument);
}

TEST(Slot, spec_survives_any_bytes_and_refuses_damage) {
  SlotSpec spec;
  spec.kind = SlotKind::Effect;
  spec.command.argv = {"/bin/x", "", "two\nlines", "argv 3\n"};
  spec.command.environment = {{"A", "b=c"}};
  spec.command.input = std::string("\0\xff", 2);
  spec.command.user = "ironic";
  spec.command.time_limit = milliseconds(1234);
  const std::string text = encode_spec(spec);
  const auto back = decode_spec(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->kind, SlotKind::Effect);
  EXPECT_EQ(back->command.argv, spec.command.argv);
  EXPECT_EQ(back->command.environment, spec.command.environment);
  EXPECT_EQ(back->command.input, spec.command.input);
  EXPECT_EQ(back->command.time_limit, spec.command.time_limit);
  EXPECT_FALSE(decode_spec(text.substr(0, text.size() - 2)));
  EXPECT_FALSE(decode_spec("rollmill-command-9\n"));
}

}  // namespace
}  // namespace rollmill::drivers
