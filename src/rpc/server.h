#pragma once

#include <memory>
#include <optional>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/agent_link.h"
#include "rollmill/ports/control.h"
#include "rpc/options.h"

/// The controller's gRPC doors: operators (rollmill.v1) and agents (rollmill.agent.v1), health and
/// reflection, on one address.
namespace rollmill::rpc {

struct ServerOptions {
  std::string address;          ///< "127.0.0.1:7710", "[::]:7710"; port 0 takes a free one.
  std::optional<TlsFiles> tls;  ///< Without it only loopback addresses are served ...
  bool insecure = false;        ///< ... unless this says that anybody may give orders.
  Log log;
  base::Duration heartbeat = kHeartbeat;           ///< An agent is given up after three silences.
  base::Duration grace = std::chrono::seconds{2};  ///< For calls in flight when it shuts down.
};

/// Made before the controller, since the controller needs `agent_link`; started after it, since
/// calls need the controller. Order of an end: `shutdown`, then the controller, then this.
class RpcServer {
 public:
  virtual ~RpcServer() = default;

  /// The way to the agents; good for the life of the server. Its methods are THREAD: loop.
  virtual ports::AgentLink& agent_link() = 0;

  /// Listens and serves. `control` must outlive the server's shutdown. Called once. Fails with a
  /// sentence when the address is taken or not allowed, or a TLS file cannot be read.
  virtual base::Status start(ports::Control& control) = 0;

  /// The port that is listened on; 0 before `start`.
  virtual int port() const = 0;

  /// Ends every call and stream, at the latest after `grace`, and serves no more. The loop should
  /// still run; a reply that never comes is given up. Repeats do nothing. THREAD: any but the loop.
  virtual void shutdown() = 0;
};

std::unique_ptr<RpcServer> make_server(ServerOptions options);

}  // namespace rollmill::rpc
