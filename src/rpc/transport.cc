#include "rpc/transport.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "rollmill/base/address.h"
#include "rpc/codec/basics.h"

namespace rollmill::rpc {
namespace {

constexpr int kKeepaliveMillis = 20'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;
/// Rests between two tries of one channel; gRPC's own go up to two minutes.
constexpr int kDialAgainFirstMillis = 200;
constexpr int kDialAgainLastMillis = 2'000;
constexpr std::size_t kMaxUser = 128, kMaxReason = 2000;

base::Error invalid(std::string message) {
  return {base::ErrorCode::InvalidArgument, std::move(message)};
}

base::Result<std::string> read_pem(const std::string& path, const char* what) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open()) {
    return invalid("cannot read the " + std::string(what) + " " + path + ": " +
                   std::strerror(errno) + "; name a readable PEM file");
  }
  if (text.find("-----BEGIN ") == std::string::npos) {
    return invalid("the " + std::string(what) + " " + path + " is not a PEM file");
  }
  return text;
}

struct Pem {
  std::string ca, certificate, key;
};

base::Result<Pem> read_tls(const TlsFiles& files) {
  auto ca = read_pem(files.ca, "CA certificate");
  if (!ca) return ca.error();
  auto certificate = read_pem(files.certificate, "certificate");
  if (!certificate) return certificate.error();
  auto key = read_pem(files.key, "private key");
  if (!key) return key.error();
  return Pem{std::move(*ca), std::move(*certificate), std::move(*key)};
}

std::string host_part(const std::string& address) {
  if (address.starts_with("[")) return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.rfind(':'));
}

void add_names(const grpc::AuthContext& auth, const char* property, Peer& peer) {
  for (const auto& name : auth.FindPropertyValues(property)) {
    peer.names.emplace_back(name.data(), name.size());
  }
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no name" : text;
}

/// spiffe://FLEET/agent/HOST, of whatever fleet.
bool names_an_agent(const std::string& name) {
  constexpr std::string_view kScheme = "spiffe://";
  if (!name.starts_with(kScheme)) return false;
  const std::size_t path = name.find('/', kScheme.size());
  return path != std::string::npos && std::string_view(name).substr(path).starts_with("/agent/");
}

}  // namespace

bool is_loopback(const std::string& address) {
  if (address.starts_with("unix:")) return true;
  return base::is_loopback(host_part(address));
}

base::Status check_plain(const std::string& address, bool insecure, const std::string& deed) {
  if (insecure || is_loopback(address)) return base::success();
  return invalid("will not " + deed + " " + address +
                 " without TLS: anybody on that network could give orders. Configure tls (ca, "
                 "certificate, key), use a loopback address, or say --insecure");
}

base::Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(
    const std::optional<TlsFiles>& tls) {
  if (!tls) return grpc::InsecureServerCredentials();
  auto pem = read_tls(*tls);
  if (!pem) return pem.error();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = pem->ca;
  options.pem_key_cert_pairs.push_back({pem->key, pem->certificate});
  return grpc::SslServerCredentials(options);
}

base::Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(
    const std::optional<TlsFiles>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  auto pem = read_tls(*tls);
  if (!pem) return pem.error();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = pem->ca;
  options.pem_private_key = pem->key;
  options.pem_cert_chain = pem->certificate;
  return grpc::SslCredentials(options);
}

grpc::ChannelArguments channel_arguments(const std::string& server_name) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kDialAgainFirstMillis);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kDialAgainLastMillis);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  if (!server_name.empty()) arguments.SetSslTargetNameOverride(server_name);
  return arguments;
}

Peer peer_of(const grpc::CallbackServerContext& context) {
  Peer peer;
  peer.address = context.peer();
  const auto auth = context.auth_context();
  peer.proven = auth && auth->IsPeerAuthenticated();
  if (!peer.proven) return peer;
  add_names(*auth, GRPC_PEER_URI_PROPERTY_NAME, peer);
  add_names(*auth, GRPC_X509_CN_PROPERTY_NAME, peer);
  add_names(*auth, GRPC_PEER_DNS_PROPERTY_NAME, peer);
  return peer;
}

base::Status check_speaks_for(const Peer& peer, const base::FleetId& fleet,
                              const base::HostName& host) {
  if (!peer.proven) return base::success();
  const std::string uri = "spiffe://" + fleet.text + "/agent/" + host.text;
  const auto speaks = [&](const std::string& name) { return name == host.text || name == uri; };
  if (std::any_of(peer.names.begin(), peer.names.end(), speaks)) return base::success();
  return base::Error{base::ErrorCode::PermissionDenied,
                     "the certificate names " + listed(peer.names) + " and cannot speak for host " +
                         clean(host.text) + ": give this agent a certificate for " +
                         clean(host.text) + ", or correct the host in its file"};
}

base::Result<core::Actor> actor_of(const Peer& peer, const std::string& claimed_user,
                                   const std::string& reason) {
  if (reason.size() > kMaxReason) {
    return invalid("the reason is longer than " + std::to_string(kMaxReason) +
                   " bytes: shorten it");
  }
  if (peer.proven) {
    const auto agent = std::find_if(peer.names.begin(), peer.names.end(), names_an_agent);
    if (agent != peer.names.end()) {
      return base::Error{base::ErrorCode::PermissionDenied,
                         "the certificate names the agent " + clean(*agent) +
                             ", and an agent gives no orders: use the certificate of a person or "
                             "of a pipeline"};
    }
    return core::Actor{peer.names.empty() ? "a certificate without a name" : peer.names.front(),
                       reason};
  }
  if (claimed_user.empty() || claimed_user.size() > kMaxUser) {
    return invalid("claimed_user is empty or longer than " + std::to_string(kMaxUser) +
                   " bytes: without TLS the request must say who asks");
  }
  return core::Actor{claimed_user + " (claimed)", reason};
}

}  // namespace rollmill::rpc
