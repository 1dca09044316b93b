#pragma once

#include <string>

namespace rollmill::apps {

/// What is wrong with the command line of a daemon that takes `--config FILE` or `--check FILE`.
/// `words`: argc; `first`: the word after the program's name.
std::string wrong_line(int words, const std::string& first);

}  // namespace rollmill::apps
