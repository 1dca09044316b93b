#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/ports/control.h"

/// The status endpoint: read-only, for monitoring and scripts. It never changes anything and holds
/// no secrets, so it has neither TLS nor passwords; bind it where only friends can reach it.
namespace rollmill::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< Numeric: "10.0.0.1", "::1", "0.0.0.0".
  int port = 0;                       ///< 0 takes a free one.
  std::string version;                ///< Of the program, for /version and /metrics.
  std::size_t max_connections = 64;   ///< One more is closed at once.
  base::Duration idle_limit{std::chrono::seconds{15}};  ///< For a request, or to take an answer.
  base::Duration reply_limit{std::chrono::seconds{5}};  ///< For the loop; then 503.
};

/// GET and HEAD of /metrics, /livez, /readyz[?verbose], /version, /api/v1/upgrades,
/// /api/v1/upgrades/{id}[?steps], /api/v1/hosts. Other paths are 404, other methods 405; errors of
/// the API are JSON: {"error": {"status": 404, "message": "..."}}.
class Server {
 public:
  virtual ~Server() = default;
  virtual int port() const = 0;
  /// Closes all connections; a reply of the loop that is still due is dropped. Repeats do nothing.
  /// THREAD: any but the loop.
  virtual void stop() = 0;
};

/// Listens and serves on a thread of its own. `control` must outlive `stop`, and the loop must not
/// call back after the `Control` is gone. Fails with a sentence when the address cannot be used.
base::Result<std::unique_ptr<Server>> start_http_server(ServerOptions options,
                                                        ports::Control& control);

}  // namespace rollmill::http
