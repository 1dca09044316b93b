#include "tidy/functions.h"

#include <array>
#include <cctype>
#include <string>

#include "tidy/source.h"

namespace rollmill::tidy {
namespace {

enum class Brace { Scope, Function, Value };

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

std::string first_word(const std::string& head) {
  std::size_t end = 0;
  while (end < head.size() && is_word(head[end])) ++end;
  return head.substr(0, end);
}

/// Leaves out what stands between `open` and `close`, but not the two themselves.
std::string without_insides(const std::string& text, char open, char close) {
  std::string kept;
  int depth = 0;
  for (const char c : text) {
    if (c == close && depth > 0) --depth;
    if (depth == 0) kept.push_back(c);
    if (c == open) ++depth;
  }
  return kept;
}

/// "template <class T> requires X<T> void f" -> "requires X<T> void f".
std::string without_template(std::string head) {
  while (first_word(head) == "template") {
    int depth = 0;
    std::size_t end = head.find('<');
    if (end == std::string::npos) break;
    for (; end < head.size(); ++end) {
      if (head[end] == '<') ++depth;
      if (head[end] == '>' && --depth == 0) break;
    }
    head = trimmed(head.substr(std::min(end + 1, head.size())));
  }
  return head;
}

bool opens_scope(const std::string& head) {
  constexpr std::array<std::string_view, 7> kScopes = {
      "namespace", "class", "struct", "union", "enum", "extern", "inline namespace"};
  const std::string word = first_word(head);
  for (const std::string_view scope : kScopes) {
    if (word == scope) return true;
  }
  return starts_with(head, "inline namespace");
}

bool has_assignment(const std::string& shallow) {
  const std::size_t at = shallow.find('=');
  return at != std::string::npos && shallow.find("operator") == std::string::npos;
}

/// "Name() : member_" before the brace of a member initialiser.
bool ends_in_member(const std::string& shallow) {
  const std::size_t parameters = shallow.find(')');
  if (parameters == std::string::npos || !(is_word(shallow.back()) || shallow.back() == '>')) {
    return false;
  }
  for (std::size_t i = parameters; i + 1 < shallow.size(); ++i) {
    if (shallow[i] == ':' && shallow[i + 1] != ':' && shallow[i - 1] != ':') return true;
  }
  return false;
}

bool is_lambda(const std::string& shallow) {
  const std::size_t close = shallow.rfind(']');
  if (close == std::string::npos) return false;
  const std::size_t next = shallow.find_first_not_of(" \t\n", close + 1);
  return next == std::string::npos || shallow[next] == '(';
}

/// What a brace opens, told by the text since the last ';', '{' or '}'.
Brace classify(const std::string& raw_head) {
  const std::string head = without_template(trimmed(raw_head));
  if (head.empty() || opens_scope(head)) return Brace::Scope;
  const std::string shallow = without_insides(head, '(', ')');
  if (has_assignment(shallow)) return is_lambda(shallow) ? Brace::Function : Brace::Value;
  if (shallow.find('(') == std::string::npos) return Brace::Value;
  return ends_in_member(shallow) ? Brace::Value : Brace::Function;
}

class Walker {
 public:
  std::vector<FunctionSpan> run(const std::string& code) {
    for (const char c : code) {
      take(c);
      if (c == '\n') ++line_;
    }
    return spans_;
  }

 private:
  void take(char c) {
    if (c == '{') return open();
    if (c == '}') return close();
    if (inner_ > 0) return;
    if (c == '(') ++parentheses_;
    if (c == ')') --parentheses_;
    if (c == ';' && parentheses_ == 0) return head_.clear();
    if (head_.empty()) {
      if (std::isspace(static_cast<unsigned char>(c)) != 0) return;
      head_line_ = line_;
    }
    head_.push_back(c);
    if (head_ == "public:" || head_ == "private:" || head_ == "protected:") head_.clear();
  }

  void open() {
    if (inner_ > 0) {
      ++inner_;
      return;
    }
    const Brace brace = parentheses_ > 0 ? Brace::Value : classify(head_);
    if (brace == Brace::Scope) return head_.clear();
    inner_ = 1;
    brace_ = brace;
  }

  void close() {
    if (inner_ == 0) return head_.clear();  // of a scope
    if (--inner_ > 0) return;
    if (brace_ == Brace::Value) {
      head_ += "{}";
      return;
    }
    spans_.push_back({head_line_, line_});
    head_.clear();
  }

  std::vector<FunctionSpan> spans_;
  std::string head_;
  int head_line_ = 1;
  int line_ = 1;
  int parentheses_ = 0;  ///< Open ones in `head_`.
  int inner_ = 0;        ///< Open braces of the function or value we are in.
  Brace brace_ = Brace::Scope;
};

}  // namespace

std::vector<FunctionSpan> functions_of(std::string_view text) {
  return Walker().run(code_only(text));
}

}  // namespace rollmill::tidy
