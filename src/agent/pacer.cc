#include "agent/pacer.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace rollmill::agent {
namespace {

class RealPacer : public Pacer {
 public:
  base::TimePoint now() const override {
    return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  }

  void rest(base::Duration duration) override {
    std::unique_lock lock(mutex_);
    woken_changed_.wait_for(lock, duration, [this] { return woken_; });
    woken_ = false;
  }

  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    woken_changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_changed_;
  bool woken_ = false;  ///< Guarded by mutex_.
};

}  // namespace

std::unique_ptr<Pacer> make_real_pacer() { return std::make_unique<RealPacer>(); }

}  // namespace rollmill::agent
