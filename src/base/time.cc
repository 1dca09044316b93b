#include "rollmill/base/time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace rollmill::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

/// Takes exactly `width` digits off the front of `text`; nothing when they are not there.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<seconds> take_clock(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  return hours{*hour} + minutes{*minute} + seconds{*second};
}

/// ".678" or ".678901"; more digits than milliseconds are cut off. No fraction is zero.
std::optional<Duration> take_fraction(std::string_view& text) {
  if (!take_char(text, '.')) return Duration{0};
  const auto milliseconds = take_digits(text, 3);
  if (!milliseconds) return std::nullopt;
  if (!text.empty() && text.front() >= '0' && text.front() <= '9' && !take_digits(text, 3)) {
    return std::nullopt;
  }
  return Duration{*milliseconds};
}

std::string tenths_of_seconds(Duration duration) {
  const std::int64_t tenths = duration.count() / 100;
  const std::string whole = std::to_string(tenths / 10);
  return (tenths % 10 == 0 ? whole : whole + "." + std::to_string(tenths % 10)) + "s";
}

struct NamedLength {
  std::string_view name;
  Duration length;
};
constexpr std::array<NamedLength, 5> kUnits = {
    {{"ms", Duration{1}}, {"s", seconds{1}}, {"m", minutes{1}}, {"h", hours{1}}, {"d", days{1}}}};

}  // namespace

std::string format_time(TimePoint time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<TimePoint> parse_time(const std::string& text) {
  std::string_view rest = text;
  const auto date = take_date(rest);
  if (!date || !(take_char(rest, 'T') || take_char(rest, ' '))) return std::nullopt;
  const auto clock = take_clock(rest);
  if (!clock) return std::nullopt;
  const auto fraction = take_fraction(rest);
  if (!fraction || !(rest.empty() || rest == "Z" || rest == "+00:00")) return std::nullopt;
  return TimePoint{*date} + *clock + *fraction;
}

std::string format_duration(Duration duration) {
  if (duration < Duration{0}) return "-" + format_duration(-duration);
  if (duration < seconds{1}) return std::to_string(duration.count()) + "ms";
  if (duration < minutes{1}) return tenths_of_seconds(duration);
  const std::int64_t whole = std::chrono::floor<seconds>(duration).count();
  if (duration < hours{1}) return std::to_string(whole / 60) + "m" + two_digits(whole % 60) + "s";
  const std::int64_t minute = whole / 60;
  if (duration < days{1}) return std::to_string(minute / 60) + "h" + two_digits(minute % 60) + "m";
  const std::int64_t hour = minute / 60;
  return std::to_string(hour / 24) + "d" + two_digits(hour % 24) + "h";
}

std::optional<Duration> parse_duration(const std::string& text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  const std::string_view name{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  for (const NamedLength& unit : kUnits) {
    if (name != unit.name) continue;
    if (count > Duration::max() / unit.length) return std::nullopt;
    return count * unit.length;
  }
  return std::nullopt;
}

}  // namespace rollmill::base
