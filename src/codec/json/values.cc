#include "codec/json/values.h"

namespace rollmill::codec {

void write_value(JsonWriter& out, base::TimePoint value) {
  if (value == base::TimePoint{}) {
    out.null();
  } else {
    out.string(base::format_time(value));
  }
}

void read_value(JsonValue value, const JsonPlace& place, bool& into) {
  const auto flag = value.boolean();
  if (!flag) return place.fail("must be true or false");
  into = *flag;
}

void read_value(JsonValue value, const JsonPlace& place, std::string& into) {
  auto text = value.string();
  if (!text) return place.fail("must be text");
  into = std::move(*text);
}

void read_value(JsonValue value, const JsonPlace& place, base::Duration& into) {
  const auto count = value.integer();
  if (!count) return place.fail("must be a whole number of milliseconds");
  into = base::Duration{*count};
}

void read_value(JsonValue value, const JsonPlace& place, base::TimePoint& into) {
  const auto text = value.string();
  const auto time = text ? base::parse_time(*text) : std::nullopt;
  if (!time) return place.fail("must be a time such as 2026-11-22T15:04:05.678Z");
  into = *time;
}

void read_value(JsonValue value, const JsonPlace& place, core::ReleaseNumber& into) {
  const auto text = value.string();
  const auto number = text ? core::parse_release_number(*text) : std::nullopt;
  if (!number) return place.fail("must be a release such as 35.0");
  into = *number;
}

}  // namespace rollmill::codec
