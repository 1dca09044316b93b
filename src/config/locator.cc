#include "config/locator.h"

#include <algorithm>
#include <set>

#include "config/problems.h"

namespace rollmill::config {
namespace {

constexpr int kDeepest = 32;

/// One pass over the text, recursive by value.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  Locations run() {
    skip_blank();
    value("", 0);
    return std::move(found_);
  }

 private:
  bool done() const { return at_ >= text_.size() || found_.too_deep; }
  char now() const { return done() ? '\0' : text_[at_]; }
  char ahead() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  void step() {
    if (done()) return;
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }

  void skip_comment() {
    const bool to_line_end = ahead() == '/';
    step();
    step();
    while (!done() && !(to_line_end ? now() == '\n' : now() == '*' && ahead() == '/')) step();
    if (to_line_end) return;
    step();
    step();
  }

  void skip_blank() {
    while (!done()) {
      const char c = now();
      if (c == '/' && (ahead() == '/' || ahead() == '*')) {
        skip_comment();
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step();
      } else {
        return;
      }
    }
  }

  /// A string without its quotes. Escapes stay as written, which is enough to name a key.
  std::string string() {
    step();
    const std::size_t begin = at_;
    while (!done() && now() != '"') {
      if (now() == '\\') step();
      step();
    }
    const std::string text(text_.substr(begin, std::min(at_, text_.size()) - begin));
    step();
    return text;
  }

  void scalar() {
    while (!done() && std::string_view(",]} \t\r\n/").find(now()) == std::string_view::npos) step();
  }

  void value(const std::string& pointer, int depth) {
    found_.lines.emplace(pointer, line_);
    if (depth > kDeepest) {
      found_.too_deep = true;
      return;
    }
    if (now() == '{') return object(pointer, depth);
    if (now() == '[') return list(pointer, depth);
    if (now() != '"') return scalar();
    string();
  }

  void object(const std::string& pointer, int depth) {
    std::set<std::string> keys;
    step();
    for (skip_blank(); !done() && now() != '}'; skip_blank()) {
      if (now() != '"') {
        step();
        continue;
      }
      const std::size_t line = line_;
      const std::string key = string();
      const std::string place = join_pointer(pointer, key);
      if (!keys.insert(key).second) {
        found_.duplicates.push_back({place, found_.lines[place], line});
      }
      found_.lines.emplace(place, line);
      skip_blank();
      step();  // ':'
      skip_blank();
      value(place, depth + 1);
    }
    step();
  }

  void list(const std::string& pointer, int depth) {
    std::size_t index = 0;
    step();
    for (skip_blank(); !done() && now() != ']'; skip_blank()) {
      if (now() == ',') {
        step();
        continue;
      }
      const std::size_t before = at_;
      value(join_pointer(pointer, index++), depth + 1);
      if (at_ == before) step();  // never stand still on text that is not JSON
    }
    step();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  Locations found_;
};

}  // namespace

Locations locate(std::string_view text) { return Scan(text).run(); }

std::size_t line_of(const Locations& locations, std::string pointer) {
  while (true) {
    const auto found = locations.lines.find(pointer);
    if (found != locations.lines.end()) return found->second;
    if (pointer.empty()) return 1;
    pointer.resize(pointer.rfind('/'));
  }
}

}  // namespace rollmill::config
