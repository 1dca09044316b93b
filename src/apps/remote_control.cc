#include "apps/remote_control.h"

#include <stop_token>
#include <utility>

#include "rollmill/base/overloaded.h"
#include "rpc/control_client.h"

namespace rollmill::apps {
namespace {

/// Speaks to the commands on one side and to gRPC on the other.
class RemoteControl final : public cli::ControlClient {
 public:
  explicit RemoteControl(std::unique_ptr<rpc::ControlClient> client)
      : client_(std::move(client)) {}

  base::Result<cli::PlanShown> plan(const ports::PlanAsked& asked) override {
    auto shown = client_->plan(asked);
    if (!shown) return shown.error();
    return cli::PlanShown{std::move(shown->plan), std::move(shown->printed)};
  }
  base::Result<core::UpgradeView> start(const ports::StartAsked& asked) override {
    return client_->start(asked);
  }
  base::Result<core::UpgradeView> request(const base::UpgradeId& id,
                                          const core::Event& event) override;
  base::Result<core::UpgradeView> get(const base::UpgradeId& id, core::Detail detail) override {
    return client_->get(id, detail);
  }
  base::Result<std::vector<core::UpgradeView>> list() override { return client_->list(); }
  base::Result<std::vector<ports::FleetHostView>> hosts() override { return client_->hosts(); }
  base::Result<ports::ControllerInfo> info() override { return client_->info(); }

  base::Result<std::vector<core::EventView>> events(const base::UpgradeId& id,
                                                    base::Sequence after,
                                                    std::uint32_t limit) override {
    auto events = client_->events(id, after);
    if (events && events->size() > limit) events->resize(limit);
    return events;
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

/// Only what people may ask for goes over the wire.
base::Error not_a_request() {
  return {base::ErrorCode::Internal, "this event is not one that a person can ask for"};
}

base::Result<core::UpgradeView> RemoteControl::request(const base::UpgradeId& id,
                                                       const core::Event& event) {
  using Answer = base::Result<core::UpgradeView>;
  return std::visit(
      base::Overloaded{
          [&](const core::PauseRequested& e) -> Answer {
            return client_->pause(id, e.actor.reason);
          },
          [&](const core::ResumeRequested& e) -> Answer {
            return client_->resume(id, e.actor.reason);
          },
          [&](const core::AbortRequested& e) -> Answer {
            return client_->abort(id, e.actor.reason);
          },
          [&](const core::ApproveRequested& e) -> Answer {
            std::optional<base::Duration> term;
            if (e.valid_for > base::Duration::zero()) term = e.valid_for;
            return client_->approve(id, e.gate, term, e.actor.reason);
          },
          [&](const core::RetryRequested& e) -> Answer {
            return client_->retry(id, e.step, e.actor.reason);
          },
          [&](const core::SkipRequested& e) -> Answer {
            return client_->skip(id, e.step, e.actor.reason);
          },
          [](const core::UpgradeRequested&) -> Answer { return not_a_request(); },
          [](const core::TakenOver&) -> Answer { return not_a_request(); },
          [](const core::AgentCame&) -> Answer { return not_a_request(); },
          [](const core::AgentWent&) -> Answer { return not_a_request(); },
          [](const core::TaskReported&) -> Answer { return not_a_request(); },
          [](const core::TimePassed&) -> Answer { return not_a_request(); },
          [](const core::AdvanceWanted&) -> Answer { return not_a_request(); },
          [](const core::ProberCounted&) -> Answer { return not_a_request(); },
      },
      event);
}

}  // namespace

base::Result<std::unique_ptr<cli::ControlClient>> connect_control(
    const cli::ConnectOptions& options, const std::string& user) {
  rpc::ControlClientOptions remote;
  remote.controller = options.server;
  if (!options.ca.empty()) remote.tls = rpc::TlsFiles{options.ca, options.cert, options.key};
  remote.user = user;
  auto client = rpc::make_control_client(std::move(remote));
  if (!client) return client.error();
  return std::unique_ptr<cli::ControlClient>(std::make_unique<RemoteControl>(std::move(*client)));
}

}  // namespace rollmill::apps
