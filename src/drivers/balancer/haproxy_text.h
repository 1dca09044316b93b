#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"

/// The text protocol of HAProxy's runtime socket. Pure. THREAD: any.
namespace rollmill::drivers {

/// One server of one backend, as one balancer process sees it.
struct HaproxyServer {
  std::string status;          ///< "UP", "DRAIN", "DOWN 1/2", "MAINT (via a/b)", "no check".
  std::uint32_t sessions = 0;  ///< In flight and queued.
  bool serving = false;        ///< It gets new requests.
};

/// The row of `show stat`; columns are found by their names. NotFound without such a row.
base::Result<HaproxyServer> read_stat(const std::string& answer, const std::string& backend,
                                      const std::string& server);

/// Is the server taken out by an operator (forced drain or maintenance)? From
/// `show servers state BACKEND`.
base::Result<bool> read_taken_out(const std::string& answer, const std::string& backend,
                                  const std::string& server);

/// The complaint in the answer to a command that should answer nothing; empty when there is none.
std::string read_complaint(const std::string& answer);

}  // namespace rollmill::drivers
