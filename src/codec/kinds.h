#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include "codec/json/types.h"
#include "rollmill/ports/journal.h"

/// Reading a variant whose alternative is named by a record's kind.
namespace rollmill::codec {

template <typename Variant>
using ReadBody = base::Result<Variant> (*)(const std::string& body);
template <typename Variant>
using Readers = std::unordered_map<std::string, ReadBody<Variant>>;

template <typename Variant, typename Body>
base::Result<Variant> read_body(const std::string& text) {
  auto body = value_from_json<Body>(text);
  if (!body.ok()) return body.error();
  return Variant{std::move(body).value()};
}

/// A reader of every alternative; `kind_of(index)` names it.
template <typename Variant, typename KindOf>
Readers<Variant> make_readers(const KindOf& kind_of) {
  return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    return Readers<Variant>{{kind_of(Variant{std::in_place_index<kIndex>}),
                             &read_body<Variant, std::variant_alternative_t<kIndex, Variant>>}...};
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>{});
}

base::Error damaged(const ports::Record& record, const std::string& what);

template <typename Variant>
base::Result<Variant> read_record(const Readers<Variant>& readers, const ports::Record& record) {
  const auto reader = readers.find(record.kind);
  if (reader == readers.end()) {
    return damaged(record,
                   "this program does not know that kind. Run the version of rollmill that wrote "
                   "the journal, or a newer one");
  }
  auto body = reader->second(record.body);
  if (!body.ok()) return damaged(record, body.error().message);
  return body;
}

}  // namespace rollmill::codec
