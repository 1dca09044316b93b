#pragma once

#include <functional>
#include <string>

#include "rollmill/base/time.h"

/// What both ends of a connection are told by the configuration.
namespace rollmill::rpc {

/// Paths of PEM files. Read anew with each connection, so a renewed certificate needs no restart
/// of an agent; a server reads them when it starts.
struct TlsFiles {
  std::string ca;           ///< Who may have signed the other side's certificate.
  std::string certificate;  ///< Our own, with intermediates.
  std::string key;          ///< Its private key.
};

enum class Severity { Info, Warning, Error };
/// Where the adapter tells people things. Called on any thread; must be quick. May be empty.
using Log = std::function<void(Severity, const std::string&)>;

/// Each side says something at least this often, and gives the other up after three silences.
constexpr base::Duration kHeartbeat = std::chrono::seconds{10};
constexpr int kHeartbeatsMissed = 3;

}  // namespace rollmill::rpc
