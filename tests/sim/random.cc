#include "sim/random.h"

namespace rollmill::sim {
namespace {

std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

/// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  }
  return value;
}

}  // namespace

Random Random::fork(std::string_view name) const { return Random{mix(seed_ ^ mix(hash(name)))}; }

Random Random::fork(std::string_view name, std::uint64_t number) const {
  return Random{mix(seed_ ^ mix(hash(name) + mix(number + 1)))};
}

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  return mix(state_);
}

std::uint64_t Random::below(std::uint64_t n) {
  if (n == 0) return 0;
  // The upper half of a wide product: no bias that a simulation could notice, and no division.
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(next()) * n) >> 64U);
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
}

}  // namespace rollmill::sim
