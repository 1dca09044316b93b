#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rollmill/base/result.h"

namespace rollmill::codec {

/// A read-only look at one value of a parsed document, which must outlive it. The parser itself
/// stays in one source file; it is expensive to compile.
class JsonValue {
 public:
  explicit JsonValue(const void* node) : node_(node) {}

  bool is_null() const;
  bool is_object() const;
  bool is_array() const;
  /// Nothing when the value is of another type; a number must be whole and fit.
  std::optional<bool> boolean() const;
  std::optional<std::int64_t> integer() const;
  std::optional<std::uint64_t> unsigned_integer() const;
  std::optional<std::string> string() const;

  /// The member of an object; nothing when it has none of that name.
  std::optional<JsonValue> find(const std::string& name) const;
  /// Of an object or an array; 0 for other values.
  std::size_t size() const;
  JsonValue at(std::size_t index) const;
  void for_each_member(const std::function<void(const std::string&, JsonValue)>& visit) const;

 private:
  const void* node_;
};

/// A parsed JSON text.
class JsonDocument {
 public:
  /// InvalidArgument, with the place of the first mistake, for text that is not JSON.
  static base::Result<JsonDocument> parse(std::string_view text);
  JsonValue root() const { return JsonValue{node_.get()}; }

 private:
  explicit JsonDocument(std::shared_ptr<const void> node) : node_(std::move(node)) {}
  std::shared_ptr<const void> node_;
};

}  // namespace rollmill::codec
