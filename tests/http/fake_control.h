#pragma once

#include <mutex>
#include <vector>

#include "rollmill/ports/control.h"

namespace rollmill::http {

/// A controller that answers with what the test gave it, on the caller's thread, or never.
class FakeControl final : public ports::Control {
 public:
  void info(ports::Reply<ports::ControllerInfo> reply) override {
    const std::lock_guard lock(mutex);
    if (silent) {
      held.push_back(std::move(reply));
      return;
    }
    reply(information);
  }
  void get(base::UpgradeId id, core::Detail detail,
           ports::Reply<core::UpgradeView> reply) override {
    for (const core::UpgradeView& view : upgrades) {
      if (!id.empty() && view.id != id.text) continue;
      core::UpgradeView shown = view;
      if (detail == core::Detail::Summary) shown.steps.clear();
      return reply(shown);
    }
    reply(base::Error{base::ErrorCode::NotFound, "there is no upgrade \"" + id.text + "\""});
  }
  void list(ports::Reply<std::vector<core::UpgradeView>> reply) override { reply(upgrades); }
  void hosts(ports::Reply<std::vector<ports::FleetHostView>> reply) override { reply(fleet); }

  // What the status endpoint must never use: it is read-only.
  void plan(ports::PlanAsked, ports::Reply<core::Plan>) override { misused(); }
  void start(ports::StartAsked, ports::Reply<core::UpgradeView>) override { misused(); }
  void request(base::UpgradeId, core::Event, ports::Reply<core::UpgradeView>) override {
    misused();
  }
  void events(base::UpgradeId, base::Sequence, std::uint32_t,
              ports::Reply<std::vector<core::EventView>>) override {
    misused();
  }
  std::shared_ptr<void> subscribe(std::function<void()>) override {
    misused();
    return nullptr;
  }
  void logs(base::UpgradeId, base::StepIndex, bool,
            std::function<bool(base::Result<ports::LogChunk>)>) override {
    misused();
  }
  void agent_came(ports::AgentHello, ports::Reply<ports::AgentWelcome>) override { misused(); }
  void agent_reported(base::HostName, core::TaskReport) override { misused(); }
  void agent_facts(base::HostName, core::HostFacts) override { misused(); }
  void agent_went(base::HostName, std::string) override { misused(); }
  void agent_logs(base::HostName, std::uint64_t, ports::LogChunk) override { misused(); }
  void prober_counted(core::ProberCounted) override { misused(); }

  ports::ControllerInfo information{"0.1.0", "lab", 3, true, 120, 5, 4};
  std::vector<core::UpgradeView> upgrades;
  std::vector<ports::FleetHostView> fleet;
  bool silent = false;  ///< `info` is kept in `held` instead of answered.
  std::vector<ports::Reply<ports::ControllerInfo>> held;
  std::mutex mutex;
  int misuses = 0;

 private:
  void misused() { ++misuses; }
};

}  // namespace rollmill::http
