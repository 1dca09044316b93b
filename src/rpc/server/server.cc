#include "rpc/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <chrono>
#include <utility>

#include "rpc/grpc_log.h"
#include "rpc/server/gateway.h"
#include "rpc/server/upgrade_service.h"
#include "rpc/timer.h"
#include "rpc/transport.h"

namespace rollmill::rpc {
namespace {

/// Agents ping every 20 s; a client that pings faster than this is cut off by gRPC.
constexpr int kMinPingMillis = 5'000;
constexpr int kKeepaliveMillis = 20'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;

void set_limits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // A second server must be refused.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
}

class Server final : public RpcServer {
 public:
  explicit Server(ServerOptions options)
      : options_(std::move(options)), gateway_(options_.log, options_.insecure && !options_.tls) {}
  ~Server() override { shutdown(); }

  ports::AgentLink& agent_link() override { return gateway_; }
  base::Status start(ports::Control& control) override;
  int port() const override { return port_; }
  void shutdown() override;

 private:
  base::Status listen(ports::Control& control,
                      const std::shared_ptr<grpc::ServerCredentials>& credentials);
  void say_how_safe() const;
  void beat_later();

  const ServerOptions options_;
  int port_ = 0;
  Gateway gateway_;
  std::unique_ptr<UpgradeService> upgrades_;
  std::unique_ptr<grpc::Server> server_;
  Timer timer_;  ///< Heartbeats; last, since it calls into the gateway.
};

base::Status Server::start(ports::Control& control) {
  if (!options_.tls) {
    const auto plain = check_plain(options_.address, options_.insecure, "listen on");
    if (!plain) return plain.error();
  }
  const auto credentials = server_credentials(options_.tls);
  if (!credentials) return credentials.error();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  gateway_.open(control);
  const auto listening = listen(control, *credentials);
  if (!listening) {
    gateway_.close();
    return listening.error();
  }
  say_how_safe();
  beat_later();
  return base::success();
}

base::Status Server::listen(ports::Control& control,
                            const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  upgrades_ = std::make_unique<UpgradeService>(control);
  grpc::ServerBuilder builder;
  set_limits(builder);
  builder.AddListeningPort(options_.address, credentials, &port_);
  builder.RegisterService(&gateway_);
  builder.RegisterService(upgrades_.get());
  server_ = builder.BuildAndStart();
  if (server_ && (port_ != 0 || options_.address.starts_with("unix:"))) {
    server_->GetHealthCheckService()->SetServingStatus("rollmill.v1.UpgradeService", true);
    return base::success();
  }
  const std::string cause = take_grpc_cause();
  return base::Error{
      base::ErrorCode::Unavailable,
      "cannot listen on " + options_.address + ": " +
          (cause.empty() ? "the address is wrong, or certificate and key do not fit" : cause) +
          "; is another rollmilld running, or the address of another machine?"};
}

void Server::say_how_safe() const {
  if (options_.tls || !options_.log) return;
  if (options_.insecure) {
    options_.log(Severity::Warning,
                 "listening on " + options_.address +
                     " without TLS (--insecure): anybody who reaches it can give orders");
  } else {
    options_.log(Severity::Info,
                 "listening on " + options_.address + " without TLS: only this machine is served");
  }
}

void Server::beat_later() {
  timer_.set(options_.heartbeat, [this] {
    gateway_.beat(options_.heartbeat * kHeartbeatsMissed);
    beat_later();
  });
}

void Server::shutdown() {
  timer_.stop();
  gateway_.close();
  if (upgrades_) upgrades_->close();
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now() + options_.grace);
  server_->Wait();
  server_.reset();
}

}  // namespace

std::unique_ptr<RpcServer> make_server(ServerOptions options) {
  silence_grpc();
  return std::make_unique<Server>(std::move(options));
}

}  // namespace rollmill::rpc
