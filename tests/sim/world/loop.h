#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "agent/pacer.h"
#include "rollmill/ports/clock.h"
#include "rollmill/ports/controller_link.h"
#include "sim/scheduler.h"

/// Twins of what a process of rollmill stands on: its loop, clock, task thread. Each belongs to one
/// life of the process and ends with it.
namespace rollmill::sim {

/// The loop of one process. While it is frozen (a stopped process, a slow disk) nothing of it runs;
/// what came meanwhile runs afterwards, in order.
class Loop {
 public:
  Loop(Scheduler& scheduler, Program& program) : scheduler_(scheduler), program_(program) {}

  /// Runs work on the loop, after `delay`.
  Scheduler::Id post(Work work, base::Duration delay = {});
  void cancel(Scheduler::Id id) { scheduler_.cancel(id); }
  void freeze(base::Duration duration);
  base::TimePoint frozen_until() const { return frozen_until_; }
  base::TimePoint now() const { return scheduler_.now(); }
  Program& program() { return program_; }

 private:
  void run(Work& work);
  void thaw();

  Scheduler& scheduler_;
  Program& program_;
  base::TimePoint frozen_until_{};
  std::deque<Work> held_;
};

/// What a machine's clock shows; it may be wrong, and may jump.
using ShownTime = std::function<base::TimePoint()>;

/// A machine's clock with the one alarm of a loop.
class MachineClock : public ports::Clock {
 public:
  MachineClock(Loop& loop, ShownTime shown) : loop_(loop), shown_(std::move(shown)) {}

  base::TimePoint now() const override { return shown_(); }
  void set_alarm(base::TimePoint at, std::function<void()> ring) override;
  void cancel_alarm() override;

 private:
  void plan();

  Loop& loop_;
  const ShownTime shown_;
  base::TimePoint at_{};
  std::function<void()> ring_;
  Scheduler::Id alarm_ = 0;
  std::uint64_t number_ = 0;  ///< Of the alarm set last.
};

/// The task thread of an agent: a fiber of its process. Its rests are ended by `wake`.
class TaskThread : public ports::Worker, public agent::Pacer {
 public:
  TaskThread(Scheduler& scheduler, Loop& loop, ShownTime shown)
      : scheduler_(scheduler), loop_(loop), shown_(std::move(shown)) {}

  void start(std::function<void()> job) override;
  void post_to_loop(std::function<void()> work) override { loop_.post(std::move(work)); }

  base::TimePoint now() const override { return shown_(); }
  void rest(base::Duration duration) override;
  void wake() override;

 private:
  Scheduler& scheduler_;
  Loop& loop_;
  const ShownTime shown_;
  bool woken_ = false;
  Scheduler::FiberId fiber_ = 0;  ///< While it rests.
};

}  // namespace rollmill::sim
