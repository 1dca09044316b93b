#include "support/fake_world.h"

#include <algorithm>
#include <utility>

namespace rollmill::test {

void FakeWorld::pass(base::Duration duration) {
  const base::TimePoint until = now_ + duration;
  while (!planned_.empty() && planned_.begin()->first <= until) {
    now_ = std::max(now_, planned_.begin()->first);
    const auto what = std::move(planned_.begin()->second);
    planned_.erase(planned_.begin());
    what();
  }
  now_ = until;
}

void FakeWorld::in(base::Duration duration, std::function<void()> what) {
  planned_.emplace(now_ + duration, std::move(what));
}

void FakeWorld::effect(const std::string& what) {
  effects.push_back(what);
  if (!crash_after) return;
  if (*crash_after == 0) {
    crash_after.reset();
    throw Crash{};
  }
  --*crash_after;
}

std::optional<base::Error> FakeWorld::failure(const std::string& operation) const {
  const auto found = broken.find(operation);
  if (found == broken.end()) return std::nullopt;
  return base::Error{base::ErrorCode::Unavailable, found->second};
}

}  // namespace rollmill::test
