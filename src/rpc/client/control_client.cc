#include "rpc/control_client.h"

#include <grpcpp/create_channel.h>

#include <utility>

#include "rpc/client/calls.h"
#include "rpc/codec/plan_codec.h"
#include "rpc/codec/view_codec.h"
#include "rpc/grpc_log.h"
#include "rpc/status.h"
#include "rpc/transport.h"

namespace rollmill::rpc {
namespace {

constexpr std::int32_t kPage = 1000;
using ViewResult = base::Result<core::UpgradeView>;

class Client final : public ControlClient {
 public:
  Client(ControlClientOptions options, const std::shared_ptr<grpc::Channel>& channel)
      : options_(std::move(options)),
        door_{options_.controller, pb::UpgradeService::NewStub(channel)} {}

  base::Result<PlanShown> plan(const ports::PlanAsked& asked) override;
  ViewResult start(const ports::StartAsked& asked) override;
  ViewResult get(const base::UpgradeId& id, core::Detail detail) override;
  base::Result<std::vector<core::UpgradeView>> list() override;
  ViewResult pause(const base::UpgradeId& id, const std::string& reason) override;
  ViewResult resume(const base::UpgradeId& id, const std::string& reason) override;
  ViewResult quarantine(const base::UpgradeId& id, const base::HostName& host, bool api_is_out,
                        const std::string& reason) override;
  ViewResult rollback(const base::UpgradeId& id, bool undo, const std::string& reason) override;
  ViewResult abort(const base::UpgradeId& id, const std::string& reason) override;
  ViewResult approve(const base::UpgradeId& id, const std::string& gate,
                     std::optional<base::Duration> valid_for, const std::string& reason) override;
  ViewResult retry(const base::UpgradeId& id, std::optional<base::StepIndex> step,
                   const std::string& reason) override;
  ViewResult skip(const base::UpgradeId& id, base::StepIndex step,
                  const std::string& reason) override;
  base::Result<std::vector<ports::FleetHostView>> hosts() override;
  base::Result<ports::ControllerInfo> info() override;
  base::Result<std::vector<core::EventView>> events(const base::UpgradeId& id,
                                                    base::Sequence after) override;
  base::Status watch(const WatchAsked& asked, const WatchCalls& calls,
                     std::stop_token stop) override {
    return watch_upgrade(door_, asked, calls, stop);
  }
  base::Status logs(const base::UpgradeId& id, base::StepIndex step, bool follow,
                    const std::function<bool(const ports::LogChunk&)>& sink,
                    std::stop_token stop) override;

