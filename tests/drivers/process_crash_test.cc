// The agent, the keeper and the command die at bad moments; an effect still happens once.
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "drivers/process/child.h"
#include "drivers/process/keeper.h"
#include "drivers/process/slot.h"
#include "drivers/process/task_commands.h"
#include "drivers/scratch.h"

namespace rollmill::drivers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
  return true;
}

class CrashTest : public ::testing::Test {
 protected:
  std::shared_ptr<TaskCommands> make() {
    auto commands = make_task_commands({scratch_ / "tasks", KEEPER_PROGRAM});
    EXPECT_TRUE(commands->bind(core::TaskKey{{"u-1"}, {1}, 1, 1}).ok());
    return commands;
  }
  // Appends a line, waits for the file `go`, appends another.
  ports::CommandSpec effect(base::Duration limit = seconds(20)) const {
    const std::string log = scratch_ / "effects";
    ports::CommandSpec spec;
    spec.argv = {"/bin/sh", "-c",
                 "echo begun >> " + log + "; while [ ! -e " + (scratch_ / "go") +
                     " ]; do sleep 0.01; done; echo done >> " + log + "; echo told; exit 5"};
    spec.time_limit = limit;
    return spec;
  }
  // Another process that runs the effect, as an agent would, killed when the effect has begun.
  void crash_agent_in_the_middle(const ports::CommandSpec& spec) {
    crash_agent([&] { (void)make()->run(spec); });
  }
  void crash_agent(const std::function<void()>& deed) {
    const pid_t agent = fork();
    if (agent == 0) {
      deed();
      _exit(0);
    }
    EXPECT_TRUE(comes_true([&] { return effects() == "begun\n"; }));
    kill(agent, SIGKILL);
    waitpid(agent, nullptr, 0);
  }
  std::string effects() const { return read_file(scratch_ / "effects").value_or(""); }
  std::string slot() const { return scratch_ / "tasks/u-1-1-1/000001"; }
  std::int64_t keeper_pid() const { return std::stoll(read_file(slot() + "/started").value()); }
  void let_go() { ASSERT_TRUE(write_file(scratch_ / "go", "").ok()); }
  Scratch scratch_;
};

TEST_F(CrashTest, agent_killed_and_a_new_one_waits_for_the_same_run) {
  crash_agent_in_the_middle(effect());
  std::thread later([this] {
    std::this_thread::sleep_for(milliseconds(100));
    let_go();
  });
  const auto result = make()->run(effect());
  later.join();
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(result->out, "told\n");
  EXPECT_FALSE(result->interrupted);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, agent_killed_and_the_result_is_found_later) {
  crash_agent_in_the_middle(effect());
  let_go();
  ASSERT_TRUE(comes_true([this] { return exists(slot() + "/rc"); }));
  const auto result = make()->run(effect());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, task_that_ends_early_waits_for_what_an_earlier_agent_started) {
  crash_agent_in_the_middle(effect());
  const auto commands = make();
  std::thread later([this] {
    std::this_thread::sleep_for(milliseconds(100));
    let_go();
  });
  EXPECT_TRUE(commands->bind(core::TaskKey{{"u-1"}, {1}, 2, 1}).ok());
  EXPECT_EQ(effects(), "begun\ndone\n") << "the next attempt would work beside it";
  later.join();
}

TEST_F(CrashTest, host_is_read_before_the_repeat_which_takes_its_command_up_all_the_same) {
  crash_agent_in_the_middle(effect());
  const auto commands = make_task_commands({scratch_ / "tasks", KEEPER_PROGRAM});
  EXPECT_TRUE(commands->bind(std::nullopt).ok());
  let_go();
  EXPECT_TRUE(commands->bind(core::TaskKey{{"u-1"}, {1}, 1, 1}).ok());
  const auto result = commands->run(effect());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, late_keeper_of_a_task_that_has_ended_runs_nothing) {
  const SlotSpec spec{SlotKind::Effect, effect()};
  ASSERT_TRUE(make_folders(slot()).ok());
  ASSERT_TRUE(write_file(slot() + "/spec", encode_spec(spec)).ok());
  EXPECT_TRUE(make()->bind(core::TaskKey{{"u-1"}, {1}, 2, 1}).ok());
  let_go();
  const pid_t late = fork();
  if (late == 0) _exit(keeper_main(slot().c_str()));
  waitpid(late, nullptr, 0);
  EXPECT_EQ(effects(), "");
}

TEST_F(CrashTest, output_is_readable_while_the_command_runs) {
  crash_agent_in_the_middle(effect());
  ports::OutputPosition position;
  const core::TaskKey key{{"u-1"}, {1}, 1, 1};
  EXPECT_FALSE(*make()->read(key, position));
  let_go();
  ASSERT_TRUE(comes_true([this] { return exists(slot() + "/rc"); }));
  EXPECT_EQ((*make()->read(key, position))->text, "told\n");
}

