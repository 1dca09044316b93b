#include "apps/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace rollmill::apps {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> make_logger(const config::LogConfig& config,
                                            const std::string& program) {
  if (config.file.empty()) {
    return std::make_shared<spdlog::logger>(
        program, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  }
  return std::make_shared<spdlog::logger>(
      program, std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file));
}

}  // namespace

base::Result<LogLine> open_log(const config::LogConfig& config, const std::string& program) {
  try {
    const std::shared_ptr<spdlog::logger> logger = make_logger(config, program);
    logger->set_level(spdlog::level::from_str(config.level));
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %n: %v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::info);
    return LogLine{[logger](LogLevel level, const std::string& text) {
      logger->log(level_of(level), text);
    }};
  } catch (const spdlog::spdlog_ex& error) {
    return base::Error{base::ErrorCode::Unavailable,
                       "cannot write the log " + config.file + ": " + error.what()};
  }
}

}  // namespace rollmill::apps
