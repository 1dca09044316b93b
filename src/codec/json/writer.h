#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rollmill::codec {

/// Compact: one line, no spaces; what is stored. Indented: two spaces a level; for people.
enum class JsonStyle { Compact, Indented };

/// Builds JSON text from top to bottom. The text is always valid JSON in UTF-8: bytes that are not
/// UTF-8 become U+FFFD. The caller opens and closes objects and arrays in pairs.
class JsonWriter {
 public:
  explicit JsonWriter(JsonStyle style = JsonStyle::Compact) : style_(style) {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }
  /// The name of the next value, inside an object.
  void key(std::string_view name);

  void null() { raw("null"); }
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void integer(std::int64_t value) { raw(std::to_string(value)); }
  void unsigned_integer(std::uint64_t value) { raw(std::to_string(value)); }
  void string(std::string_view value);

  /// What was written; the writer is empty afterwards.
  std::string take() { return std::move(text_); }

 private:
  void begin(char bracket);
  void end(char bracket);
  void raw(std::string_view value);
  void separate();
  void new_line();

  const JsonStyle style_;
  std::string text_;
  unsigned depth_ = 0;
  bool empty_ = true;  ///< Nothing yet in the innermost object or array.
  bool after_key_ = false;
};

}  // namespace rollmill::codec
