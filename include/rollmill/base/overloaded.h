#pragma once

namespace rollmill::base {

/// One visitor from several lambdas: a new alternative without a lambda does not compile.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace rollmill::base
