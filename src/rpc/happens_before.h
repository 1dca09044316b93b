#pragma once

/// "Start...() happens before On...Done()" runs through gRPC's locks, which ThreadSanitizer cannot
/// see: the library is not instrumented. These draw that edge for it, and are nothing elsewhere.
#if defined(__SANITIZE_THREAD__)
extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);
#define ROLLMILL_HB_BEFORE(address) __tsan_release(address)
#define ROLLMILL_HB_AFTER(address) __tsan_acquire(address)
#else
#define ROLLMILL_HB_BEFORE(address) static_cast<void>(address)
#define ROLLMILL_HB_AFTER(address) static_cast<void>(address)
#endif
