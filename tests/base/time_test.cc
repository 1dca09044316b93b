#include "rollmill/base/time.h"

#include <gtest/gtest.h>

namespace rollmill::base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kMoment{Duration{1795359845678}};  // date -u -d @1795359845

TEST(Time, written_as_utc_with_milliseconds) {
  EXPECT_EQ(format_time(kMoment), "2026-11-22T15:04:05.678Z");
  EXPECT_EQ(format_time(TimePoint{}), "1970-01-01T00:00:00.000Z");
}

TEST(Time, before_1970_keeps_its_fraction) {
  EXPECT_EQ(format_time(TimePoint{Duration{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, read_in_each_form_that_ironic_writes) {
  for (const char* text : {"2026-11-22T15:04:05.678Z", "2026-11-22T15:04:05.678901+00:00",
                           "2026-11-22T15:04:05.678", "2026-11-22 15:04:05.678999"}) {
    EXPECT_EQ(parse_time(text), kMoment) << text;
  }
  EXPECT_EQ(parse_time("2026-11-22T15:04:05Z"), kMoment - Duration{678});
}

TEST(Time, other_text_is_nothing) {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T15:04", "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T15:60:00Z", "2026-11-22T15:04:05.67Z", "2026-11-22T15:04:05.6789Z",
        "2026-11-22T15:04:05+02:00", "2026-11-22T15:04:05Zx", "x026-11-22T15:04:05Z"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

TEST(Duration, short_for_people) {
  EXPECT_EQ(format_duration(Duration{0}), "0ms");
  EXPECT_EQ(format_duration(Duration{850}), "850ms");
  EXPECT_EQ(format_duration(Duration{4250}), "4.2s");
  EXPECT_EQ(format_duration(seconds{10}), "10s");
  EXPECT_EQ(format_duration(Duration{59999}), "59.9s");
  EXPECT_EQ(format_duration(minutes{3} + seconds{5}), "3m05s");
  EXPECT_EQ(format_duration(hours{2} + minutes{7}), "2h07m");
  EXPECT_EQ(format_duration(days{3} + hours{4}), "3d04h");
  EXPECT_EQ(format_duration(-seconds{4}), "-4s");
}

TEST(Duration, read_with_its_unit) {
  EXPECT_EQ(parse_duration("250ms"), Duration{250});
  EXPECT_EQ(parse_duration("10s"), seconds{10});
  EXPECT_EQ(parse_duration("5m"), minutes{5});
  EXPECT_EQ(parse_duration("2h"), hours{2});
  EXPECT_EQ(parse_duration("7d"), days{7});
}

TEST(Duration, other_text_is_nothing) {
  for (const char* text : {"", "10", "s", "-1s", "1.5s", "10 s", "10sec", "99999999999999999999s",
                           "9223372036854775807d"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rollmill::base
