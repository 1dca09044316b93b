#include "sim/world/last_words.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

thread_local Scheduler* current = nullptr;

/// From the tree's own folders on, so that it reads the same wherever the tree was built.
const char* short_name(const char* file) {
  for (const char* top : {"/src/", "/include/", "/tests/"}) {
    if (const char* found = std::strstr(file, top)) return found + 1;
  }
  return file;
}

}  // namespace

LastWords::LastWords(Scheduler& scheduler) { current = &scheduler; }
LastWords::~LastWords() { current = nullptr; }

}  // namespace rollmill::sim

namespace rollmill::base {

void check_failed(const char* expression, const char* file, int line) {
  if (sim::current == nullptr) {
    std::fprintf(stderr, "broken assumption `%s` at %s:%d\n", expression, file, line);
    std::abort();
  }
  throw sim::BrokenAssumption{std::string("`") + expression + "` at " + sim::short_name(file) +
                              ":" + std::to_string(line)};
}

void lost_durability(const char* reason) {
  if (sim::current != nullptr) sim::current->kill_running();
  std::fprintf(stderr, "the journal could not be written: %s\n", reason);
  std::abort();
}

}  // namespace rollmill::base
