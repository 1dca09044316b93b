#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/common.h"
#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/policy.h"

namespace rollmill::config {

/// The built-in prober of the API.
struct ProberConfig {
  std::vector<std::string> urls;  ///< "http://host:port"; empty: no prober.
  base::Duration interval{};
  base::Duration timeout{};
  std::string microversion;  ///< Of the versioned call: "1.49".
  std::string token_file;    ///< Holds the X-Auth-Token; empty: none is sent.
  bool operator==(const ProberConfig&) const = default;
};

/// What `rollmilld` is told by its file.
struct ControllerConfig {
  std::string listen;         ///< "127.0.0.1:7443"
  std::string status_listen;  ///< Empty: no status endpoint.
  std::optional<TlsConfig> tls;
  bool insecure = false;  ///< Plain text beyond loopback, by the operator's word.
  std::string journal;    ///< Path of the SQLite file.
  std::string fleet;      ///< Path of the fleet file.
  ProberConfig prober;
  core::Policy policy;  ///< What an upgrade gets when it does not bring its own.
  LogConfig log;
  bool operator==(const ControllerConfig&) const = default;
};

/// Reads the controller file; all that is wrong at once. Refuses to listen beyond loopback without
/// TLS unless the file says "insecure". THREAD: any.
base::Result<ControllerConfig> read_controller_config(const std::string& file);
base::Result<ControllerConfig> parse_controller_config(const std::string& text,
                                                       const std::string& file);

}  // namespace rollmill::config
