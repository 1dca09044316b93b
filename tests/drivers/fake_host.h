#pragma once

#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <utility>

#include "drivers/drivers.h"
#include "drivers/support/files.h"

namespace rollmill::drivers {

/// A folder that looks like /proc.
class FakeProcesses {
 public:
  explicit FakeProcesses(std::string folder) : folder_(std::move(folder)) {
    EXPECT_TRUE(make_folders(folder_).ok());
  }
  const std::string& folder() const { return folder_; }

  /// Started `age_seconds` ago, leader of its own group unless one is given.
  void add(std::int64_t pid, std::int64_t parent, std::int64_t group = 0,
           std::int64_t age_seconds = 60) {
    timespec up{};
    clock_gettime(CLOCK_BOOTTIME, &up);
    const std::int64_t ticks = (up.tv_sec - age_seconds) * sysconf(_SC_CLK_TCK);
    const std::string group_text = std::to_string(group == 0 ? pid : group);
    const std::string path = folder_ + "/" + std::to_string(pid);
    EXPECT_TRUE(make_folders(path).ok());
    EXPECT_TRUE(write_file(path + "/stat", std::to_string(pid) + " (ironic-conductor) S " +
                                               std::to_string(parent) + " " + group_text + " " +
                                               group_text + " 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " +
                                               std::to_string(ticks) + " 0")
                    .ok());
  }
  void remove(std::int64_t pid) {
    EXPECT_TRUE(remove_tree(folder_ + "/" + std::to_string(pid)).ok());
  }

 private:
  std::string folder_;
};

/// Time that passes only while a driver rests; something may happen at each rest.
struct FakePace {
  base::TimePoint now{std::chrono::hours(500000)};
  std::function<void(base::TimePoint)> at_rest;
  Pace pace() {
    return {[this] { return now; },
            [this](base::Duration duration) {
              now += duration;
              if (at_rest) at_rest(now);
            }};
  }
};

}  // namespace rollmill::drivers
