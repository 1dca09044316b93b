#pragma once

#include <string>
#include <utility>

#include "rollmill/ports/controller_link.h"
#include "rpc/loop.h"

namespace rollmill::rpc {

/// An agent that keeps what it was told and says the hello that the test gave it.
class FakeInbox final : public ports::AgentInbox {
 public:
  FakeInbox(Loop& loop, ports::AgentHello hello) : loop_(loop), hello_(std::move(hello)) {}

  Record<std::string> told;  ///< "welcomed 7", "lost: why", "task 3/1", "acked 3/1", ...
  Record<core::Task> tasks;

  void welcomed(base::Epoch epoch) override { told.add("welcomed " + std::to_string(epoch)); }
  void link_lost(std::string reason) override { told.add("lost: " + reason); }
  void task(core::Task task) override {
    told.add("task " + name_of(task.key));
    tasks.add(std::move(task));
  }
  void cancel(core::TaskKey key) override { told.add("cancel " + name_of(key)); }
  void acked(core::TaskKey key) override { told.add("acked " + name_of(key)); }
  void logs_wanted(std::uint64_t request, core::TaskKey key, bool follow) override {
    told.add("logs " + std::to_string(request) + " of " + name_of(key) +
             (follow ? " and more" : ""));
  }
  void logs_cancelled(std::uint64_t request) override {
    told.add("no logs " + std::to_string(request));
  }
  void hello(std::function<void(ports::AgentHello)> reply) override {
    loop_.post([hello = hello_, reply = std::move(reply)] { reply(hello); });  // may outlive us
  }

 private:
  static std::string name_of(const core::TaskKey& key) {
    return std::to_string(key.step.value) + "/" + std::to_string(key.attempt);
  }

  Loop& loop_;
  const ports::AgentHello hello_;
};

}  // namespace rollmill::rpc
