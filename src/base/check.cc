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

void lost_durability(const char* reason) {
  std::fprintf(stderr,
               "rollmill: the journal could not be written: %s. Stopping, since nothing may be "
               "done that is not recorded; a restart goes on from the journal.\n",
               reason);
  std::abort();
}

}  // namespace rollmill::base
