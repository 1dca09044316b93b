#pragma once

namespace rollmill::base {

/// Reports a broken assumption of our own code on stderr and aborts the process.
/// A restart replays the journal, so stopping loses nothing; going on might. THREAD: any.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

/// Says on stderr that the journal could not be written, and aborts the process: its state may be
/// ahead of the journal, so nothing may be done or shown any more. THREAD: loop.
[[noreturn]] void lost_durability(const char* reason);

}  // namespace rollmill::base

/// Programmer errors only; always on, in every build. Expected failures are `Result<T>`.
#define ROLLMILL_CHECK(expression)                                                  \
  do {                                                                              \
    if (!(expression)) ::rollmill::base::check_failed(#expression, __FILE__, __LINE__); \
  } while (false)
