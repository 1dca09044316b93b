#include "codec/json/writer.h"

#include <algorithm>
#include <cstddef>

namespace rollmill::codec {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool between(unsigned char byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

/// Length of the well-formed UTF-8 character that starts at `at`; 0 when there is none.
/// The ranges of the second byte shut out overlong forms, surrogates and values past U+10FFFF.
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned char first = byte_at(text, at);
  const unsigned char second = byte_at(text, at + 1);
  const auto follows = [&](std::size_t offset) {
    return between(byte_at(text, at + offset), 0x80, 0xBF);
  };
  if (first < 0x80) return 1;
  if (between(first, 0xC2, 0xDF)) return follows(1) ? 2 : 0;
  if (between(first, 0xE0, 0xEF)) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return between(second, low, high) && follows(2) ? 3 : 0;
  }
  if (between(first, 0xF0, 0xF4)) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return between(second, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

void append_control(std::string& out, unsigned char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\r') {
    out += "\\r";
  } else {
    out += "\\u00";
    out += kDigits[c >> 4U];
    out += kDigits[c & 0xFU];
  }
}

void append_ascii(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte == 0x7F) {
    append_control(out, byte);
    return;
  }
  if (c == '"' || c == '\\') out += '\\';
  out += c;
}

/// Appends the character at `at`; how many bytes of `value` that took.
std::size_t append_special(std::string& out, std::string_view value, std::size_t at) {
  const std::size_t length = character_length(value, at);
  if (length == 1) {
    append_ascii(out, value[at]);
  } else {
    out += length == 0 ? kReplacement : value.substr(at, length);
  }
  return std::max<std::size_t>(length, 1);
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  string(name);
  text_ += style_ == JsonStyle::Compact ? ":" : ": ";
  after_key_ = true;
}

void JsonWriter::string(std::string_view value) {
  separate();
  text_ += '"';
  for (std::size_t at = 0; at < value.size();) {
    // Nearly all text is plain: copied in whole runs.
    const auto rest = value.begin() + static_cast<std::ptrdiff_t>(at);
    const auto plain =
        static_cast<std::size_t>(std::find_if_not(rest, value.end(), is_plain) - rest);
    text_ += value.substr(at, plain);
    at += plain;
    if (at < value.size()) at += append_special(text_, value, at);
  }
  text_ += '"';
}

void JsonWriter::begin(char bracket) {
  separate();
  text_ += bracket;
  ++depth_;
  empty_ = true;
}

void JsonWriter::end(char bracket) {
  --depth_;
  if (!empty_) new_line();
  text_ += bracket;
  empty_ = false;
}

void JsonWriter::raw(std::string_view value) {
  separate();
  text_ += value;
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!empty_) text_ += ',';
  if (depth_ > 0) new_line();
  empty_ = false;
}

void JsonWriter::new_line() {
  if (style_ == JsonStyle::Compact) return;
  text_ += '\n';
  text_.append(std::size_t{2} * depth_, ' ');
}

}  // namespace rollmill::codec
