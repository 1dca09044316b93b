#pragma once

#include <concepts>
#include <limits>
#include <string>
#include <type_traits>

#include "codec/json/enums.h"
#include "codec/json/reader.h"
#include "codec/json/writer.h"
#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/release.h"

/// How single values look in JSON: times are text ("2026-11-22T15:04:05.678Z"; null: no time),
/// durations whole milliseconds in fields whose names end in `_ms`, names and releases text,
/// positions numbers. A value that cannot be read is left alone and its place told why.
namespace rollmill::codec {

/// Enumerations: `const char* enum_text(E)` and `bool enum_value(const std::string&, E&)`.
template <typename T>
concept NamedEnum = std::is_enum_v<T>;
template <typename T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

inline void write_value(JsonWriter& out, bool value) { out.boolean(value); }
inline void write_value(JsonWriter& out, const std::string& value) { out.string(value); }
inline void write_value(JsonWriter& out, base::Duration value) { out.integer(value.count()); }
void write_value(JsonWriter& out, base::TimePoint value);
inline void write_value(JsonWriter& out, const core::ReleaseNumber& value) {
  out.string(core::to_string(value));
}
void read_value(JsonValue value, const JsonPlace& place, bool& into);
void read_value(JsonValue value, const JsonPlace& place, std::string& into);
void read_value(JsonValue value, const JsonPlace& place, base::Duration& into);
void read_value(JsonValue value, const JsonPlace& place, base::TimePoint& into);
void read_value(JsonValue value, const JsonPlace& place, core::ReleaseNumber& into);

template <Number T>
void write_value(JsonWriter& out, T value) {
  if constexpr (std::signed_integral<T>) {
    out.integer(value);
  } else {
    out.unsigned_integer(value);
  }
}
template <Number T>
void read_value(JsonValue value, const JsonPlace& place, T& into) {
  const auto number = [&] {
    if constexpr (std::signed_integral<T>)
      return value.integer();
    else
      return value.unsigned_integer();
  }();
  if (!number || *number > std::numeric_limits<T>::max() ||
      *number < std::numeric_limits<T>::min()) {
    place.fail("must be a whole number that fits");
    return;
  }
  into = static_cast<T>(*number);
}

template <typename Tag>
void write_value(JsonWriter& out, const base::Name<Tag>& value) {
  out.string(value.text);
}
template <typename Tag>
void read_value(JsonValue value, const JsonPlace& place, base::Name<Tag>& into) {
  read_value(value, place, into.text);
}
template <typename Tag>
void write_value(JsonWriter& out, const base::Index<Tag>& value) {
  write_value(out, value.value);
}
template <typename Tag>
void read_value(JsonValue value, const JsonPlace& place, base::Index<Tag>& into) {
  read_value(value, place, into.value);
}

template <NamedEnum T>
void write_value(JsonWriter& out, T value) {
  out.string(enum_text(value));
}
template <NamedEnum T>
void read_value(JsonValue value, const JsonPlace& place, T& into) {
  const auto text = value.string();
  if (!text || !enum_value(*text, into)) place.fail("must be one of the known words");
}

}  // namespace rollmill::codec
