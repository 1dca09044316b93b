#include "drivers/service/systemd_service.h"

#include <gtest/gtest.h>

#include "drivers/fake_host.h"
#include "drivers/scratch.h"

namespace rollmill::drivers {
namespace {

using std::chrono::seconds;

/// systemd as far as the driver sees it: one unit, and what its jobs do.
class FakeManager final : public UnitManager {
 public:
  FakeManager() {
    state.load_state = "loaded";
    state.active_state = "active";
    state.result = "success";
    state.main_pid = 100;
    state.stop_limit = seconds(15);
    state.control_group = "/system.slice/ironic-conductor.service";
  }
  base::Result<Unit> unit(const std::string& name) override {
    EXPECT_EQ(name, "ironic-conductor.service");
    return state;
  }
  base::Result<std::string> start(const std::string&, base::Duration) override {
    calls.push_back("start");
    return on_start();
  }
  base::Result<std::string> stop(const std::string&, base::Duration) override {
    calls.push_back("stop");
    return on_stop();
  }
  base::Status reset_failed(const std::string&) override {
    calls.push_back("reset");
    return base::success();
  }
  base::Status reload() override {
    calls.push_back("reload");
    if (on_reload) on_reload();
    return base::success();
  }

  Unit state;
  std::vector<std::string> calls;
  std::function<base::Result<std::string>()> on_start = [] { return std::string("done"); };
  std::function<base::Result<std::string>()> on_stop = [] { return std::string("done"); };
  std::function<void()> on_reload;
};

class SystemdServiceTest : public ::testing::Test {
 protected:
  SystemdServiceTest() {
    processes_.add(1, 0);
    processes_.add(100, 1);
    processes_.add(101, 100, 100);
    processes_.add(150, 1);  // in the unit's group, but nobody's child
    write_members("100\n101\n150\n");
    SystemdOptions options{scratch_ / "run", scratch_ / "cgroup", seconds(60),
                           [this](const std::string& line) { said_ += line + "\n"; }};
    service_ = make_systemd_service_on(options, manager_, pace_.pace(), processes_.folder());
  }
  void write_members(const std::string& pids) {
    const std::string folder = scratch_ / "cgroup/system.slice/ironic-conductor.service";
    ASSERT_TRUE(make_folders(folder).ok());
    ASSERT_TRUE(write_file(folder + "/cgroup.procs", pids).ok());
  }
  void end_all() {
    for (const int pid : {100, 101, 150}) processes_.remove(pid);
    write_members("");
    manager_->state.active_state = "inactive";
    manager_->state.main_pid = 0;
  }
  std::string drop_in() const {
    return scratch_ / "run/ironic-conductor.service.d/90-rollmill.conf";
  }

