#include "rpc/codec/basics.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdint>

namespace rollmill::rpc {
namespace {

constexpr std::int64_t kMillisPerSecond = 1000;
constexpr std::int32_t kNanosPerMilli = 1'000'000;
/// Protobuf's own limits: the years 1 to 9999, and plus or minus ten thousand years.
constexpr std::int64_t kTimeMin = -62'135'596'800, kTimeMax = 253'402'300'799;
constexpr std::int64_t kDurationMax = 315'576'000'000;
constexpr std::int32_t kNanosMax = 999'999'999;

/// Length of the UTF-8 sequence that starts at `at`; 0 when none does.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return overlong || beyond ? 0 : length;
}

}  // namespace

void encode(base::TimePoint time, google::protobuf::Timestamp* out) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  out->set_seconds(seconds.time_since_epoch().count());
  out->set_nanos(static_cast<std::int32_t>((time - seconds).count()) * kNanosPerMilli);
}

base::TimePoint decode(const google::protobuf::Timestamp& time) {
  const std::int64_t seconds = std::clamp(time.seconds(), kTimeMin, kTimeMax);
  const std::int32_t nanos = std::clamp(time.nanos(), 0, kNanosMax);
  return base::TimePoint{base::Duration{seconds * kMillisPerSecond + nanos / kNanosPerMilli}};
}

void encode(base::Duration duration, google::protobuf::Duration* out) {
  out->set_seconds(duration.count() / kMillisPerSecond);
  out->set_nanos(static_cast<std::int32_t>(duration.count() % kMillisPerSecond) * kNanosPerMilli);
}

base::Duration decode(const google::protobuf::Duration& duration) {
  const std::int64_t seconds = std::clamp(duration.seconds(), -kDurationMax, kDurationMax);
  const std::int32_t nanos = std::clamp(duration.nanos(), -kNanosMax, kNanosMax);
  return base::Duration{seconds * kMillisPerSecond + nanos / kNanosPerMilli};
}

std::string clean(std::string text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) text[at] = '?';
    at += std::max<std::size_t>(length, 1);
  }
  return text;
}

std::string enum_name(std::string_view prefix, std::string_view text) {
  std::string name(prefix);
  for (const char c : text) {
    name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

std::string enum_text(std::string_view prefix, std::string_view name) {
  if (name.size() <= prefix.size() || !name.starts_with(prefix)) return {};
  std::string text;
  for (const char c : name.substr(prefix.size())) {
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text == "unspecified" ? std::string() : text;
}

base::Result<core::ReleaseNumber> decode_release(const std::string& text, const char* field) {
  if (const auto number = core::parse_release_number(text)) return *number;
  return base::Error{base::ErrorCode::InvalidArgument,
                     std::string(field) + " is '" + clean(text) +
                         "': give a release as MAJOR.MINOR, for example 35.0"};
}

std::string upgrade_name(const base::UpgradeId& id) { return "upgrades/" + id.text; }

base::Result<base::UpgradeId> decode_upgrade_name(const std::string& name) {
  static const std::string kPrefix = "upgrades/";
  if (name.empty() || name == "upgrades/latest" || name == "upgrades/-") return base::UpgradeId{};
  const std::string id = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : std::string();
  if (!id.empty() && id.find('/') == std::string::npos) return base::UpgradeId{id};
  return base::Error{
      base::ErrorCode::InvalidArgument,
      "name is '" + clean(name) + "': give upgrades/ID, or upgrades/latest for the newest upgrade"};
}

}  // namespace rollmill::rpc
