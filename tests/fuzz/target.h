#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

/// What every fuzzing target shares. Each target is one .cc file that defines `fuzz_one`; it is
/// linked either with libFuzzer (preset fuzz) or with the replay of its corpus (every other build).
namespace rollmill::fuzz {

/// Takes any bytes and checks what must hold for them; aborts when it does not.
void fuzz_one(const std::string& input);

/// Largest input, in bytes; longer ones tell nothing more.
constexpr std::size_t kMostBytes = 16384;

}  // namespace rollmill::fuzz

/// A property that holds for every input.
#define FUZZ_HOLDS(expression)                                                           \
  do {                                                                                   \
    if (!(expression)) {                                                                 \
      std::fprintf(stderr, "fuzz: does not hold at %s:%d: %s\n", __FILE__, __LINE__,     \
                   #expression);                                                         \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
