#include "agent/task_context.h"

#include <algorithm>
#include <utility>

namespace rollmill::agent {
namespace {

constexpr base::Duration kTellEvery = std::chrono::seconds{1};

}  // namespace

TaskContext::TaskContext(Pacer& pacer, ports::TaskOutput& output, base::Duration time_limit,
                         Tell tell)
    : pacer_(pacer),
      output_(output),
      tell_(std::move(tell)),
      started_at_(pacer.now()),
      limit_(started_at_ + time_limit) {}

void TaskContext::cancel() {
  cancelled_ = true;
  pacer_.wake();
}

bool TaskContext::pause(base::Duration duration) {
  if (untold_ && now() - told_at_ >= kTellEvery) tell_now();
  const base::TimePoint until = std::min(limit_, now() + duration);
  while (!cancelled_ && now() < until)
    pacer_.rest(std::chrono::ceil<base::Duration>(until - now()));
  return !cancelled_ && now() < limit_;
}

void TaskContext::waits(const std::string& code, const std::string& reason) {
  if (code == cause_.code && reason == cause_.reason) return;
  const bool other_cause = code != cause_.code;
  if (other_cause) cause_.since = now();
  cause_.code = code;
  cause_.reason = reason;
  untold_ = true;
  if (other_cause || now() - told_at_ >= kTellEvery) tell_now();
}

void TaskContext::tell_now() {
  untold_ = false;
  told_at_ = now();
  tell_(cause_);
}

}  // namespace rollmill::agent
