#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace rollmill::base {

/// All times are UTC in milliseconds since the Unix epoch; all durations are milliseconds.
using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// "2026-11-22T15:04:05.678Z". THREAD: any.
std::string format_time(TimePoint time);
/// The reverse of `format_time`; also accepts a time without a fraction, or with six digits of it
/// (Ironic writes those), with "Z", "+00:00" or nothing (read as UTC). Nothing for other text.
std::optional<TimePoint> parse_time(const std::string& text);

/// "850ms", "4.2s", "3m05s", "2h07m", "3d04h": short, for people.
std::string format_duration(Duration duration);
/// "250ms", "10s", "5m", "2h", "7d" (whole numbers). Nothing for other text or a negative value.
std::optional<Duration> parse_duration(const std::string& text);

}  // namespace rollmill::base
