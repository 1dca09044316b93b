#pragma once

#include <functional>
#include <memory>
#include <vector>

namespace rollmill::controller {

/// Who wants to know that something durable has changed.
struct Subscription {
  std::function<void()> wake;
};

/// Wakes every subscriber whose ticket still lives. A ticket may be dropped on any thread; `wake`
/// may then be called once more. THREAD: loop.
class Subscribers {
 public:
  void add(std::weak_ptr<Subscription> subscription) {
    subscriptions_.push_back(std::move(subscription));
  }
  void wake_all() {
    // By index, on a copy of each: a wake may add subscribers.
    for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
      if (const auto living = subscriptions_[i].lock()) living->wake();
    }
    std::erase_if(subscriptions_, [](const auto& ticket) { return ticket.expired(); });
  }

 private:
  std::vector<std::weak_ptr<Subscription>> subscriptions_;
};

}  // namespace rollmill::controller
