#pragma once

#include <functional>
#include <string>

#include "config/common.h"
#include "rollmill/base/result.h"

namespace rollmill::apps {

enum class LogLevel { Info, Warning, Error };
/// Writes one line; THREAD: any.
using LogLine = std::function<void(LogLevel, const std::string&)>;

/// The program's log as its file wants it: level, and a file or stderr. Fails when the file cannot
/// be written.
base::Result<LogLine> open_log(const config::LogConfig& config, const std::string& program);

}  // namespace rollmill::apps
