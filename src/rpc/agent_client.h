#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/controller_link.h"
#include "rpc/options.h"

/// An agent's way to its controller: dials, says hello, stays, and dials again.
namespace rollmill::rpc {

struct AgentClientOptions {
  std::string controller;       ///< "ctl.example:7710"
  std::optional<TlsFiles> tls;  ///< Without it only a loopback controller is dialled ...
  bool insecure = false;        ///< ... unless this says that anybody may give orders.
  std::string server_name;  ///< Name in the controller's certificate; empty: the address's host.
  /// Has work run on the agent's loop, in order. THREAD: any. Must outlive the client.
  std::function<void(std::function<void()>)> post;
  Log log;
  /// Rest before the first and the longest rest between two tries; each is shortened at random by
  /// up to half, so that agents do not come back all at once.
  base::Duration backoff_min{std::chrono::milliseconds{500}};
  base::Duration backoff_max{std::chrono::seconds{30}};
  base::Duration answer_limit{std::chrono::seconds{15}};  ///< From dialling to the welcome.
  base::Duration heartbeat = kHeartbeat;
};

/// Made before the agent's loop, since the loop needs the link; started after it.
/// The methods of `ControllerLink` are THREAD: loop and do nothing while no stream is welcomed.
class AgentClient : public ports::ControllerLink {
 public:
  /// Begins to dial. `inbox` must outlive `stop`. Called once. THREAD: any.
  virtual void start(ports::AgentInbox& inbox) = 0;
  /// Ends the stream and waits until gRPC has let go of it; `inbox` hears nothing any more. The
  /// destructor does the same. THREAD: loop, or any when the loop has ended.
  virtual void stop() = 0;
};

/// Refuses an address that would need TLS, and TLS files that cannot be read.
base::Result<std::unique_ptr<AgentClient>> make_agent_client(AgentClientOptions options);

}  // namespace rollmill::rpc
