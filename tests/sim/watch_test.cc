#include "sim/checks/watch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rollmill::sim {
namespace {

using testing::Test;

core::Task task_of_term(base::Epoch epoch, std::uint32_t attempt) {
  core::Task task;
  task.key = {{"u1"}, base::StepIndex{3}, attempt, epoch};
  return task;
}

/// One agent, its journal and its link; what the watch says is wrong is kept.
class WatchedAgent : public Test {
 protected:
  void takes(const core::Task& task) {
    const ports::EncodedTaskFact fact = tasks_.encode(core::TaskTaken{task});
    ports::Record record;
    record.body = fact.body;
    watch_.stored_by_agent(host_, {record});
  }

  const base::HostName host_{"cond1"};
  FactStore facts_;
  TaskFactStore tasks_;
  std::vector<std::string> wrong_;
  Watch watch_{facts_, tasks_, [this](const std::string& what) { wrong_.push_back(what); }};
  Scheduler scheduler_;
  Program program_{scheduler_, [] {}};
  Loop loop_{scheduler_, program_};
  Network network_{scheduler_, Random{1}, watch_};
  Uplink uplink_{network_, loop_, host_};
};

TEST_F(WatchedAgent, may_take_a_task_of_the_term_it_has_spoken_in) {
  takes(task_of_term(2, 1));
  uplink_.send(core::TaskReport{task_of_term(2, 1).key, core::TaskAccepted{}});
  takes(task_of_term(2, 2));
  EXPECT_EQ(wrong_, std::vector<std::string>{});
}

TEST_F(WatchedAgent, that_takes_a_task_of_a_term_that_is_over_is_found) {
  takes(task_of_term(2, 1));
  uplink_.send(core::TaskReport{task_of_term(2, 1).key, core::TaskAccepted{}});
  takes(task_of_term(1, 2));
  ASSERT_EQ(wrong_.size(), 1U);
  EXPECT_EQ(wrong_[0], "promise 5: cond1 obeys a term that is over: u1 step 3 attempt 2 term 1");
}

}  // namespace
}  // namespace rollmill::sim
