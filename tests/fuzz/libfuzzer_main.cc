#include <cstddef>
#include <cstdint>
#include <exception>

#include "fuzz/target.h"

/// libFuzzer's door. An exception that gets here is a finding: nothing that reads may throw.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > rollmill::fuzz::kMostBytes) return 0;
  try {
    rollmill::fuzz::fuzz_one(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz: thrown: %s\n", error.what());
    std::abort();
  }
  return 0;
}
