#include "rollmill/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rollmill::base {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr,
               "rollmill: broken assumption `%s` at %s:%d. This is a bug, please report it.\n",
               expression, file, line);
  std::abort();
}

}  // namespace rollmill::base
