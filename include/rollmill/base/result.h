#pragma once

#include <string>
#include <utility>
#include <variant>

#include "rollmill/base/check.h"

namespace rollmill::base {

/// Kinds of expected failure. Adapters map them to gRPC status codes and exit codes.
enum class ErrorCode {
  InvalidArgument,     ///< The request or file is wrong; repeating it cannot help.
  NotFound,            ///< The named thing does not exist.
  AlreadyExists,       ///< The named thing exists and may not be made twice.
  FailedPrecondition,  ///< Right request, wrong moment; the message says what must change first.
  Aborted,             ///< What was agreed on has changed meanwhile (drift, etag, epoch).
  PermissionDenied,    ///< The caller may not do this.
  Unavailable,         ///< A peer or a file cannot be reached now; a retry may help.
  DeadlineExceeded,    ///< A bounded wait ended.
  DataLoss,            ///< A stored thing is damaged.
  Internal,            ///< A failure of our own that could be contained.
};

/// An expected failure: what is wrong, where, and what to do, in one sentence a person can act on.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;

  /// The same failure with the place or the deed it happened in put before it.
  Error with_context(const std::string& context) const { return {code, context + ": " + message}; }
  bool operator==(const Error&) const = default;
};

/// A value or the reason there is none. Must be looked at; reading the wrong side aborts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    ROLLMILL_CHECK(ok());
    return std::get<T>(state_);
  }
  T& value() & {
    ROLLMILL_CHECK(ok());
    return std::get<T>(state_);
  }
  T value() && {  // By value, so that a loop over `f().value()` does not outlive what it reads.
    ROLLMILL_CHECK(ok());
    return std::get<T>(std::move(state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const {
    ROLLMILL_CHECK(!ok());
    return std::get<Error>(state_);
  }
  T value_or(T other) const { return ok() ? std::get<T>(state_) : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value.
struct Unit {
  bool operator==(const Unit&) const = default;
};
using Status = Result<Unit>;
inline Status success() { return Unit{}; }

}  // namespace rollmill::base
