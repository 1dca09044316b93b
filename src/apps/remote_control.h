#pragma once

#include <memory>

#include "cli/cli.h"

namespace rollmill::apps {

/// The command line's client over gRPC.
base::Result<std::shared_ptr<cli::ControlClient>> connect_control(
    const cli::ConnectOptions& options);

}  // namespace rollmill::apps
