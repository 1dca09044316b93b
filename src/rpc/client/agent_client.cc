#include "rpc/agent_client.h"

#include <optional>
#include <utility>

#include "rpc/client/agent_link.h"
#include "rpc/grpc_log.h"
#include "rpc/transport.h"

namespace rollmill::rpc {
namespace {

class Client final : public AgentClient {
 public:
  explicit Client(AgentClientOptions options) : options_(std::move(options)) {}
  ~Client() override { stop(); }

  void start(ports::AgentInbox& inbox) override {
    timer_.emplace();
    link_ = std::make_shared<AgentLinkState>(options_, *timer_, inbox);
    options_.post([weak = std::weak_ptr(link_)] {
      if (const auto link = weak.lock()) link->dial();
    });
  }

  void stop() override {
    if (link_) link_->stop();
    timer_.reset();
    link_.reset();
  }

  void send(const core::TaskReport& report) override {
    agent_pb::SessionRequest message;
    encode(report, message.mutable_report());
    send_message(std::move(message));
  }
  void send(const core::HostFacts& facts) override {
    agent_pb::SessionRequest message;
    encode(facts, message.mutable_facts());
    send_message(std::move(message));
  }
  void send_logs(std::uint64_t request, const ports::LogChunk& chunk) override {
    agent_pb::SessionRequest message;
    encode(request, chunk, message.mutable_log_chunk());
    send_message(std::move(message));
  }

 private:
  void send_message(agent_pb::SessionRequest message) {
    if (link_) link_->send(std::move(message));
  }

  const AgentClientOptions options_;
  std::optional<Timer> timer_;
  std::shared_ptr<AgentLinkState> link_;
};

}  // namespace

base::Result<std::unique_ptr<AgentClient>> make_agent_client(AgentClientOptions options) {
  silence_grpc();
  if (!options.tls) {
    const auto plain = check_plain(options.controller, options.insecure, "connect to");
    if (!plain) return plain.error();
    if (options.log) {
      options.log(options.insecure ? Severity::Warning : Severity::Info,
                  "will dial " + options.controller + " without TLS" +
                      (options.insecure ? " (--insecure)" : ": it is on this machine"));
    }
  }
  const auto credentials = channel_credentials(options.tls);
  if (!credentials) return credentials.error();
  return std::unique_ptr<AgentClient>(std::make_unique<Client>(std::move(options)));
}

}  // namespace rollmill::rpc
