#pragma once

#include <memory>

#include "cli/cli.h"

namespace rollmill::apps {

/// The command line's client over gRPC. `user` is who asks where no certificate says so.
base::Result<std::unique_ptr<cli::ControlClient>> connect_control(
    const cli::ConnectOptions& options, const std::string& user);

}  // namespace rollmill::apps
