#pragma once

#include <functional>

#include "controller/controller.h"
#include "rollmill/ports/control.h"

namespace rollmill::controller {

/// Runs work on the loop thread, soon and in order, never inside the call. THREAD: any.
using Executor = std::function<void(std::function<void()>)>;

/// The way into the controller from other threads: posts each call to the loop. The controller must
/// outlive what was posted: stop the loop first. THREAD: any.
class PostedControl : public ports::Control {
 public:
  PostedControl(Controller& controller, Executor post)
      : controller_(controller), post_(std::move(post)) {}

  void plan(ports::PlanAsked asked, ports::Reply<core::Plan> reply) override;
  void start(ports::StartAsked asked, ports::Reply<core::UpgradeView> reply) override;
  void request(base::UpgradeId upgrade, core::Event event,
               ports::Reply<core::UpgradeView> reply) override;
  void get(base::UpgradeId upgrade, core::Detail detail,
           ports::Reply<core::UpgradeView> reply) override;
  void list(ports::Reply<std::vector<core::UpgradeView>> reply) override;
  void hosts(ports::Reply<std::vector<ports::FleetHostView>> reply) override;
  void info(ports::Reply<ports::ControllerInfo> reply) override;
  void events(base::UpgradeId upgrade, base::Sequence after, std::uint32_t limit,
              ports::Reply<std::vector<core::EventView>> reply) override;
  std::shared_ptr<void> subscribe(std::function<void()> wake) override;
  void logs(base::UpgradeId upgrade, base::StepIndex step, bool follow,
            std::function<bool(base::Result<ports::LogChunk>)> sink) override;

  void agent_came(ports::AgentHello hello, ports::Reply<ports::AgentWelcome> reply) override;
  void agent_reported(base::HostName host, core::TaskReport report) override;
  void agent_facts(base::HostName host, core::HostFacts facts) override;
  void agent_went(base::HostName host, std::string reason) override;
  void agent_logs(base::HostName host, std::uint64_t request, ports::LogChunk chunk) override;

  void prober_counted(core::ProberCounted counted) override;

 private:
  Controller& controller_;
  const Executor post_;
};

}  // namespace rollmill::controller
