#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/core/event.h"
#include "rpc/options.h"

/// Addresses, credentials and names of peers. THREAD: any.
namespace rollmill::rpc {

/// Largest message either side takes, in bytes: a plan of 10,000 hosts fits.
constexpr int kMaxMessageBytes = 32 << 20;

/// "127.0.0.1:7710", "localhost:...", "[::1]:..." and "unix:..." are; names are not looked up.
bool is_loopback(const std::string& address);

/// Refuses an address beyond this machine without TLS, unless `insecure`. `deed` is "listen on"
/// or "connect to".
base::Status check_plain(const std::string& address, bool insecure, const std::string& deed);

/// With files: TLS, and the client must show a certificate of the CA. Without: plain text.
base::Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(
    const std::optional<TlsFiles>& tls);
base::Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(
    const std::optional<TlsFiles>& tls);

/// Arguments of every channel of ours: a connection of its own, keepalive, limits. `server_name`
/// replaces the host of the address in the check of the certificate; empty: it does not.
grpc::ChannelArguments channel_arguments(const std::string& server_name);

/// Who is at the other end of a call, as the certificate says.
struct Peer {
  bool proven = false;             ///< Showed a certificate of our CA.
  std::vector<std::string> names;  ///< URIs, then common name, then DNS names.
  std::string address;             ///< "ipv4:10.0.0.7:4312"
};
Peer peer_of(const grpc::CallbackServerContext& context);

/// An agent may only speak for the host its certificate names: as common name, as DNS name, or as
/// spiffe://FLEET/agent/HOST. Without TLS anybody may.
base::Status check_speaks_for(const Peer& peer, const base::FleetId& fleet,
                              const base::HostName& host);

/// Who asks: the certificate's first name, or what the client claims, marked as a claim. A
/// certificate with the URI of an agent is refused: whoever steals a host's key gives no orders.
base::Result<core::Actor> actor_of(const Peer& peer, const std::string& claimed_user,
                                   const std::string& reason);

}  // namespace rollmill::rpc
