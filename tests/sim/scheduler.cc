#include "sim/scheduler.h"

#include <sys/mman.h>

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <exception>
#include <utility>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

constexpr std::size_t kStackBytes = 256UL * 1024;
constexpr std::size_t kGuardBytes = 4096;

}  // namespace

/// Stacks are kept for the next fiber; the page below each may not be touched.
class Scheduler::Stacks {
 public:
  Stacks() = default;
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;
  ~Stacks() {
    for (void* base : free_) munmap(base, kStackBytes);
  }

  boost::context::stack_context take() {
    void* base = nullptr;
    if (free_.empty()) {
      base = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      ROLLMILL_CHECK(base != MAP_FAILED);
      ROLLMILL_CHECK(mprotect(base, kGuardBytes, PROT_NONE) == 0);
    } else {
      base = free_.back();
      free_.pop_back();
    }
    boost::context::stack_context stack;
    stack.size = kStackBytes;
    stack.sp = static_cast<char*>(base) + kStackBytes;
    return stack;
  }
  void give(boost::context::stack_context& stack) {
    free_.push_back(static_cast<char*>(stack.sp) - kStackBytes);
  }

  /// What Boost asks for.
  struct Allocator {
    Stacks* stacks;
    boost::context::stack_context allocate() const { return stacks->take(); }
    void deallocate(boost::context::stack_context& stack) const { stacks->give(stack); }
  };

 private:
  std::vector<void*> free_;
};

struct Scheduler::Due {
  base::TimePoint at;
  std::uint64_t order;
  std::uint32_t slot;
  bool operator<(const Due& other) const {  // The heap has its largest in front.
    return at != other.at ? at > other.at : order > other.order;
  }
};

struct Scheduler::Slot {
  std::uint64_t order = 0;  ///< Of the work in it; 0 when free or cancelled.
  LifeId life = 0;
  Work work;
};

struct Scheduler::Life {
  bool alive = true;
  bool reaped = false;
  Work ended;
};

struct Scheduler::Fiber {
  boost::context::fiber context;  ///< Of the fiber while it rests; of its resumer while it runs.
  LifeId life = 0;
  Id timer = 0;
  bool used = false;
  bool resting = false;
  std::exception_ptr escaped;
};

base::TimePoint Scheduler::start_time() {
  return base::TimePoint{std::chrono::milliseconds{1'795'305'600'000}};  // 2026-11-22T00:00:00Z
}

Scheduler::Scheduler() : now_(start_time()), lives_(1), stacks_(std::make_unique<Stacks>()) {}

Scheduler::~Scheduler() { shut_down(); }

void Scheduler::shut_down() {
  current_life_ = 0;
  for (LifeId life = 1; life < lives_.size(); ++life) {
    lives_[life].ended = nullptr;
    if (lives_[life].alive) kill(life);
  }
  reap();
}

void Scheduler::kill_running() {
  if (current_life_ != 0) kill(current_life_);
}

