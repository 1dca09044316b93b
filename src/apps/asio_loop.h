#pragma once

#include <functional>
#include <memory>

#include "rollmill/ports/clock.h"
#include "rollmill/ports/controller_link.h"

namespace rollmill::apps {

/// The loop thread of a program: work posted from any thread is run one piece at a time, in order.
class AsioLoop {
 public:
  AsioLoop();
  ~AsioLoop();
  AsioLoop(const AsioLoop&) = delete;
  AsioLoop& operator=(const AsioLoop&) = delete;

  /// Runs until `stop`, or until `on_signal` for SIGINT or SIGTERM has called `stop`. The thread
  /// that calls it is the loop thread.
  void run(std::function<void()> on_signal);
  /// THREAD: any.
  void stop();
  /// THREAD: any.
  void post(std::function<void()> work);
  std::function<void(std::function<void()>)> poster();

  /// System time, and the loop's one alarm.
  ports::Clock& clock();
  /// A second alarm of its own, for a part that must not share the first.
  std::unique_ptr<ports::Clock> make_clock();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One job at a time on a thread of its own. Destroyed only after its job has ended.
std::unique_ptr<ports::Worker> make_thread_worker(AsioLoop& loop);

}  // namespace rollmill::apps
