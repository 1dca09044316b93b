#pragma once

#include "apps/log.h"
#include "rpc/options.h"

namespace rollmill::apps {

/// What gRPC's side tells people, in the program's log.
inline rpc::Log rpc_log(const LogLine& log) {
  return [log](rpc::Severity severity, const std::string& text) {
    switch (severity) {
      case rpc::Severity::Info:
        return log(LogLevel::Info, text);
      case rpc::Severity::Warning:
        return log(LogLevel::Warning, text);
      case rpc::Severity::Error:
        return log(LogLevel::Error, text);
    }
  };
}

}  // namespace rollmill::apps
