#pragma once

#include <optional>
#include <string>
#include <utility>

#include "codec/json/value.h"
#include "rollmill/base/result.h"

namespace rollmill::codec {

/// Where a reader stands, kept as a chain on the stack: a path is spelled out only for a mistake.
class JsonPlace {
 public:
  explicit JsonPlace(std::optional<std::string>& mistake) : mistake_(mistake) {}
  JsonPlace(const JsonPlace& above, std::string name)
      : above_(&above), mistake_(above.mistake_), name_(std::move(name)) {}

  /// Remembers the first mistake: "/steps/3/verb must be a verb".
  void fail(const std::string& what) const {
    if (!mistake_) mistake_ = pointer() + " " + what;
  }
  std::string pointer() const { return above_ ? above_->pointer() + "/" + name_ : ""; }

 private:
  const JsonPlace* above_ = nullptr;
  std::optional<std::string>& mistake_;
  std::string name_;
};

/// Reads text into a value of any type that has a `read_value` (types.h).
template <typename T, typename Read>
base::Result<T> read_json(std::string_view text, const Read& read) {
  const auto document = JsonDocument::parse(text);
  if (!document.ok()) return document.error();
  std::optional<std::string> mistake;
  T value{};
  read(document->root(), JsonPlace{mistake}, value);
  if (mistake) return base::Error{base::ErrorCode::InvalidArgument, "field " + *mistake};
  return value;
}

}  // namespace rollmill::codec
