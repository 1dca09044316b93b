#pragma once

#include <memory>
#include <utility>

#include "rollmill/base/check.h"

namespace rollmill::base {

/// A value, or nothing, that never changes once it is made: copies share it, so that what goes
/// through many hands costs one allocation. Read like a std::optional. THREAD: any; copies may be
/// read on several threads at once.
template <typename T>
class Shared {
 public:
  Shared() = default;
  Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  const T& operator*() const {
    ROLLMILL_CHECK(has_value());
    return *value_;
  }
  const T* operator->() const { return &**this; }

  /// By value; two that are nothing are equal.
  bool operator==(const Shared& other) const {
    if (value_ == other.value_) return true;
    return has_value() && other.has_value() && *value_ == *other.value_;
  }

 private:
  std::shared_ptr<const T> value_;
};

}  // namespace rollmill::base