 private:
  template <typename Request, typename Response>
  using Method = grpc::Status (pb::UpgradeService::Stub::*)(grpc::ClientContext*, const Request&,
                                                            Response*);
  template <typename Request, typename Response>
  base::Result<Response> call(Method<Request, Response> method, const Request& request,
                              base::Duration limit) {
    grpc::ClientContext context;
    set_limit(context, limit);
    Response response;
    const grpc::Status status = ((*door_.stub).*method)(&context, request, &response);
    if (!status.ok()) return friendly(options_.controller, status);
    return response;
  }
  template <typename Request, typename Response>
  base::Result<Response> call(Method<Request, Response> method, const Request& request) {
    return call(method, request, options_.limit);
  }
  /// A deed: names the upgrade, who and why; the answer is the upgrade.
  template <typename Request, typename Response>
  ViewResult deed(Method<Request, Response> method, const base::UpgradeId& id,
                  const std::string& reason, Request request = {}) {
    request.set_name(name_of(id));
    request.set_reason(clean(reason));
    request.set_claimed_user(clean(options_.user));
    return view_of(call(method, request));
  }
  template <typename Response>
  static ViewResult view_of(const base::Result<Response>& response) {
    if (!response.ok()) return response.error();
    return decode(response->upgrade());
  }
  static std::string name_of(const base::UpgradeId& id) {
    return id.empty() ? "upgrades/latest" : upgrade_name(id);
  }
  /// All pages of a list; `take` gets each.
  template <typename Request, typename Response, typename Take>
  base::Status all_pages(Method<Request, Response> method, Request request, Take take) {
    request.set_page_size(kPage);
    do {
      const auto page = call(method, request);
      if (!page.ok()) return page.error();
      take(*page);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return base::success();
  }

  const ControlClientOptions options_;
  const Door door_;
};

base::Result<PlanShown> Client::plan(const ports::PlanAsked& asked) {
  pb::PlanUpgradeRequest request;
  const bool named = asked.way == ports::Way::Forward || asked.to != core::ReleaseNumber{};
  if (named) request.set_release(core::to_string(asked.to));
  if (asked.policy) encode(*asked.policy, request.mutable_policy());
  request.set_reverse(asked.way != ports::Way::Forward);
  request.set_from_now(asked.way == ports::Way::BackFromNow);
  const auto response = call(&pb::UpgradeService::Stub::PlanUpgrade, request, options_.slow_limit);
  if (!response.ok()) return response.error();
  auto plan = decode(response->plan());
  if (!plan.ok()) return plan.error().with_context("the plan of " + options_.controller);
  return PlanShown{std::move(*plan), response->printed()};
}

ViewResult Client::start(const ports::StartAsked& asked) {
  pb::StartUpgradeRequest request;
  request.set_request_id(asked.request_id);
  request.set_release(core::to_string(asked.to));
  if (asked.policy) encode(*asked.policy, request.mutable_policy());
  request.set_plan_id(asked.plan_id);
  for (const std::string& gate : asked.approve) request.add_approve(gate);
  request.set_reason(clean(asked.actor.reason));
  request.set_claimed_user(clean(options_.user));
  return view_of(call(&pb::UpgradeService::Stub::StartUpgrade, request, options_.slow_limit));
}

ViewResult Client::get(const base::UpgradeId& id, core::Detail detail) {
  pb::GetUpgradeRequest request;
  request.set_name(name_of(id));
  request.set_detail(detail == core::Detail::Steps ? pb::DETAIL_STEPS : pb::DETAIL_SUMMARY);
  return view_of(call(&pb::UpgradeService::Stub::GetUpgrade, request));
}

base::Result<std::vector<core::UpgradeView>> Client::list() {
  std::vector<core::UpgradeView> views;
  const auto done = all_pages(&pb::UpgradeService::Stub::ListUpgrades, pb::ListUpgradesRequest(),
                              [&](const auto& page) {
                                for (const auto& one : page.upgrades())
                                  views.push_back(decode(one));
                              });
  if (!done.ok()) return done.error();
  return views;
}

ViewResult Client::pause(const base::UpgradeId& id, const std::string& reason) {
  return deed(&pb::UpgradeService::Stub::PauseUpgrade, id, reason);
}

ViewResult Client::resume(const base::UpgradeId& id, const std::string& reason) {
  return deed(&pb::UpgradeService::Stub::ResumeUpgrade, id, reason);
}

ViewResult Client::quarantine(const base::UpgradeId& id, const base::HostName& host,
                              bool api_is_out, const std::string& reason) {
  pb::QuarantineHostRequest request;
  request.set_api_is_out(api_is_out);
  request.set_host(host.text);
  return deed(&pb::UpgradeService::Stub::QuarantineHost, id, reason, std::move(request));
}

ViewResult Client::rollback(const base::UpgradeId& id, bool undo, const std::string& reason) {
  pb::RollbackUpgradeRequest request;
  request.set_undo(undo);
  return deed(&pb::UpgradeService::Stub::RollbackUpgrade, id, reason, std::move(request));
}

ViewResult Client::abort(const base::UpgradeId& id, const std::string& reason) {
  return deed(&pb::UpgradeService::Stub::AbortUpgrade, id, reason);
}

ViewResult Client::approve(const base::UpgradeId& id, const std::string& gate,
                           std::optional<base::Duration> valid_for, const std::string& reason) {
  pb::ApproveUpgradeRequest request;
  request.set_gate(gate);
  if (valid_for) encode(*valid_for, request.mutable_valid_for());
  return deed(&pb::UpgradeService::Stub::ApproveUpgrade, id, reason, std::move(request));
}

ViewResult Client::retry(const base::UpgradeId& id, std::optional<base::StepIndex> step,
                         const std::string& reason) {
  pb::RetryUpgradeRequest request;
  if (step) request.set_step(step->value);
  return deed(&pb::UpgradeService::Stub::RetryUpgrade, id, reason, std::move(request));
}

ViewResult Client::skip(const base::UpgradeId& id, base::StepIndex step,
                        const std::string& reason) {
  pb::SkipStepRequest request;
  request.set_step(step.value);
  return deed(&pb::UpgradeService::Stub::SkipStep, id, reason, std::move(request));
}

base::Result<std::vector<ports::FleetHostView>> Client::hosts() {
  std::vector<ports::FleetHostView> hosts;
  const auto done = all_pages(&pb::UpgradeService::Stub::ListHosts, pb::ListHostsRequest(),
                              [&](const auto& page) {
                                for (const auto& one : page.hosts()) hosts.push_back(decode(one));
                              });
  if (!done.ok()) return done.error();
  return hosts;
}

base::Result<ports::ControllerInfo> Client::info() {
  const auto response = call(&pb::UpgradeService::Stub::GetInfo, pb::GetInfoRequest());
  if (!response.ok()) return response.error();
  return decode(*response);
}

base::Result<std::vector<core::EventView>> Client::events(const base::UpgradeId& id,
                                                          base::Sequence after) {
  pb::ListEventsRequest request;
  request.set_name(name_of(id));
  request.set_after_sequence(after);
  std::vector<core::EventView> events;
  const auto done =
      all_pages(&pb::UpgradeService::Stub::ListEvents, request, [&](const auto& page) {
        for (const auto& one : page.events()) events.push_back(decode(one));
      });
  if (!done.ok()) return done.error();
  return events;
}

base::Status Client::logs(const base::UpgradeId& id, base::StepIndex step, bool follow,
                          const std::function<bool(const ports::LogChunk&)>& sink,
                          std::stop_token stop) {
  pb::ReadLogsRequest request;
  request.set_name(name_of(id));
  request.set_step(step.value);
  request.set_follow(follow);
  return read_logs(door_, request, sink, stop);
}

}  // namespace

base::Error friendly(const std::string& controller, const grpc::Status& status) {
  base::Error error = from_grpc(status);
  if (was_answered(status)) return error;
  if (error.code == base::ErrorCode::Unavailable) {
    error.message = "cannot reach rollmilld at " + controller + ": " + error.message +
                    "; is it running? Start it with: rollmilld --config FILE";
  } else if (error.code == base::ErrorCode::DeadlineExceeded) {
    error.message = "rollmilld at " + controller + " did not answer in time; look at its log";
  } else {
    error.message = "rollmilld at " + controller + " answered '" + error.message +
                    "'; is something else listening there?";
  }
  return error;
}

base::Result<std::unique_ptr<ControlClient>> make_control_client(ControlClientOptions options) {
  silence_grpc();
  const auto credentials = channel_credentials(options.tls);
  if (!credentials) return credentials.error();
  const auto channel = grpc::CreateCustomChannel(options.controller, *credentials,
                                                 channel_arguments(options.server_name));
  return std::unique_ptr<ControlClient>(std::make_unique<Client>(std::move(options), channel));
}

}  // namespace rollmill::rpc
