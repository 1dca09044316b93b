#include "rpc/server/upgrade_service.h"

#include <utility>

#include "rpc/codec/plan_codec.h"
#include "rpc/server/log_stream.h"
#include "rpc/server/pages.h"
#include "rpc/server/watch_stream.h"
#include "rpc/transport.h"

namespace rollmill::rpc {
namespace {

constexpr std::size_t kMaxRequestId = 64;
constexpr int kMaxApprovals = 16;
constexpr std::size_t kMaxStreams = 1000;
constexpr std::int32_t kUpgradesPage = 50, kHostsPage = 200, kEventsPage = 200;

base::Error invalid(const std::string& message) {
  return {base::ErrorCode::InvalidArgument, message};
}

base::Status decode_policy(const auto& request, auto& asked) {
  if (!request.has_policy()) return base::success();
  auto policy = decode(request.policy());
  if (!policy) return policy.error().with_context("policy");
  asked.policy = std::move(*policy);
  return base::success();
}

/// The release and the policy; where one may be asked for, the way.
template <typename Asked>
base::Status decode_goal(const auto& request, Asked& asked) {
  if constexpr (requires { asked.way; }) {
    asked.way = !request.reverse()    ? ports::Way::Forward
                : request.from_now() ? ports::Way::BackFromNow
                                     : ports::Way::BackFromGate;
    if (!request.reverse() && request.from_now()) {
      return invalid("from_now belongs to reverse: set that, too");
    }
    if (request.reverse() && request.release().empty()) return decode_policy(request, asked);
  }
  const auto to = decode_release(request.release(), "release");
  if (!to) return to.error();
  asked.to = *to;
  return decode_policy(request, asked);
}

base::Result<ports::StartAsked> decode_start(const pb::StartUpgradeRequest& request,
                                             const Peer& peer) {
  ports::StartAsked asked;
  const auto goal = decode_goal(request, asked);
  if (!goal) return goal.error();
  if (request.request_id().size() > kMaxRequestId) {
    return invalid("request_id is longer than 64 bytes: shorten it");
  }
  if (request.approve_size() > kMaxApprovals) {
    return invalid("approve names more than 16 gates: a plan has fewer");
  }
  auto actor = actor_of(peer, request.claimed_user(), request.reason());
  if (!actor) return actor.error();
  asked.plan_id = request.plan_id();
  asked.request_id = request.request_id();
  asked.actor = std::move(*actor);
  asked.approve = {request.approve().begin(), request.approve().end()};
  return asked;
}

}  // namespace

grpc::ServerUnaryReactor* UpgradeService::PlanUpgrade(Context*,
                                                      const pb::PlanUpgradeRequest* request,
                                                      pb::PlanUpgradeResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  ports::PlanAsked asked;
  if (const auto goal = decode_goal(*request, asked); !goal) {
    answer->fail(goal.error());
    return reactor;
  }
  control_.plan(std::move(asked), [answer](const base::Result<core::Plan>& plan) {
    if (!plan.ok()) return answer->fail(plan.error());
    encode(*plan, answer->response().mutable_plan());
    answer->response().set_printed(clean(core::print_plan(*plan)));
    answer->succeed();
  });
  return reactor;
}

/// Fills `upgrade` of a response from a view.
template <typename Response>
static auto reply_with_upgrade(std::shared_ptr<Answer<Response>> answer) {
  return [answer = std::move(answer)](const base::Result<core::UpgradeView>& view) {
    if (!view.ok()) return answer->fail(view.error());
    encode(*view, answer->response().mutable_upgrade());
    answer->succeed();
  };
}

grpc::ServerUnaryReactor* UpgradeService::StartUpgrade(Context* context,
                                                       const pb::StartUpgradeRequest* request,
                                                       pb::StartUpgradeResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  auto asked = decode_start(*request, peer_of(*context));
  if (!asked) {
    answer->fail(asked.error());
  } else {
    control_.start(std::move(*asked), reply_with_upgrade(answer));
  }
  return reactor;
}

grpc::ServerUnaryReactor* UpgradeService::GetUpgrade(Context*, const pb::GetUpgradeRequest* request,
                                                     pb::GetUpgradeResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  const auto id = decode_upgrade_name(request->name());
  if (!id) {
    answer->fail(id.error());
    return reactor;
  }
  const bool steps = request->detail() == pb::DETAIL_STEPS;
  control_.get(*id, steps ? core::Detail::Steps : core::Detail::Summary,
               reply_with_upgrade(answer));
  return reactor;
}

grpc::ServerUnaryReactor* UpgradeService::ListUpgrades(Context*,
                                                       const pb::ListUpgradesRequest* request,
                                                       pb::ListUpgradesResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  const auto size = page_size(request->page_size(), kUpgradesPage);
  if (!size) {
    answer->fail(size.error());
    return reactor;
  }
  control_.list([answer, token = request->page_token(),
                 size = *size](base::Result<std::vector<core::UpgradeView>> views) {
    if (!views.ok()) return answer->fail(views.error());
    std::stable_sort(views->begin(), views->end(), [](const auto& one, const auto& other) {
      return one.created_at > other.created_at;
    });
    pb::ListUpgradesResponse& page = answer->response();
    page.set_next_page_token(page_of(
        *views, token, size, [](const auto& view) { return view.id; },
        [&](const auto& view) { encode(view, page.add_upgrades()); }));
    answer->succeed();
  });
  return reactor;
}

grpc::ServerUnaryReactor* UpgradeService::ListHosts(Context*, const pb::ListHostsRequest* request,
                                                    pb::ListHostsResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  const auto size = page_size(request->page_size(), kHostsPage);
  if (!size) {
    answer->fail(size.error());
    return reactor;
  }
  control_.hosts([answer, token = request->page_token(),
                  size = *size](const base::Result<std::vector<ports::FleetHostView>>& hosts) {
    if (!hosts.ok()) return answer->fail(hosts.error());
    pb::ListHostsResponse& page = answer->response();
    page.set_next_page_token(page_of(
        *hosts, token, size, [](const auto& host) { return host.name; },
        [&](const auto& host) { encode(host, page.add_hosts()); }));
    answer->succeed();
  });
  return reactor;
}

grpc::ServerUnaryReactor* UpgradeService::GetInfo(Context*, const pb::GetInfoRequest*,
                                                  pb::GetInfoResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  control_.info([answer](const base::Result<ports::ControllerInfo>& info) {
    if (!info.ok()) return answer->fail(info.error());
    encode(*info, &answer->response());
    answer->succeed();
  });
  return reactor;
}

void UpgradeService::with_id(const std::string& name,
                             std::function<void(base::Result<base::UpgradeId>)> then) {
  const auto id = decode_upgrade_name(name);
  if (!id.ok() || !id->empty()) return then(id);
  control_.get({}, core::Detail::Summary,
               [then = std::move(then)](const base::Result<core::UpgradeView>& view) {
                 if (!view.ok()) return then(view.error());
                 then(base::UpgradeId{view->id});
               });
}

grpc::ServerUnaryReactor* UpgradeService::ListEvents(Context*, const pb::ListEventsRequest* request,
                                                     pb::ListEventsResponse* response) {
  const auto answer = answer_to(response);
  const auto reactor = answer->reactor();
  const auto size = page_size(request->page_size(), kEventsPage);
  const auto after = decode_sequence_token(request->page_token(), request->after_sequence());
  if (!size || !after) {
    answer->fail(!size ? size.error() : after.error());
    return reactor;
  }
  with_id(request->name(), [this, answer, after = *after,
                            limit = *size](const base::Result<base::UpgradeId>& id) {
    if (!id.ok()) return answer->fail(id.error());
    control_.events(*id, after, static_cast<std::uint32_t>(limit),
                    [answer, limit](const base::Result<std::vector<core::EventView>>& events) {
                      if (!events.ok()) return answer->fail(events.error());
                      pb::ListEventsResponse& page = answer->response();
                      for (const auto& event : *events) encode(event, page.add_events());
                      if (events->size() >= limit) {
                        page.set_next_page_token(std::to_string(events->back().sequence));
                      }
                      answer->succeed();
                    });
  });
  return reactor;
}

grpc::ServerWriteReactor<pb::WatchUpgradeResponse>* UpgradeService::WatchUpgrade(
    Context*, const pb::WatchUpgradeRequest* request) {
  const auto stream = std::make_shared<WatchStream>(control_, *request);
  stream->keep();
  const auto id = decode_upgrade_name(request->name());
  if (!id.ok()) {
    stream->finish(id.error());
  } else if (note(stream)) {
    stream->start(*id);
  }
  return stream.get();
}

grpc::ServerWriteReactor<pb::ReadLogsResponse>* UpgradeService::ReadLogs(
    Context*, const pb::ReadLogsRequest* request) {
  const auto stream = std::make_shared<LogStream>();
  stream->keep();
  if (!note(stream)) return stream.get();
  with_id(request->name(), [this, stream, request = *request](const auto& id) {
    if (!id.ok()) return stream->finish(id.error());
    stream->start(control_, *id, request);
  });
  return stream.get();
}

bool UpgradeService::note(const std::shared_ptr<Endable>& stream) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(streams_, [](const auto& known) { return known.expired(); });
    if (!closed_ && streams_.size() < kMaxStreams) {
      streams_.push_back(stream);
      return true;
    }
  }
  stream->finish(base::Error{base::ErrorCode::Unavailable,
                             "the controller is stopping, or has too many watchers"});
  return false;
}

void UpgradeService::close() {
  std::vector<std::weak_ptr<Endable>> streams;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    streams.swap(streams_);
  }
  for (const auto& known : streams) {
    if (const auto stream = known.lock()) {
      stream->finish(base::Error{base::ErrorCode::Unavailable, "the controller is stopping"});
    }
  }
}

}  // namespace rollmill::rpc
