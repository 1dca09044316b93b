#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace rollmill::test {

/// Stands for a value of any type but the aggregate itself.
template <typename Aggregate>
struct AnyField {
  template <typename T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Aggregate>) operator T&()
      const;  // NOLINT(google-explicit-constructor)
  template <typename T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Aggregate>) operator T&&()
      const;  // NOLINT(google-explicit-constructor)
};

template <typename Aggregate, std::size_t... kIndex>
constexpr bool takes(std::index_sequence<kIndex...> /*fields*/) {
  return requires { Aggregate{(static_cast<void>(kIndex), AnyField<Aggregate>{})...}; };
}

/// How many fields a plain struct has: the most initialisers it takes.
template <typename Aggregate, std::size_t kTry = 32>
constexpr std::size_t field_count() {
  if constexpr (kTry == 0) {
    return 0;
  } else if constexpr (takes<Aggregate>(std::make_index_sequence<kTry>{})) {
    return kTry;
  } else {
    return field_count<Aggregate, kTry - 1>();
  }
}

}  // namespace rollmill::test
