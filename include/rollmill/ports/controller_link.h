#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "rollmill/core/task.h"
#include "rollmill/ports/control.h"

namespace rollmill::ports {

/// The way from an agent to its controller. Best effort: what must arrive is sent again by the
/// loop until it is acknowledged. THREAD: loop.
class ControllerLink {
 public:
  virtual ~ControllerLink() = default;
  virtual void send(const core::TaskReport& report) = 0;
  virtual void send(const core::HostFacts& facts) = 0;
  virtual void send_logs(std::uint64_t request, const LogChunk& chunk) = 0;
};

/// The way into the agent's loop, for the link's adapter. Every call posts to the loop and returns
/// at once. THREAD: any.
class AgentInbox {
 public:
  virtual ~AgentInbox() = default;
  /// A stream is open and the controller has accepted the hello.
  virtual void welcomed(base::Epoch epoch) = 0;
  virtual void link_lost(std::string reason) = 0;
  virtual void task(core::Task task) = 0;
  virtual void cancel(core::TaskKey key) = 0;
  virtual void acked(core::TaskKey key) = 0;
  virtual void logs_wanted(std::uint64_t request, core::TaskKey key, bool follow) = 0;
  virtual void logs_cancelled(std::uint64_t request) = 0;
  /// What to say when a stream opens; `reply` is called on the loop thread.
  virtual void hello(std::function<void(AgentHello)> reply) = 0;
};

/// Runs one job at a time beside the loop. The real one has a thread; the twin runs it at once.
class Worker {
 public:
  virtual ~Worker() = default;
  /// THREAD: loop. The job before must have ended.
  virtual void start(std::function<void()> job) = 0;
  /// Has `work` run on the loop thread, soon and in order. THREAD: any.
  virtual void post_to_loop(std::function<void()> work) = 0;
};

}  // namespace rollmill::ports
