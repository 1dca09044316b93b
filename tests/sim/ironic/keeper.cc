#include "sim/ironic/keeper.h"

#include <algorithm>
#include <utility>

namespace rollmill::sim {
namespace {

constexpr std::size_t kKeptRuns = 64;

ports::CommandResult cut_off() {
  ports::CommandResult result;
  result.interrupted = true;
  return result;
}

}  // namespace

base::Status Keeper::bind(const std::optional<core::TaskKey>& key) {
  bound_ = nullptr;
  if (!key) return base::success();
  (void)settle(*key);
  bound_ = &site_.keys.emplace_back(*key);
  site_.promises.binds(host_, *bound_);
  for (Run& run : runs_) run.used = false;
  return base::success();
}

/// What an earlier life has begun, for whatever task, comes to its end first.
base::Result<bool> Keeper::settle(const core::TaskKey& key) {
  while (running() != nullptr && site_.time.inside_fiber()) site_.rest_until(next_end());
  return std::any_of(runs_.begin(), runs_.end(),
                     [&](const Run& run) { return run.task->same_task(key); });
}

base::Result<std::optional<ports::OutputPart>> Keeper::read(const core::TaskKey& key,
                                                            ports::OutputPosition& position) {
  (void)key;
  (void)position;
  return std::optional<ports::OutputPart>();
}

Keeper::Run* Keeper::find(const Invocation& program) {
  for (Run& run : runs_)
    if (!run.used && run.program == program && run.task->same_task(*bound_)) return &run;
  return nullptr;
}

Keeper::Run* Keeper::numbered(std::uint32_t number) {
  const auto found = std::find_if(runs_.begin(), runs_.end(),
                                  [&](const Run& run) { return run.number == number; });
  return found == runs_.end() ? nullptr : &*found;
}

const Invocation* Keeper::running() const {
  for (const Run& run : runs_)
    if (run.state == State::Running) return &run.program;
  return nullptr;
}

base::TimePoint Keeper::next_end() const {
  base::TimePoint first = kNever;
  for (const Run& run : runs_)
    if (run.state == State::Running) first = std::min(first, run.ends_at);
  return std::max(first, site_.time.now() + base::Duration{1});
}

bool Keeper::cut() {
  bool any = false;
  for (Run& run : runs_) {
    if (run.state != State::Running) continue;
    run.state = State::Interrupted;
    run.result = cut_off();
    any = true;
  }
  return any;
}

Effect Keeper::begin(Deed deed, ReleaseId release, std::uint64_t subject) {
  Effect effect;
  effect.host = static_cast<std::uint32_t>(host_);
  effect.deed = deed;
  effect.release = release;
  effect.task = bound_;
  const auto of_another = [&](const Run& run) {
    return run.state == State::Running && (bound_ == nullptr || !run.task->same_task(*bound_));
  };
  site_.begin(effect, subject, std::any_of(runs_.begin(), runs_.end(), of_another));
  effect.at = site_.time.now();
  return effect;
}

void Keeper::end(std::uint32_t number, const Apply& apply) {
  Run* run = numbered(number);
  if (run == nullptr || run->state != State::Running) return;
  run->result = apply();
  run = numbered(number);  // What happens may begin other things.
  if (run->state == State::Running) run->state = State::Ended;
  if (run->result.exit_code != 0) site_.promises.disturbed(host_);
}

ports::CommandResult Keeper::run(const Invocation& program, base::Duration takes, Apply apply) {
  std::uint32_t number = 0;
  base::TimePoint ends_at{};
  Effect effect;
  bool fresh = false;
  if (Run* kept = bound_ == nullptr ? nullptr : find(program)) {
    kept->used = true;
    number = kept->number;
    ends_at = kept->ends_at;
  } else {
    effect = begin(program.deed, program.release, program.argument);
    fresh = true;
    number = next_++;
    ends_at = site_.time.now() + takes;
    if (runs_.size() >= kKeptRuns) runs_.erase(runs_.begin());
    runs_.push_back({bound_, program, State::Running, true, ends_at, number, {}});
    site_.time.after(takes, [this, number, apply = std::move(apply)] { end(number, apply); });
    site_.announce(effect, Moment::During);
  }
  while (site_.time.inside_fiber() && numbered(number) != nullptr &&
         numbered(number)->state == State::Running)
    site_.rest_until(std::max(ends_at, site_.time.now() + base::Duration{1}));
  const Run* over = numbered(number);
  const ports::CommandResult result = over == nullptr ? cut_off() : over->result;
  if (fresh) site_.announce(effect, Moment::After);
  return result;
}

}  // namespace rollmill::sim
