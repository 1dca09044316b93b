#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "rollmill/base/time.h"
#include "sim/random.h"

namespace rollmill::sim {

using Work = std::function<void()>;

/// Thrown inside whatever a killed process was doing, to unwind it. No standard exception: nothing
/// in the product may catch it.
struct Killed {};

/// Virtual time: a queue of (time, order) -> work, run one by one on the caller's thread.
/// Sequential code that has to rest runs on a fiber. Two runs with the same calls are the same run.
class Scheduler {
 public:
  using Id = std::uint64_t;       ///< Of planned work; 0 is none.
  using FiberId = std::uint32_t;  ///< 0 is none.
  using LifeId = std::uint32_t;   ///< Of a process; 0: the world, which never dies.

  /// Where every run begins.
  static base::TimePoint start_time();

  Scheduler();
  /// Unwinds the fibers that are left.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  base::TimePoint now() const { return now_; }

  /// Plans work of the world: it happens whoever dies. A negative duration means now.
  Id after(base::Duration duration, Work work) { return plan(0, now_ + duration, std::move(work)); }
  /// Forgets planned work; work that ran already, or 0, is ignored.
  void cancel(Id id);

  bool inside_fiber() const { return current_fiber_ != 0; }
  FiberId current_fiber() const { return current_fiber_; }
  /// Only inside a fiber: gives the time back until the duration is over or `wake` is called.
  /// Throws Killed when its process was killed meanwhile.
  void rest(base::Duration duration);
  /// Ends the rest of a fiber; one that does not rest is not touched.
  void wake(FiberId fiber);

  /// Kills the process whose work runs now: throws Killed. Returns when no process's work runs.
  void kill_running();
  /// Ends every process without telling anybody: fibers unwind, plans are forgotten.
  void shut_down();

  /// Runs the next piece of work, moving the time forward to it. False when nothing is planned.
  /// Exceptions other than Killed come through.
  bool step();
  /// Time of the next piece of work; `now()` when there is none.
  base::TimePoint next_at();
  std::uint64_t steps() const { return steps_; }

 private:
  friend class Program;
  struct Slot;
  struct Fiber;
  struct Life;
  struct Due;
  class Stacks;

  Id plan(LifeId life, base::TimePoint at, Work work);
  LifeId begin_life(Work ended);
  void kill(LifeId life);
  bool alive(LifeId life) const;
  void start_fiber(LifeId life, Work work);
  void resume(FiberId fiber);
  void reap();
  void run(LifeId life, const Work& work);
  void drop_stale();

  base::TimePoint now_;
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Due> queue_;  ///< A heap, earliest first.
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<Life> lives_;
  std::vector<LifeId> dying_;
  std::unique_ptr<Stacks> stacks_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<FiberId> free_fibers_;
  FiberId current_fiber_ = 0;
  LifeId current_life_ = 0;
};

/// What dies together: timers, posted work and fibers. Two lives of a program are two processes.
class Program {
 public:
  /// `ended` is called once, after a kill, when nothing of the process runs any more: the place to
  /// destroy what it was made of. The scheduler outlives the process.
  Program(Scheduler& scheduler, Work ended);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  bool alive() const { return scheduler_.alive(life_); }
  Scheduler::Id after(base::Duration duration, Work work);
  void post(Work work) { after(base::Duration{0}, std::move(work)); }
  /// Runs work on a fiber of its own, soon.
  void start(Work work);
  /// Nothing planned by it happens any more and its fibers are unwound. From inside the process
  /// this throws Killed and does not return. A second kill does nothing.
  void kill();
  /// True inside its own work.
  bool running() const { return scheduler_.current_life_ == life_; }

 private:
  Scheduler& scheduler_;
  const Scheduler::LifeId life_;
};

}  // namespace rollmill::sim
