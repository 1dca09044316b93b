#pragma once

#include <memory>

#include "apps/log.h"
#include "rollmill/ports/control.h"

namespace rollmill::apps {

/// Writes what happens in the newest upgrade into the program's log, a line each. What had happened
/// before `start` is not told again: the journal holds it.
class EventLog {
 public:
  EventLog(ports::Control& control, LogLine log);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Once, before the loop runs or on its thread.
  void start();

 private:
  class Follower;
  std::shared_ptr<Follower> follower_;
  std::shared_ptr<void> ticket_;
};

}  // namespace rollmill::apps
