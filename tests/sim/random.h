#pragma once

#include <cstdint>
#include <string_view>

namespace rollmill::sim {

/// A stream of numbers that is the same on every machine: splitmix64 and own distributions, none of
/// the standard library's, which differ between implementations.
class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed), state_(seed) {}

  /// An independent stream of that name. It depends on the seed alone, not on what was drawn: what
  /// one part of the world draws does not move the draws of another.
  Random fork(std::string_view name) const;
  Random fork(std::string_view name, std::uint64_t number) const;

  std::uint64_t next();
  /// 0 to n - 1; 0 for n = 0.
  std::uint64_t below(std::uint64_t n);
  /// `low` to `high`, both included; `low` <= `high`.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// True so many times in a thousand.
  bool chance(std::uint32_t permille) { return below(1000) < permille; }

 private:
  std::uint64_t seed_;
  std::uint64_t state_;
};

}  // namespace rollmill::sim
