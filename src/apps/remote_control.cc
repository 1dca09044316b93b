#include "apps/remote_control.h"

#include <stop_token>
#include <utility>

#include "rpc/control_client.h"

namespace rollmill::apps {
namespace {

/// Speaks to the commands on one side and to gRPC on the other.
class RemoteControl final : public cli::ControlClient {
 public:
  explicit RemoteControl(std::unique_ptr<rpc::ControlClient> client) : client_(std::move(client)) {}

  base::Result<cli::PlanShown> plan(const cli::PlanWanted& wanted) override {
    auto shown = client_->plan({wanted.to, wanted.policy, wanted.way});
    if (!shown) return shown.error();
    return cli::PlanShown{std::move(shown->plan), std::move(shown->printed)};
  }
  base::Result<core::UpgradeView> start(const cli::StartWanted& wanted) override {
    return client_->start({wanted.plan.to, wanted.plan.policy, wanted.plan_id, wanted.request_id,
                           core::Actor{"", wanted.reason}, wanted.approve});
  }
  base::Result<core::UpgradeView> pause(const base::UpgradeId& id,
                                        const std::string& reason) override {
    return client_->pause(id, reason);
  }
  base::Result<core::UpgradeView> resume(const base::UpgradeId& id,
                                         const std::string& reason) override {
    return client_->resume(id, reason);
  }
  base::Result<core::UpgradeView> quarantine(const base::UpgradeId& id, const base::HostName& host,
                                             bool api_is_out, const std::string& reason) override {
    return client_->quarantine(id, host, api_is_out, reason);
  }
  base::Result<core::UpgradeView> rollback(const base::UpgradeId& id, bool undo,
                                           const std::string& reason) override {
    return client_->rollback(id, undo, reason);
  }
  base::Result<core::UpgradeView> abort(const base::UpgradeId& id,
                                        const std::string& reason) override {
    return client_->abort(id, reason);
  }
  base::Result<core::UpgradeView> approve(const base::UpgradeId& id, const std::string& gate,
                                          std::optional<base::Duration> valid_for,
                                          const std::string& reason) override {
    return client_->approve(id, gate, valid_for, reason);
  }
  base::Result<core::UpgradeView> retry(const base::UpgradeId& id,
                                        std::optional<base::StepIndex> step,
                                        const std::string& reason) override {
    return client_->retry(id, step, reason);
  }
  base::Result<core::UpgradeView> skip(const base::UpgradeId& id, base::StepIndex step,
                                       const std::string& reason) override {
    return client_->skip(id, step, reason);
  }
  base::Result<core::UpgradeView> get(const base::UpgradeId& id, core::Detail detail) override {
    return client_->get(id, detail);
  }
  base::Result<std::vector<core::UpgradeView>> list() override { return client_->list(); }
  base::Result<std::vector<ports::FleetHostView>> hosts() override { return client_->hosts(); }
  base::Result<ports::ControllerInfo> info() override { return client_->info(); }

  base::Result<std::vector<core::EventView>> events(const base::UpgradeId& id,
                                                    base::Sequence after) override {
    return client_->events(id, after);
  }

  base::Status watch(const base::UpgradeId& id, base::Sequence after,
                     const std::function<bool(const core::EventView&)>& sink) override {
    rpc::WatchAsked asked;
    asked.upgrade = id;
    asked.after = after;
    rpc::WatchCalls calls;
    calls.update = [&](const rpc::WatchUpdate& update) {
      return !update.event || sink(*update.event);
    };
    return client_->watch(asked, calls, stop_.get_token());
  }
  base::Status logs(const base::UpgradeId& id, base::StepIndex step, bool follow,
                    const std::function<bool(const ports::LogChunk&)>& sink) override {
    return client_->logs(id, step, follow, sink, stop_.get_token());
  }
  void cancel() override { stop_.request_stop(); }

 private:
  std::unique_ptr<rpc::ControlClient> client_;
  std::stop_source stop_;
};

}  // namespace

base::Result<std::shared_ptr<cli::ControlClient>> connect_control(
    const cli::ConnectOptions& options) {
  rpc::ControlClientOptions remote;
  remote.controller = options.server;
  if (!options.ca.empty()) remote.tls = rpc::TlsFiles{options.ca, options.cert, options.key};
  remote.user = options.user;
  auto client = rpc::make_control_client(std::move(remote));
  if (!client) return client.error();
  return std::shared_ptr<cli::ControlClient>(std::make_shared<RemoteControl>(std::move(*client)));
}

}  // namespace rollmill::apps
