#include "rpc/server/gateway.h"

#include <utility>

#include "rpc/server/refused.h"

namespace rollmill::rpc {
namespace {

constexpr std::size_t kMaxStreams = 20'000;

}  // namespace

void Gateway::open(ports::Control& control) {
  const std::lock_guard lock(mutex_);
  control_ = &control;
}

void Gateway::close() {
  std::vector<std::weak_ptr<AgentSession>> streams;
  {
    const std::lock_guard lock(mutex_);
    control_ = nullptr;
    seats_.clear();
    streams.swap(streams_);
  }
  for (const auto& stream : streams) {
    if (const SessionPtr session = stream.lock()) session->end("the controller is stopping");
  }
}

void Gateway::beat(base::Duration patience) {
  std::vector<SessionPtr> sessions;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
    for (const auto& stream : streams_) {
      if (SessionPtr session = stream.lock()) sessions.push_back(std::move(session));
    }
  }
  for (const SessionPtr& session : sessions) {
    if (session->silence() > patience) {
      session->cut("the agent said nothing for " + base::format_duration(session->silence()));
    } else {
      session->beat();
    }
  }
}

grpc::ServerBidiReactor<agent_pb::SessionRequest, agent_pb::SessionResponse>* Gateway::Session(
    grpc::CallbackServerContext* context) {
  SessionOwner& owner = *this;
  const auto session = std::make_shared<AgentSession>(owner, *context);
  {
    const std::lock_guard lock(mutex_);
    if (control_ == nullptr || streams_.size() >= kMaxStreams) {
      return refused_stream<agent_pb::SessionRequest, agent_pb::SessionResponse>(
          control_ == nullptr ? "the controller is stopping" : "too many agents' streams are open");
    }
    streams_.push_back(session);
  }
  session->open();
  return session.get();
}

void Gateway::hello(const SessionPtr& session, ports::AgentHello hello) {
  const base::HostName host = hello.host;
  if (warn_plain_ && !session->peer().proven) {
    tell(Severity::Warning, "agent of " + clean(host.text) + " came from " +
                                session->peer().address +
                                " without TLS (--insecure): nothing proves who it is");
  }
  SessionPtr older;
  {
    const std::lock_guard lock(mutex_);
    if (control_ == nullptr) return;
    older = std::exchange(seats_[host].candidate, session);
    control_->agent_came(std::move(hello),
                         [this, session](const auto& answer) { answered(session, answer); });
  }
  if (older) older->end("a newer stream of host " + host.text + " has taken its place");
}

void Gateway::answered(const SessionPtr& session, const base::Result<ports::AgentWelcome>& answer) {
  const base::HostName host = session->host();
  SessionPtr older;
  {
    const std::lock_guard lock(mutex_);
    const auto found = seats_.find(host);
    if (found == seats_.end() || found->second.candidate != session) return;
    Seat& seat = found->second;
    seat.candidate.reset();
    if (answer.ok()) {
      older = std::exchange(seat.current, session);
      tell(Severity::Info, "agent of " + clean(host.text) + " is connected from " +
                               session->peer().address);
      session->welcome(answer->epoch);
    } else if (seat.owes_went && control_ != nullptr) {
      control_->agent_went(host, "its stream ended");
    }
    seat.owes_went = false;
    if (seat.empty()) seats_.erase(found);
  }
  if (!answer.ok()) turn_away(*session, answer.error().message);
  if (older) replace(*older, *session);
}

void Gateway::turn_away(AgentSession& session, const std::string& reason) {
  tell(Severity::Warning, "agent of " + clean(session.host().text) + " at " +
                              session.peer().address + " was turned away: " + reason);
  session.turn_away(reason);
}

void Gateway::replace(AgentSession& older, const AgentSession& newer) {
  const std::string host = newer.host().text;
  older.end("a newer stream of host " + host + " has taken its place");
  tell(Severity::Warning, "agent of " + host + " came again from " + newer.peer().address +
                              "; its older stream from " + older.peer().address + " was ended");
}

void Gateway::left(const SessionPtr& session, const std::string& reason) {
  const base::HostName host = session->host();
  const std::lock_guard lock(mutex_);
  const auto found = seats_.find(host);
  if (found == seats_.end() || control_ == nullptr) return;
  Seat& seat = found->second;
  if (seat.current != session && seat.candidate != session) return;
  if (seat.current == session) {
    seat.current.reset();
    seat.owes_went = seat.candidate != nullptr;
  } else {
    seat.candidate.reset();
  }
  if (!seat.empty()) return;
  seats_.erase(found);
  tell(Severity::Info, "agent of " + clean(host.text) + " is away: " + clean(reason));
  control_->agent_went(host, reason);
}

base::Status Gateway::said(AgentSession& session, const agent_pb::SessionRequest& message) {
  const base::HostName host = session.host();
  switch (message.message_case()) {
    case agent_pb::SessionRequest::kReport: {
      const auto report = decode(message.report());
      if (!report) return report.error();
      hand_over([&](ports::Control& control) { control.agent_reported(host, *report); });
      break;
    }
    case agent_pb::SessionRequest::kFacts: {
      const core::HostFacts facts = decode(message.facts());
      hand_over([&](ports::Control& control) { control.agent_facts(host, facts); });
      break;
    }
    case agent_pb::SessionRequest::kLogChunk: {
      const ports::LogChunk chunk = decode(message.log_chunk());
      const std::uint64_t request = message.log_chunk().request();
      hand_over([&](ports::Control& control) { control.agent_logs(host, request, chunk); });
      break;
    }
    case agent_pb::SessionRequest::kHello:
    case agent_pb::SessionRequest::kHeartbeat:
    case agent_pb::SessionRequest::MESSAGE_NOT_SET:
      break;  // A newer agent may say more.
  }
  return base::success();
}

void Gateway::hand_over(const std::function<void(ports::Control&)>& deed) {
  const std::lock_guard lock(mutex_);
  if (control_ != nullptr) deed(*control_);
}

void Gateway::tell(Severity severity, const std::string& text) const {
  if (log_) log_(severity, text);
}

}  // namespace rollmill::rpc
