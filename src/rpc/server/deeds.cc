#include <utility>

#include "rpc/server/upgrade_service.h"
#include "rpc/transport.h"

/// What a person may do to an upgrade. Each deed is an event with who and why.
namespace rollmill::rpc {
namespace {

/// An approval without a term of its own.
constexpr base::Duration kApprovalHolds = std::chrono::hours{24};

using EventResult = base::Result<core::Event>;

base::Error invalid(const std::string& message) {
  return {base::ErrorCode::InvalidArgument, message};
}

EventResult approval(const pb::ApproveUpgradeRequest& request, core::Actor actor) {
  if (request.gate().empty()) return invalid("gate is empty: say which gate is approved");
  core::ApproveRequested event{request.gate(), std::move(actor), kApprovalHolds};
  if (request.has_valid_for()) event.valid_for = decode(request.valid_for());
  if (event.valid_for <= base::Duration{0}) {
    return invalid("valid_for is not above zero: say how long the approval holds");
  }
  return core::Event(std::move(event));
}

EventResult retry(const pb::RetryUpgradeRequest& request, core::Actor actor) {
  core::RetryRequested event{{}, std::move(actor)};
  if (request.has_step()) event.step = base::StepIndex{request.step()};
  return core::Event(std::move(event));
}

EventResult skip(const pb::SkipStepRequest& request, core::Actor actor) {
  if (!request.has_step()) return invalid("step is not set: say which step is skipped");
  if (!core::gives_reason(actor))
    return invalid("reason is empty: say why the step may be skipped");
  return core::Event(core::SkipRequested{{request.step()}, std::move(actor)});
}

}  // namespace

template <typename Request, typename Response, typename MakeEvent>
grpc::ServerUnaryReactor* UpgradeService::deed(Context& context, const Request& request,
                                               Response* response, MakeEvent make_event) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  auto actor = actor_of(peer_of(context), request.claimed_user(), request.reason());
  const EventResult event = actor.ok() ? make_event(std::move(*actor)) : EventResult(actor.error());
  if (!event.ok()) {
    answer->fail(event.error());
    return reactor;
  }
  with_id(request.name(), [this, answer, event = *event](const auto& id) {
    if (!id.ok()) return answer->fail(id.error());
    control_.request(*id, event, [answer](const base::Result<core::UpgradeView>& view) {
      if (!view.ok()) return answer->fail(view.error());
      encode(*view, answer->response().mutable_upgrade());
      answer->succeed();
    });
  });
  return reactor;
}

grpc::ServerUnaryReactor* UpgradeService::PauseUpgrade(Context* context,
                                                       const pb::PauseUpgradeRequest* request,
                                                       pb::PauseUpgradeResponse* response) {
  return deed(*context, *request, response, [](core::Actor actor) {
    return EventResult(core::PauseRequested{std::move(actor)});
  });
}

grpc::ServerUnaryReactor* UpgradeService::ResumeUpgrade(Context* context,
                                                        const pb::ResumeUpgradeRequest* request,
                                                        pb::ResumeUpgradeResponse* response) {
  return deed(*context, *request, response, [](core::Actor actor) {
    return EventResult(core::ResumeRequested{std::move(actor)});
  });
}

grpc::ServerUnaryReactor* UpgradeService::AbortUpgrade(Context* context,
                                                       const pb::AbortUpgradeRequest* request,
                                                       pb::AbortUpgradeResponse* response) {
  return deed(*context, *request, response, [](core::Actor actor) {
    return EventResult(core::AbortRequested{std::move(actor)});
  });
}

grpc::ServerUnaryReactor* UpgradeService::QuarantineHost(Context* context,
                                                         const pb::QuarantineHostRequest* request,
                                                         pb::QuarantineHostResponse* response) {
  return deed(*context, *request, response, [request](core::Actor actor) {
    return EventResult(
        core::QuarantineRequested{{request->host()}, std::move(actor), request->api_is_out()});
  });
}

grpc::ServerUnaryReactor* UpgradeService::RollbackUpgrade(Context* context,
                                                          const pb::RollbackUpgradeRequest* request,
                                                          pb::RollbackUpgradeResponse* response) {
  return deed(*context, *request, response, [request](core::Actor actor) {
    const auto direction = request->undo() ? core::Direction::Forward : core::Direction::Back;
    return EventResult(core::TurnRequested{direction, std::move(actor)});
  });
}

grpc::ServerUnaryReactor* UpgradeService::ApproveUpgrade(Context* context,
                                                         const pb::ApproveUpgradeRequest* request,
                                                         pb::ApproveUpgradeResponse* response) {
  return deed(*context, *request, response,
              [request](core::Actor actor) { return approval(*request, std::move(actor)); });
}

grpc::ServerUnaryReactor* UpgradeService::RetryUpgrade(Context* context,
                                                       const pb::RetryUpgradeRequest* request,
                                                       pb::RetryUpgradeResponse* response) {
  return deed(*context, *request, response,
              [request](core::Actor actor) { return retry(*request, std::move(actor)); });
}

grpc::ServerUnaryReactor* UpgradeService::SkipStep(Context* context,
                                                   const pb::SkipStepRequest* request,
                                                   pb::SkipStepResponse* response) {
  return deed(*context, *request, response,
              [request](core::Actor actor) { return skip(*request, std::move(actor)); });
}

}  // namespace rollmill::rpc