TEST_F(CrashTest, keeper_and_command_killed_is_interrupted_and_never_run_again) {
  crash_agent_in_the_middle(effect());
  const auto child = read_child(slot());
  ASSERT_TRUE(child);
  kill(static_cast<pid_t>(keeper_pid()), SIGKILL);
  kill(static_cast<pid_t>(-child->pid), SIGKILL);
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto result = make()->run(effect());
    ASSERT_TRUE(result.ok());
    EXPECT_TRUE(result->interrupted);
  }
  EXPECT_EQ(effects(), "begun\n");
}

TEST_F(CrashTest, keeper_killed_alone_is_interrupted_only_after_the_command_ended) {
  crash_agent_in_the_middle(effect());
  kill(static_cast<pid_t>(keeper_pid()), SIGKILL);
  std::thread later([this] {
    std::this_thread::sleep_for(milliseconds(100));
    let_go();
  });
  const auto result = make()->run(effect());
  later.join();
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->interrupted);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, effect_of_an_earlier_life_is_waited_for_without_asking_for_it_again) {
  crash_agent_in_the_middle(effect());
  std::thread later([this] {
    std::this_thread::sleep_for(milliseconds(100));
    let_go();
  });
  auto commands = make();
  EXPECT_TRUE(commands->await_begun().ok());
  EXPECT_EQ(effects(), "begun\ndone\n");
  later.join();
  EXPECT_EQ(commands->run(effect())->exit_code, 5) << "its result is still there";
  ASSERT_TRUE(commands->bind(std::nullopt).ok());
  EXPECT_EQ(commands->await_begun().error().code, base::ErrorCode::FailedPrecondition);
}

TEST_F(CrashTest, keeper_killed_before_it_let_the_command_begin_means_no_command) {
  ports::CommandSpec spec = effect();
  auto child = start_child(spec);
  ASSERT_TRUE(child.ok());
  child->gate.reset();  // as its death does
  pollfd wait{child->ended.get(), POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 20'000), 1);
  waitpid(child->pid, nullptr, 0);
  EXPECT_EQ(effects(), "");
}

TEST_F(CrashTest, orphan_is_held_to_its_time_limit) {
  crash_agent_in_the_middle(effect(seconds(2)));
  kill(static_cast<pid_t>(keeper_pid()), SIGKILL);
  const auto result = make()->run(effect(seconds(2)));
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->interrupted);
  EXPECT_EQ(effects(), "begun\n");
}

/// Both readings are the first of their agent; the older ends while the newer runs.
TEST_F(CrashTest, reading_of_an_agent_killed_between_tasks_stays_out_of_the_next_ones) {
  const auto read = [this](const std::vector<std::string>& argv) {
    auto commands = make_task_commands({scratch_ / "tasks", KEEPER_PROGRAM});
    ports::CommandSpec spec;
    spec.argv = argv;
    spec.time_limit = seconds(20);
    return commands->read(spec);
  };
  crash_agent([&] { (void)read(effect().argv); });
  const std::string until_done = "until grep -q done " + (scratch_ / "effects") + "; do :; done; ";
  const auto result =
      read({"/bin/sh", "-c", "> " + (scratch_ / "go") + "; " + until_done + "sleep 0.3; echo new"});
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->out, "new\n");
  EXPECT_EQ(result->exit_code, 0);
}

TEST_F(CrashTest, second_keeper_finds_the_first_and_leaves) {
  crash_agent_in_the_middle(effect());
  const pid_t second = fork();
  if (second == 0) _exit(keeper_main(slot().c_str()));
  int status = -1;
  ASSERT_EQ(waitpid(second, &status, 0), second);
  EXPECT_EQ(status, 0);
  let_go();
  EXPECT_EQ(make()->run(effect())->exit_code, 5);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, many_keepers_at_once_run_the_command_once) {
  let_go();
  const std::string folder = scratch_ / "race";
  ASSERT_TRUE(make_folders(folder).ok());
  ASSERT_TRUE(write_file(folder + "/spec", encode_spec({SlotKind::Effect, effect()})).ok());
  std::vector<pid_t> keepers;
  for (int i = 0; i < 8; ++i) {
    const pid_t pid = fork();
    if (pid == 0) _exit(keeper_main(folder.c_str()));
    keepers.push_back(pid);
  }
  for (const pid_t pid : keepers) waitpid(pid, nullptr, 0);
  EXPECT_TRUE(exists(folder + "/rc"));
  EXPECT_EQ(effects(), "begun\ndone\n");
}

TEST_F(CrashTest, agent_killed_before_the_keeper_began_runs_it_now) {
  const std::string folder = slot();
  ASSERT_TRUE(make_folders(folder).ok());
  ASSERT_TRUE(write_file(folder + "/spec", encode_spec({SlotKind::Effect, effect()})).ok());
  let_go();
  const auto result = make()->run(effect());
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(effects(), "begun\ndone\n");
}

}  // namespace
}  // namespace rollmill::drivers
