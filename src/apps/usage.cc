#include "apps/usage.h"

namespace rollmill::apps {

std::string wrong_line(int words, const std::string& first) {
  if (words < 2) return "it needs --config FILE";
  if (first != "--config" && first != "--check") {
    return "\"" + first + "\" is not understood; write --config FILE";
  }
  return first + (words < 3 ? " needs a file" : " takes one file, and there are more words");
}

}  // namespace rollmill::apps
