#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

/// Threads of the tests, and the only way they wait: for a condition, with a generous bound.
namespace rollmill::rpc {

constexpr std::chrono::seconds kBound{60};

/// A loop as the controller and the agent have one: work runs in order on one thread.
class Loop {
 public:
  Loop() : thread_([this] { run(); }) {}
  ~Loop() {
    post([this] { stopping_ = true; });
    thread_.join();
  }

  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    changed_.notify_all();
  }

  /// Runs `work` on the loop and waits for it.
  void run_and_wait(const std::function<void()>& work) {
    std::promise<void> done;
    post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  std::function<void(std::function<void()>)> poster() {
    return [this](std::function<void()> work) { post(std::move(work)); };
  }

  /// Returns when the work is done, or soon after it was begun: it may be waiting for the caller.
  std::function<void(std::function<void()>)> slow_poster() {
    return [this](std::function<void()> work) {
      const auto done = std::make_shared<std::promise<void>>();
      post([done, work = std::move(work)] {
        work();
        done->set_value();
      });
      done->get_future().wait_for(std::chrono::milliseconds{100});
    };
  }

 private:
  void run() {
    while (!stopping_) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !queue_.empty(); });
        work = std::move(queue_.front());
        queue_.pop_front();
      }
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;  ///< Loop thread only.
  std::thread thread_;
};

/// What came out, in order, from any thread.
template <typename T>
class Record {
 public:
  void add(T value) {
    const std::lock_guard lock(mutex_);
    values_.push_back(std::move(value));
    changed_.notify_all();
  }
  std::vector<T> all() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }
  /// Everything, as soon as there are `count`; at the bound whatever there is.
  std::vector<T> wait_for(std::size_t count) const {
    return wait_until([count](const std::vector<T>& values) { return values.size() >= count; });
  }
  std::vector<T> wait_until(const std::function<bool(const std::vector<T>&)>& enough) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kBound, [&] { return enough(values_); });
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<T> values_;
};

}  // namespace rollmill::rpc
