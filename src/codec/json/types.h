#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "codec/json/values.h"
#include "rollmill/base/shared.h"

/// How values made of others look in JSON. A struct is an object whose fields its `visit_fields`
/// names; that one function serves both directions, so that they cannot differ:
///
///   void visit_fields(auto& visit, Like<core::Host> auto& host) { visit("name", host.name); ... }
namespace rollmill::codec {

/// T, constant or not: one `visit_fields` takes both.
template <typename Given, typename T>
concept Like = std::same_as<std::remove_const_t<Given>, T>;

/// Writes each field it is shown.
struct FieldWriter {
  JsonWriter& out;
  template <typename T>
  void operator()(const char* name, const T& field);
};
/// Reads each field it is shown; a missing or null one keeps the value it has: its default.
struct FieldReader {
  JsonValue value;
  const JsonPlace& place;
  template <typename T>
  void operator()(const char* name, T& field);
};

/// A struct with a `visit_fields`.
template <typename T>
concept Fields = requires(FieldWriter& visit, const T& value) {
  visit_fields(visit, value);
};

// Values made of others: declared first, since they nest in any order.
template <Fields T>
void write_value(JsonWriter& out, const T& value);
template <Fields T>
void read_value(JsonValue value, const JsonPlace& place, T& into);
template <typename T>
void write_value(JsonWriter& out, const std::optional<T>& value);
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, std::optional<T>& into);
template <typename T>
void write_value(JsonWriter& out, const base::Shared<T>& value);
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, base::Shared<T>& into);
template <typename T>
void write_value(JsonWriter& out, const std::vector<T>& values);
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, std::vector<T>& into);
template <typename Key, typename T>
void write_value(JsonWriter& out, const std::map<Key, T>& values);
template <typename Key, typename T>
void read_value(JsonValue value, const JsonPlace& place, std::map<Key, T>& into);

template <Fields T>
void write_value(JsonWriter& out, const T& value) {
  out.begin_object();
  FieldWriter visit{out};
  visit_fields(visit, value);
  out.end_object();
}
template <Fields T>
void read_value(JsonValue value, const JsonPlace& place, T& into) {
  if (!value.is_object()) {
    place.fail("must be an object");
    return;
  }
  FieldReader visit{value, place};
  visit_fields(visit, into);
}

/// A value, or null for nothing.
template <typename Maybe>
void write_maybe(JsonWriter& out, const Maybe& value) {
  if (value) {
    write_value(out, *value);
  } else {
    out.null();
  }
}
template <typename T>
void write_value(JsonWriter& out, const std::optional<T>& value) {
  write_maybe(out, value);
}
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, std::optional<T>& into) {
  read_value(value, place, into.emplace());
}

template <typename T>
void write_value(JsonWriter& out, const base::Shared<T>& value) {
  write_maybe(out, value);
}
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, base::Shared<T>& into) {
  T read{};
  read_value(value, place, read);
  into = std::move(read);
}

template <typename T>
void write_value(JsonWriter& out, const std::vector<T>& values) {
  out.begin_array();
  for (const T& value : values) write_value(out, value);
  out.end_array();
}
template <typename T>
void read_value(JsonValue value, const JsonPlace& place, std::vector<T>& into) {
  if (!value.is_array()) {
    place.fail("must be an array");
    return;
  }
  into.assign(value.size(), T{});
  for (std::size_t i = 0; i < into.size(); ++i) {
    read_value(value.at(i), JsonPlace{place, std::to_string(i)}, into[i]);
  }
}

inline const std::string& key_text(const std::string& key) { return key; }
template <typename Tag>
const std::string& key_text(const base::Name<Tag>& key) {
  return key.text;
}
template <typename Key, typename T>
void write_value(JsonWriter& out, const std::map<Key, T>& values) {
  out.begin_object();
  for (const auto& [key, value] : values) {
    out.key(key_text(key));
    write_value(out, value);
  }
  out.end_object();
}
template <typename Key, typename T>
void read_value(JsonValue value, const JsonPlace& place, std::map<Key, T>& into) {
  if (!value.is_object()) {
    place.fail("must be an object");
    return;
  }
  into.clear();
  value.for_each_member([&](const std::string& name, JsonValue member) {
    read_value(member, JsonPlace{place, name}, into[Key{name}]);
  });
}

template <typename T>
void FieldWriter::operator()(const char* name, const T& field) {
  out.key(name);
  write_value(out, field);
}
template <typename T>
void FieldReader::operator()(const char* name, T& field) {
  const auto found = value.find(name);
  if (found && !found->is_null()) read_value(*found, JsonPlace{place, name}, field);
}

/// The whole of a value as text.
template <typename T>
std::string write_json(const T& value, JsonStyle style = JsonStyle::Compact) {
  JsonWriter out{style};
  write_value(out, value);
  return out.take();
}
template <typename T>
base::Result<T> value_from_json(std::string_view text) {
  return read_json<T>(text, [](JsonValue value, const JsonPlace& place, T& into) {
    read_value(value, place, into);
  });
}

}  // namespace rollmill::codec