Scheduler::Id Scheduler::plan(LifeId life, base::TimePoint at, Work work) {
  std::uint32_t index = 0;
  if (free_slots_.empty()) {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    index = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[index] = {++order_, life, std::move(work)};
  queue_.push_back({std::max(at, now_), order_, index});
  std::push_heap(queue_.begin(), queue_.end());
  // The place and a part of the order: enough to tell a slot's owners apart.
  return (order_ << 20U) | index;
}

void Scheduler::cancel(Id id) {
  const std::uint64_t index = id & 0xFFFFFU;
  if (id == 0 || index >= slots_.size() || slots_[index].order != id >> 20U) return;
  slots_[index].order = 0;
  slots_[index].work = nullptr;
}

bool Scheduler::step() {
  drop_stale();
  if (queue_.empty()) return false;
  std::pop_heap(queue_.begin(), queue_.end());
  const Due due = queue_.back();
  queue_.pop_back();
  Slot& slot = slots_[due.slot];
  Work work = std::exchange(slot.work, nullptr);
  const LifeId life = slot.life;
  slot.order = 0;
  free_slots_.push_back(due.slot);
  now_ = due.at;
  ++steps_;
  run(life, work);
  reap();
  return true;
}

base::TimePoint Scheduler::next_at() {
  drop_stale();
  return queue_.empty() ? now_ : queue_.front().at;
}

/// Takes cancelled work, and work of the dead, off the front.
void Scheduler::drop_stale() {
  while (!queue_.empty()) {
    const Due due = queue_.front();
    Slot& slot = slots_[due.slot];
    if (slot.order == due.order && lives_[slot.life].alive) return;
    std::pop_heap(queue_.begin(), queue_.end());
    queue_.pop_back();
    slot.order = 0;
    slot.work = nullptr;
    free_slots_.push_back(due.slot);
  }
}

void Scheduler::run(LifeId life, const Work& work) {
  current_life_ = life;
  try {
    work();
  } catch (const Killed&) {
    ROLLMILL_CHECK(!lives_[life].alive);
  } catch (...) {
    current_life_ = 0;
    throw;
  }
  current_life_ = 0;
}

Scheduler::LifeId Scheduler::begin_life(Work ended) {
  lives_.push_back({true, false, std::move(ended)});
  return static_cast<LifeId>(lives_.size() - 1);
}

bool Scheduler::alive(LifeId life) const { return lives_[life].alive; }

void Scheduler::kill(LifeId life) {
  if (lives_[life].alive) {
    lives_[life].alive = false;
    dying_.push_back(life);
  }
  if (current_life_ == life) throw Killed{};
}

void Scheduler::reap() {
  while (!dying_.empty()) {
    const LifeId life = dying_.back();
    dying_.pop_back();
    for (FiberId id = 1; id <= fibers_.size(); ++id) {
      Fiber& fiber = *fibers_[id - 1];
      if (fiber.used && fiber.life == life) resume(id);
    }
    const Work ended = std::exchange(lives_[life].ended, nullptr);
    if (ended) ended();
  }
}

void Scheduler::start_fiber(LifeId life, Work work) {
  if (free_fibers_.empty()) {
    fibers_.push_back(std::make_unique<Fiber>());
    free_fibers_.push_back(static_cast<FiberId>(fibers_.size()));
  }
  const FiberId id = free_fibers_.back();
  free_fibers_.pop_back();
  Fiber& fiber = *fibers_[id - 1];
  fiber.life = life;
  fiber.used = true;
  fiber.resting = true;
  fiber.context =
      boost::context::fiber{std::allocator_arg, Stacks::Allocator{stacks_.get()},
                            [&fiber, job = std::move(work), this](boost::context::fiber&& resumer) {
                              fiber.context = std::move(resumer);
                              try {
                                if (lives_[fiber.life].alive) job();
                              } catch (const Killed&) {  // Its process has ended: so does this.
                              } catch (...) {
                                fiber.escaped = std::current_exception();
                              }
                              fiber.used = false;
                              return std::move(fiber.context);
                            }};
  fiber.timer = plan(life, now_, [this, id] { resume(id); });
}

/// Runs a fiber until it rests or ends.
void Scheduler::resume(FiberId id) {
  Fiber& fiber = *fibers_[id - 1];
  const FiberId outer_fiber = std::exchange(current_fiber_, id);
  const LifeId outer_life = std::exchange(current_life_, fiber.life);
  cancel(std::exchange(fiber.timer, 0));
  fiber.resting = false;
  boost::context::fiber rest = std::move(fiber.context).resume();
  current_fiber_ = outer_fiber;
  current_life_ = outer_life;
  if (fiber.used) {
    fiber.context = std::move(rest);
    return;
  }
  free_fibers_.push_back(id);
  if (fiber.escaped) std::rethrow_exception(std::exchange(fiber.escaped, nullptr));
}

void Scheduler::rest(base::Duration duration) {
  ROLLMILL_CHECK(inside_fiber());
  const FiberId id = current_fiber_;
  Fiber& fiber = *fibers_[id - 1];
  if (!lives_[fiber.life].alive) throw Killed{};
  fiber.timer = plan(fiber.life, now_ + duration, [this, id] { resume(id); });
  fiber.resting = true;
  fiber.context = std::move(fiber.context).resume();
  if (!lives_[fiber.life].alive) throw Killed{};
}

void Scheduler::wake(FiberId id) {
  if (id == 0 || id > fibers_.size()) return;
  Fiber& fiber = *fibers_[id - 1];
  if (!fiber.used || !fiber.resting || fiber.timer == 0) return;
  cancel(fiber.timer);
  fiber.timer = plan(fiber.life, now_, [this, id] { resume(id); });
}

Program::Program(Scheduler& scheduler, Work ended)
    : scheduler_(scheduler), life_(scheduler.begin_life(std::move(ended))) {}

Program::~Program() { scheduler_.lives_[life_].ended = nullptr; }

Scheduler::Id Program::after(base::Duration duration, Work work) {
  if (!alive()) return 0;
  return scheduler_.plan(life_, scheduler_.now() + duration, std::move(work));
}

void Program::start(Work work) {
  if (alive()) scheduler_.start_fiber(life_, std::move(work));
}

void Program::kill() { scheduler_.kill(life_); }

}  // namespace rollmill::sim