  Scratch scratch_;
  FakeProcesses processes_{scratch_ / "proc"};
  FakePace pace_;
  std::shared_ptr<FakeManager> manager_ = std::make_shared<FakeManager>();
  std::string said_;
  std::shared_ptr<ports::ServiceDriver> service_;
};

TEST_F(SystemdServiceTest, status_joins_the_managers_word_and_the_process_table) {
  const auto status = service_->status("ironic-conductor");
  ASSERT_TRUE(status.ok());
  EXPECT_TRUE(status->active);
  ASSERT_TRUE(status->main);
  EXPECT_EQ(status->main->pid, 100);
  EXPECT_EQ(status->tree, (std::vector<std::int64_t>{100, 101, 150}));
  ASSERT_EQ(status->workers.size(), 1U);
  EXPECT_EQ(status->workers[0].pid, 101);
  EXPECT_GT(status->workers[0].start_ticks, 0U);
  EXPECT_EQ(status->stop_limit, seconds(15));
}

TEST_F(SystemdServiceTest, main_process_that_is_not_in_the_table_is_none) {
  end_all();
  manager_->state.active_state = "active";
  manager_->state.main_pid = 100;
  const auto status = service_->status("ironic-conductor");
  EXPECT_TRUE(status->active);
  EXPECT_FALSE(status->main);
  EXPECT_TRUE(status->tree.empty());
}

TEST_F(SystemdServiceTest, missing_unit_is_told) {
  manager_->state.load_state = "not-found";
  EXPECT_EQ(service_->status("ironic-conductor").error().code, base::ErrorCode::NotFound);
  EXPECT_FALSE(service_->stop("ironic-conductor", seconds(1)).ok());
  EXPECT_FALSE(service_->start("ironic-conductor").ok());
}

TEST_F(SystemdServiceTest, stop_waits_for_every_process_of_the_old_tree) {
  const base::TimePoint begun = pace_.now;
  manager_->on_stop = [this] {
    manager_->state.active_state = "inactive";
    return std::string("done");
  };
  pace_.at_rest = [this, begun](base::TimePoint now) {
    if (now - begun >= seconds(3)) end_all();
  };
  ASSERT_TRUE(service_->stop("ironic-conductor", seconds(30)).ok());
  EXPECT_GE(pace_.now - begun, seconds(3));
  EXPECT_EQ(said_, "");
}

TEST_F(SystemdServiceTest, leftovers_are_named_whatever_the_job_said) {
  manager_->on_stop = [this] {
    manager_->state.active_state = "inactive";
    processes_.remove(100);
    return std::string("done");
  };
  const auto stopped = service_->stop("ironic-conductor", seconds(5));
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, base::ErrorCode::DeadlineExceeded);
  EXPECT_NE(stopped.error().message.find("101 (ironic-conductor), 150"), std::string::npos);
}

TEST_F(SystemdServiceTest, killed_at_its_timeout_counts_as_gone_and_is_told) {
  manager_->on_stop = [this] {
    end_all();
    manager_->state.active_state = "failed";
    manager_->state.result = "timeout";
    return std::string("done");
  };
  ASSERT_TRUE(service_->stop("ironic-conductor", seconds(30)).ok());
  EXPECT_NE(said_.find("the unit is failed (timeout)"), std::string::npos);
}

TEST_F(SystemdServiceTest, number_used_again_is_not_the_old_process) {
  manager_->on_stop = [this] {
    end_all();
    processes_.add(101, 1, 0, 1);  // somebody else's now
    return std::string("done");
  };
  EXPECT_TRUE(service_->stop("ironic-conductor", seconds(5)).ok());
}

TEST_F(SystemdServiceTest, stopping_a_stopped_service_does_nothing) {
  end_all();
  ASSERT_TRUE(service_->stop("ironic-conductor", seconds(5)).ok());
  EXPECT_TRUE(manager_->calls.empty());
}

TEST_F(SystemdServiceTest, start_reads_units_anew_and_believes_the_job) {
  end_all();
  ASSERT_TRUE(service_->start("ironic-conductor").ok());
  EXPECT_EQ(manager_->calls, (std::vector<std::string>{"reload", "start"}));
  manager_->calls.clear();
  manager_->state.active_state = "failed";
  manager_->state.result = "exit-code";
  manager_->on_start = [] { return std::string("failed"); };
  const auto started = service_->start("ironic-conductor");
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("failed (exit-code)"), std::string::npos);
  EXPECT_EQ(manager_->calls, (std::vector<std::string>{"reload", "reset", "start"}));
}

TEST_F(SystemdServiceTest, window_is_a_drop_in_that_goes_again) {
  manager_->on_reload = [this] {
    manager_->state.stop_limit = exists(drop_in()) ? seconds(900) : seconds(15);
  };
  ASSERT_TRUE(service_->set_window("ironic-conductor", seconds(900)).ok());
  EXPECT_NE(read_file(drop_in()).value_or("").find("[Service]\nTimeoutStopSec=900\n"),
            std::string::npos);
  EXPECT_EQ(service_->status("ironic-conductor")->stop_limit, seconds(900));
  ASSERT_TRUE(service_->clear_window("ironic-conductor").ok());
  EXPECT_FALSE(exists(folder_of(drop_in())));
  EXPECT_EQ(service_->status("ironic-conductor")->stop_limit, seconds(15));
  manager_->calls.clear();
  ASSERT_TRUE(service_->clear_window("ironic-conductor").ok());
  EXPECT_TRUE(manager_->calls.empty());
}

TEST_F(SystemdServiceTest, window_leaves_a_longer_or_endless_limit_alone) {
  manager_->state.stop_limit = base::Duration::zero();
  ASSERT_TRUE(service_->set_window("ironic-conductor", seconds(900)).ok());
  manager_->state.stop_limit = seconds(901);
  ASSERT_TRUE(service_->set_window("ironic-conductor", seconds(900)).ok());
  EXPECT_FALSE(exists(drop_in()));
}

TEST_F(SystemdServiceTest, window_that_another_drop_in_overrides_is_an_error) {
  const auto set = service_->set_window("ironic-conductor", seconds(900));
  ASSERT_FALSE(set.ok());
  EXPECT_EQ(set.error().code, base::ErrorCode::FailedPrecondition);
}

}  // namespace
}  // namespace rollmill::drivers
