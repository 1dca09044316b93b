#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::test {

/// Thrown after an effect, to play a crash of the agent in the middle of a verb.
struct Crash {};

/// What the twins of one host share: the time, what was done, what is broken, what will happen.
class FakeWorld {
 public:
  base::TimePoint now() const { return now_; }
  /// Lets time pass; what was planned for that time happens on the way.
  void pass(base::Duration duration);
  /// Plans something for so long from now.
  void in(base::Duration duration, std::function<void()> what);

  /// Something was done to the host. Throws `Crash` when the crash was set for this effect.
  void effect(const std::string& what);
  /// After so many more effects the agent crashes; nothing: never.
  std::optional<std::size_t> crash_after;
  std::vector<std::string> effects;

  /// Operations that fail: "services.start" -> why.
  std::map<std::string, std::string> broken;
  /// The failure of an operation, or nothing.
  std::optional<base::Error> failure(const std::string& operation) const;

 private:
  base::TimePoint now_ = *base::parse_time("2026-11-22T15:00:00Z");
  std::multimap<base::TimePoint, std::function<void()>> planned_;
};

}  // namespace rollmill::test
