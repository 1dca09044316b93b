#include "rpc/client/agent_link.h"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <utility>

#include "rpc/protocol.h"
#include "rpc/status.h"
#include "rpc/transport.h"

namespace rollmill::rpc {
namespace {

constexpr int kMaxDoublings = 16;

}  // namespace

AgentLinkState::AgentLinkState(AgentClientOptions options, Timer& timer, ports::AgentInbox& inbox)
    : options_(std::move(options)), timer_(timer), inbox_(inbox), random_(std::random_device{}()) {}

void AgentLinkState::dial() {
  if (stopped_) return;
  inbox_.hello([weak = weak_from_this()](const ports::AgentHello& hello) {
    if (const auto link = weak.lock()) link->say_hello(hello);
  });
}

/// A new channel each time: it dials at once, and a renewed certificate is read.
void AgentLinkState::say_hello(const ports::AgentHello& hello) {
  if (stopped_ || stream_) return;
  const auto credentials = channel_credentials(options_.tls);
  if (!credentials) {
    inbox_.link_lost(credentials.error().message);
    return dial_later();
  }
  const auto channel = grpc::CreateCustomChannel(options_.controller, *credentials,
                                                 channel_arguments(options_.server_name));
  agent_pb::SessionRequest message;
  encode(hello, message.mutable_hello());
  message.mutable_hello()->set_protocol_min(kProtocolMin);
  message.mutable_hello()->set_protocol_max(kProtocolMax);
  reason_.clear();
  obeyed_ = hello.epoch;
  stream_ = std::make_shared<AgentStream>(channel, calls_for(++number_));
  stream_->open(std::move(message));
  ring_in(options_.answer_limit, &AgentLinkState::answer_is_late);
}

AgentStream::Calls AgentLinkState::calls_for(std::uint64_t number) {
  const auto post = options_.post;
  const auto weak = weak_from_this();
  return {
      .on_message =
          [post, weak, number](agent_pb::SessionResponse message) {
            post([weak, number, message = std::move(message)] {
              if (const auto link = weak.lock()) link->received(number, message);
            });
          },
      .on_end =
          [post, weak, number](const grpc::Status& status, std::shared_ptr<AgentStream> stream) {
            // In a parcel, so that no copy of this work lets go of the stream on another thread.
            const auto parcel = std::make_shared<std::shared_ptr<AgentStream>>(std::move(stream));
            post([weak, number, status, parcel] {
              const auto taken = std::move(*parcel);
              if (const auto link = weak.lock()) link->ended(number, status);
            });
          }};
}

void AgentLinkState::received(std::uint64_t number, const agent_pb::SessionResponse& message) {
  if (stopped_ || number != number_ || !reason_.empty()) return;
  heard_ = Clock::now();
  switch (message.message_case()) {
    case agent_pb::SessionResponse::kWelcome:
      return welcomed(message.welcome());
    case agent_pb::SessionResponse::kTurnedAway:
      return give_up("the controller turned this agent away: " + message.turned_away().reason());
    case agent_pb::SessionResponse::kTask:
      return tasked(message.task());
    case agent_pb::SessionResponse::kCancel:
      return inbox_.cancel(decode(message.cancel()));
    case agent_pb::SessionResponse::kAck:
      return inbox_.acked(decode(message.ack()));
    case agent_pb::SessionResponse::kLogsWanted:
      return inbox_.logs_wanted(message.logs_wanted().request(),
                                decode(message.logs_wanted().key()),
                                message.logs_wanted().follow());
    case agent_pb::SessionResponse::kLogsCancelled:
      return inbox_.logs_cancelled(message.logs_cancelled().request());
    case agent_pb::SessionResponse::kHeartbeat:
      return heartbeat_came(message.heartbeat());
    case agent_pb::SessionResponse::MESSAGE_NOT_SET:
      return;  // A newer controller may say more.
  }
}

/// A controller whose term is over is left, so that the one that took its place can be found.
void AgentLinkState::welcomed(const agent_pb::Welcome& welcome) {
  if (welcome.epoch() < obeyed_) {
    return give_up("the controller's term " + std::to_string(welcome.epoch()) +
                   " is over: this host obeys term " + std::to_string(obeyed_));
  }
  welcomed_ = true;
  failures_ = 0;
  epoch_ = welcome.epoch();
  if (options_.log && options_.insecure && !options_.tls) {
    options_.log(Severity::Warning, "in touch with " + options_.controller +
                                        " without TLS (--insecure): nothing proves that it is the "
                                        "controller");
  }
  inbox_.welcomed(epoch_);
  ring_in(options_.heartbeat, &AgentLinkState::beat);
}

/// A task that cannot be read is refused here, since the loop cannot be told of it.
void AgentLinkState::tasked(const agent_pb::Task& task) {
  auto decoded = decode(task);
  if (decoded.ok()) return inbox_.task(std::move(*decoded));
  agent_pb::SessionRequest message;
  encode(core::TaskReport{decode(task.key()),
                          core::TaskRefused{"DRIVER_MISSING", decoded.error().message}},
         message.mutable_report());
  send(std::move(message));
}

void AgentLinkState::heartbeat_came(const agent_pb::Heartbeat& heartbeat) {
  if (!welcomed_ || heartbeat.epoch() == epoch_) return;
  give_up("the controller went from epoch " + std::to_string(epoch_) + " to " +
          std::to_string(heartbeat.epoch()) + " inside one stream");
}

void AgentLinkState::send(agent_pb::SessionRequest message) {
  if (!stream_ || !welcomed_ || !reason_.empty()) return;
  if (stream_->send(std::move(message)) == AgentStream::Queue::Pushed::Full) {
    give_up("the controller takes messages too slowly");
  }
}

void AgentLinkState::ring_in(base::Duration after, void (AgentLinkState::*then)()) {
  timer_.set(after, [post = options_.post, weak = weak_from_this(), alarm = ++alarm_, then] {
    post([weak, alarm, then] {
      const auto link = weak.lock();
      if (link && !link->stopped_ && link->alarm_ == alarm) ((*link).*then)();
    });
  });
}

void AgentLinkState::answer_is_late() {
  give_up("the controller at " + options_.controller + " did not answer the hello within " +
          base::format_duration(options_.answer_limit));
}

void AgentLinkState::beat() {
  const auto silence = std::chrono::duration_cast<base::Duration>(Clock::now() - heard_);
  if (silence > options_.heartbeat * kHeartbeatsMissed) {
    return give_up("the controller said nothing for " + base::format_duration(silence));
  }
  agent_pb::SessionRequest message;
  message.mutable_heartbeat()->set_epoch(epoch_);
  send(std::move(message));
  if (reason_.empty()) ring_in(options_.heartbeat, &AgentLinkState::beat);
}

void AgentLinkState::give_up(const std::string& reason) {
  reason_ = reason;
  if (stream_) stream_->cancel();
}

void AgentLinkState::ended(std::uint64_t number, const grpc::Status& status) {
  if (stopped_ || number != number_) return;
  stream_.reset();
  welcomed_ = false;
  std::string reason = reason_;
  if (reason.empty()) {
    const std::string text = status.error_message();
    reason =
        (was_answered(status) ? "the controller ended the stream: "
                              : "cannot reach the controller at " + options_.controller + ": ") +
        (text.empty() ? "the connection was closed" : text);
  }
  inbox_.link_lost(reason);
  dial_later();
}

void AgentLinkState::dial_later() {
  const int doublings = std::min(failures_++, kMaxDoublings);
  const base::Duration longest =
      std::min(options_.backoff_max, options_.backoff_min * (1 << doublings));
  std::uniform_int_distribution<base::Duration::rep> jitter(longest.count() / 2, longest.count());
  ring_in(base::Duration{jitter(random_)}, &AgentLinkState::dial);
}

void AgentLinkState::stop() {
  stopped_ = true;
  if (!stream_) return;
  stream_->cancel();
  stream_->wait_for_end();
  stream_.reset();
}

}  // namespace rollmill::rpc
