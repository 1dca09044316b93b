#pragma once

#include <map>
#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::drivers {

/// Where a base address points.
struct HttpAddress {
  bool tls = false;
  std::string host;
  std::string port;
  std::string prefix;  ///< Path before Ironic's own: "/baremetal", or empty.
  bool operator==(const HttpAddress&) const = default;
};
/// `http://HOST[:PORT][/PREFIX]`, also https and `[IPV6]`. InvalidArgument for other text.
base::Result<HttpAddress> parse_address(const std::string& url);

struct HttpRequest {
  HttpAddress address;
  std::string target;  ///< Path and query: "/v1/nodes?limit=1".
  std::map<std::string, std::string> headers;
  std::string ca_file;
  base::Duration time_limit{};
};
struct HttpAnswer {
  int status = 0;
  std::string body;
};
/// One GET on a connection of its own; redirects are not followed. At most 64 MiB. Unavailable when
/// nothing answers in time. THREAD: any.
base::Result<HttpAnswer> http_get(const HttpRequest& request);

}  // namespace rollmill::drivers
