#include <algorithm>
#include <utility>

#include "sim/world/network.h"

namespace rollmill::sim {
namespace {

constexpr base::Duration kBackoffLeast{500};  // rpc/agent_client.h
constexpr base::Duration kBackoffMost = std::chrono::seconds{30};
constexpr base::Duration kHeartbeat = std::chrono::seconds{10};

}  // namespace

void Gateway::serve(controller::Controller& controller) {
  controller_ = &controller;
  network_.open(*this);
}

StreamPtr Gateway::seat(const base::HostName& host) const {
  const auto found = seats_.find(host);
  return found == seats_.end() ? nullptr : found->second;
}

void Gateway::send(const core::SendTask& command) {
  network_.listener().task_sent(*this, command);
  if (const StreamPtr stream = seat(command.host)) {
    auto task = std::make_shared<const core::Task>(command.task);
    network_.carry_down(stream, [task](Uplink& uplink) { uplink.inbox()->task(*task); });
  }
}

void Gateway::send(const core::CancelTask& command) {
  if (const StreamPtr stream = seat(command.host)) {
    network_.carry_down(stream,
                        [key = command.key](Uplink& uplink) { uplink.inbox()->cancel(key); });
  }
}

void Gateway::send(const core::AckReport& command) {
  network_.listener().ack_sent(*this, command);
  if (const StreamPtr stream = seat(command.host)) {
    network_.carry_down(stream,
                        [key = command.key](Uplink& uplink) { uplink.inbox()->acked(key); });
  }
}

bool Gateway::request_logs(const base::HostName& host, std::uint64_t request,
                           const core::TaskKey& key, bool follow) {
  const StreamPtr stream = seat(host);
  if (stream == nullptr) return false;
  network_.carry_down(stream, [request, key, follow](Uplink& uplink) {
    uplink.inbox()->logs_wanted(request, key, follow);
  });
  return true;
}

void Gateway::cancel_logs(const base::HostName& host, std::uint64_t request) {
  if (const StreamPtr stream = seat(host)) {
    network_.carry_down(stream,
                        [request](Uplink& uplink) { uplink.inbox()->logs_cancelled(request); });
  }
}

/// As in rpc::Gateway: the newer stream is in force from the answer on, the older one is ended and
/// nobody tells the controller that it went.
void Gateway::hello(const StreamPtr& stream, const ports::AgentHello& hello) {
  if (seat(hello.host) == stream) return;  // The hello came twice.
  const StreamPtr older = seat(hello.host);
  controller_->agent_came(hello, [&](const base::Result<ports::AgentWelcome>& answer) {
    if (!answer.ok()) {
      network_.hang_up(stream, false, "turned away: " + answer.error().message);
      return;
    }
    epoch_ = answer->epoch;
    seats_[hello.host] = stream;
    network_.carry_down(
        stream, [stream, epoch = epoch_](Uplink& uplink) { uplink.welcomed(stream, epoch); });
    if (older) network_.hang_up(older, false, "a newer stream has taken its place");
  });
}

void Gateway::left(const StreamPtr& stream, const std::string& reason) {
  const bool seated = seat(stream->host) == stream;
  stream->gateway = nullptr;
  if (!seated) return;
  seats_.erase(stream->host);
  controller_->agent_went(stream->host, reason);
}

/// The agent obeys a newer controller: this one has no business with it (rpc::AgentSession).
void Gateway::beat(const StreamPtr& stream, base::Epoch agents_epoch) {
  if (agents_epoch <= epoch_) return;
  network_.hang_up(stream, false, "another controller has taken over");
  left(stream, "another controller has taken over");
}

void Uplink::start(ports::AgentInbox& inbox, std::function<base::Epoch()> epoch) {
  inbox_ = &inbox;
  epoch_ = std::move(epoch);
  loop_.post([this] { dial(); }, base::Duration{1});
}

void Uplink::dial() {
  stream_ = network_.connect(*this);
  if (stream_ == nullptr) return dial_later("the controller does not answer");
  inbox_->hello([this, stream = stream_](const ports::AgentHello& hello) {
    auto told = std::make_shared<const ports::AgentHello>(hello);
    network_.carry_up(stream, [stream, told](Gateway& gateway) { gateway.hello(stream, *told); });
  });
}

void Uplink::dial_later(const std::string& reason) {
  inbox_->link_lost(reason);
  const auto most = static_cast<std::uint64_t>(backoff_.count());
  loop_.post([this] { dial(); }, base::Duration{most / 2 + network_.random().below(most)});
  backoff_ = std::min(kBackoffMost, backoff_ * 2);
}

void Uplink::lost(const StreamPtr& stream, const std::string& reason) {
  stream->agent = nullptr;
  if (stream != stream_) return;
  stream_ = nullptr;
  dial_later(reason);
}

void Uplink::welcomed(const StreamPtr& stream, base::Epoch epoch) {
  if (stream != stream_) return;
  backoff_ = kBackoffLeast;
  inbox_->welcomed(epoch);
  if (epoch < epoch_()) loop_.post([this, stream] { beat(stream); }, kHeartbeat);
}

void Uplink::beat(const StreamPtr& stream) {
  if (stream != stream_) return;
  network_.carry_up(stream,
                    [stream, epoch = epoch_()](Gateway& gateway) { gateway.beat(stream, epoch); });
}

void Uplink::send(const core::TaskReport& report) {
  network_.listener().report_sent(*this, report);
  if (stream_ == nullptr) return;
  auto told = std::make_shared<const core::TaskReport>(report);
  network_.carry_up(stream_, [this_host = stream_->host, told](Gateway& gateway) {
    gateway.controller()->agent_reported(this_host, *told);
  });
}

void Uplink::send(const core::HostFacts& facts) {
  if (stream_ == nullptr) return;
  auto told = std::make_shared<const core::HostFacts>(facts);
  network_.carry_up(stream_, [this_host = stream_->host, told](Gateway& gateway) {
    gateway.controller()->agent_facts(this_host, *told);
  });
}

void Uplink::send_logs(std::uint64_t request, const ports::LogChunk& chunk) {
  if (stream_ == nullptr) return;
  network_.carry_up(stream_, [host = host_, request, chunk](Gateway& gateway) {
    gateway.controller()->agent_logs(host, request, chunk);
  });
}

}  // namespace rollmill::sim
