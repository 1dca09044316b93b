#include "codec/json/writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rollmill::codec {
namespace {

std::string written(std::string_view text) {
  JsonWriter out;
  out.string(text);
  return out.take();
}

TEST(JsonWriter, escapes_what_json_reserves) {
  EXPECT_EQ(written("a\"b\\c\n\t\r\x01\x7f"), R"("a\"b\\c\n\t\r\u0001\u007f")");
}

TEST(JsonWriter, keeps_characters_of_every_length) { EXPECT_EQ(written("aü€😀"), "\"aü€😀\""); }

TEST(JsonWriter, replaces_bytes_that_are_not_text) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(written("a\xFFz"), "\"a" + bad + "z\"");
  EXPECT_EQ(written("\xC0\xAF"), "\"" + bad + bad + "\"");            // overlong
  EXPECT_EQ(written("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"");  // surrogate
  EXPECT_EQ(written("\xE2\x82"), "\"" + bad + bad + "\"");            // cut off
  EXPECT_EQ(written("\xF4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");
}

TEST(JsonWriter, writes_any_bytes_as_json) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second), 'x'};
      EXPECT_TRUE(nlohmann::json::accept(written(bytes))) << first << " " << second;
    }
  }
}

TEST(JsonWriter, indents_for_people) {
  JsonWriter out{JsonStyle::Indented};
  out.begin_object();
  out.key("a");
  out.begin_array();
  out.integer(-1);
  out.boolean(true);
  out.end_array();
  out.key("b");
  out.begin_object();
  out.end_object();
  out.key("c");
  out.null();
  out.end_object();
  EXPECT_EQ(out.take(), "{\n  \"a\": [\n    -1,\n    true\n  ],\n  \"b\": {},\n  \"c\": null\n}");
}

}  // namespace
}  // namespace rollmill::codec
