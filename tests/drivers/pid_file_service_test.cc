#include "drivers/service/pid_file_service.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "drivers/fake_commands.h"
#include "drivers/fake_host.h"
#include "drivers/scratch.h"

namespace rollmill::drivers {
namespace {

using std::chrono::seconds;

class PidFileServiceTest : public ::testing::Test {
 protected:
  PidFileServiceTest() {
    options_.pid_file = scratch_ / "run/{service}.pid";
    processes_.add(1, 0);
  }
  std::shared_ptr<ports::ServiceDriver> make() {
    return make_pid_file_service_on(options_, commands_, pace_.pace(), processes_.folder());
  }
  void run_daemon() {
    processes_.add(200, 1);
    processes_.add(201, 200, 200);
    ASSERT_TRUE(make_folders(scratch_ / "run").ok());
    ASSERT_TRUE(write_file(scratch_ / "run/conductor.pid", "200\n").ok());
  }
  void end_daemon() {
    processes_.remove(200);
    processes_.remove(201);
  }

  Scratch scratch_;
  FakeProcesses processes_{scratch_ / "proc"};
  FakePace pace_;
  PidFileOptions options_;
  std::function<ports::CommandResult(const ports::CommandSpec&)> answer_ =
      [](const ports::CommandSpec&) { return printed(""); };
  std::shared_ptr<FakeCommands> commands_ = std::make_shared<FakeCommands>(
      [this](const ports::CommandSpec& spec) { return answer_(spec); });
};

TEST_F(PidFileServiceTest, status_reads_the_process_back) {
  const auto service = make();
  EXPECT_FALSE(service->status("conductor")->active);
  run_daemon();
  const auto status = service->status("conductor");
  EXPECT_TRUE(status->active);
  EXPECT_EQ(status->main->pid, 200);
  EXPECT_EQ(status->tree, (std::vector<std::int64_t>{200, 201}));
  ASSERT_EQ(status->workers.size(), 1U);
  EXPECT_EQ(status->workers[0].pid, 201);
}

TEST_F(PidFileServiceTest, stale_and_broken_pid_files_are_no_service) {
  run_daemon();
  end_daemon();
  EXPECT_FALSE(make()->status("conductor")->active);
  processes_.add(200, 1, 0, 1);
  const timespec old[2] = {{time(nullptr) - 600, 0}, {time(nullptr) - 600, 0}};
  ASSERT_EQ(utimensat(AT_FDCWD, (scratch_ / "run/conductor.pid").c_str(), old, 0), 0);
  const auto doubtful = make()->status("conductor");
  ASSERT_FALSE(doubtful.ok()) << "somebody else has the number now, or the clock was set";
  EXPECT_NE(doubtful.error().message.find("which began after the file was written"),
            std::string::npos);
  EXPECT_FALSE(make()->stop("conductor", seconds(30)).ok());
  EXPECT_TRUE(commands_->log.empty());
  for (const char* text : {"", "x", "-1", "1 2"}) {
    ASSERT_TRUE(write_file(scratch_ / "run/conductor.pid", text).ok());
    EXPECT_FALSE(make()->status("conductor")->active) << text;
  }
}

TEST_F(PidFileServiceTest, stop_signals_first_so_that_the_script_has_nothing_to_kill) {
  run_daemon();
  answer_ = [this](const ports::CommandSpec& spec) {
    if (spec.argv[0] == "/bin/sh") end_daemon();
    return printed("", 1);  // not believed
  };
  ASSERT_TRUE(make()->stop("conductor", seconds(30)).ok());
  EXPECT_EQ(commands_->log, (std::vector<std::string>{"run: /bin/sh -c kill -TERM \"$1\" sh 200",
                                                      "run: /usr/sbin/service conductor stop"}));
}

TEST_F(PidFileServiceTest, busy_process_is_never_handed_to_the_killing_script) {
  run_daemon();
  const auto stopped = make()->stop("conductor", seconds(30));
  ASSERT_FALSE(stopped.ok());
  EXPECT_NE(stopped.error().message.find("200 (ironic-conductor), 201"), std::string::npos);
  EXPECT_EQ(commands_->log.size(), 1U) << "only the signal";
}

TEST_F(PidFileServiceTest, stop_command_gets_its_time_and_its_word_is_not_believed) {
  run_daemon();
  options_.term_first = false;
  options_.stop = {"/bin/service", "{service}", "stop", "--timeout", "{seconds}"};
  const auto service = make();
  EXPECT_FALSE(service->stop("conductor", seconds(2)).ok()) << "it said 0, but all still run";
  EXPECT_EQ(commands_->log.back(), "run: /bin/service conductor stop --timeout 2");
  EXPECT_EQ(service->status("conductor")->stop_limit, seconds(0));
}

TEST_F(PidFileServiceTest, stopping_a_stopped_service_does_nothing) {
  EXPECT_TRUE(make()->stop("conductor", seconds(1)).ok());
  EXPECT_TRUE(commands_->log.empty());
}

TEST_F(PidFileServiceTest, start_that_leaves_no_process_has_failed_in_spite_of_its_zero) {
  answer_ = [](const ports::CommandSpec&) { return printed("Starting: done.\n", 0); };
  const auto started = make()->start("conductor");
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("Starting: done."), std::string::npos);
}

TEST_F(PidFileServiceTest, start_waits_for_the_process_and_is_not_repeated) {
  pace_.at_rest = [this](base::TimePoint) { run_daemon(); };
  const auto service = make();
  ASSERT_TRUE(service->start("conductor").ok());
  ASSERT_TRUE(service->start("conductor").ok());
  EXPECT_EQ(commands_->log, std::vector<std::string>{"run: /usr/sbin/service conductor start"});
}

TEST_F(PidFileServiceTest, window_only_where_the_stop_can_take_it) {
  options_.term_first = false;
  options_.stop_limit = seconds(30);
  EXPECT_TRUE(make()->set_window("conductor", seconds(30)).ok());
  EXPECT_EQ(make()->set_window("conductor", seconds(60)).error().code,
            base::ErrorCode::FailedPrecondition);
  options_.term_first = true;
  EXPECT_TRUE(make()->set_window("conductor", seconds(60)).ok());
}

}  // namespace
}  // namespace rollmill::drivers
