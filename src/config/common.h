#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rollmill::config {

/// Files of one end of a mutual TLS connection.
struct TlsConfig {
  std::string ca;    ///< Certificates the other end must be signed by.
  std::string cert;  ///< Our own.
  std::string key;   ///< Its key.
  bool operator==(const TlsConfig&) const = default;
};

struct LogConfig {
  std::string level = "info";  ///< trace, debug, info, warning, error
  std::string file;            ///< Empty: stderr.
  bool operator==(const LogConfig&) const = default;
};

}  // namespace rollmill::config
