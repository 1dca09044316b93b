#include "agent/log_pump.h"

#include <utility>

namespace rollmill::agent {
namespace {

constexpr std::size_t kMaxRequests = 8;
constexpr int kPartsAtATime = 4;

}  // namespace

LogPump::LogPump(ports::TaskOutput& output, ports::ControllerLink& link,
                 std::function<bool(const core::TaskKey&)> runs)
    : output_(output), link_(link), runs_(std::move(runs)) {}

void LogPump::want(std::uint64_t request, const core::TaskKey& key, bool follow) {
  if (wanted_.size() >= kMaxRequests) {
    link_.send_logs(request, {"", "This agent serves too many log readers already.\n", true});
    return;
  }
  wanted_[request] = {key, follow, {}};
}

void LogPump::cancel(std::uint64_t request) { wanted_.erase(request); }

void LogPump::cancel_all() { wanted_.clear(); }

void LogPump::pump() {
  for (auto each = wanted_.begin(); each != wanted_.end();)
    each = serve(each->first, each->second) ? std::next(each) : wanted_.erase(each);
}

bool LogPump::serve(std::uint64_t request, Wanted& wanted) {
  // Asked before reading: what a task prints before it ends is then read for sure.
  const bool more_may_come = wanted.follow && runs_(wanted.key);
  for (int part = 0; part < kPartsAtATime; ++part) {
    const auto next = output_.read(wanted.key, wanted.position);
    if (!next) {
      link_.send_logs(request, {"", next.error().message + "\n", true});
      return false;
    }
    if (!next->has_value()) {
      if (more_may_come) return true;
      link_.send_logs(request, {"", "", true});
      return false;
    }
    link_.send_logs(request, {(*next)->command, (*next)->text, false});
  }
  return true;
}

}  // namespace rollmill::agent
