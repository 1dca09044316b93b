#pragma once

#include <string>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"

namespace rollmill::drivers {

/// Sends one line to a stream socket and reads until the peer closes: at most 8 MiB, at most
/// `limit`. The address is an absolute path, or `[tcp:]HOST:PORT`. THREAD: any.
base::Result<std::string> ask_socket(const std::string& address, const std::string& line,
                                     base::Duration limit);

}  // namespace rollmill::drivers
