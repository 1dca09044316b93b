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

namespace rollmill::rpc {

/// One call by gRPC, from its first line to its last: it sees what was done before the Start call,
/// and `OnDone` sees all of it, since gRPC waits for its return.
class InCallback {
 public:
  explicit InCallback(void* reactor) : reactor_(reactor) { ROLLMILL_HB_AFTER(reactor_); }
  ~InCallback() { ROLLMILL_HB_BEFORE(reactor_); }
  InCallback(const InCallback&) = delete;
  InCallback& operator=(const InCallback&) = delete;

 private:
  void* const reactor_;
};

}  // namespace rollmill::rpc
