#include "codec/fact_codec.h"

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>
#include <variant>

#include "codec/fact_fields.h"

namespace rollmill::codec {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using ReadBody = std::function<Result<core::FactBody>(const std::string&)>;

template <typename Body>
Result<core::FactBody> read_body(const std::string& text) {
  auto body = value_from_json<Body>(text);
  if (!body.ok()) return body.error();
  if constexpr (std::same_as<Body, core::UpgradePlanned>) {
    if (!body->plan) return Error{ErrorCode::InvalidArgument, "field /plan is missing"};
  }
  return core::FactBody{std::move(body).value()};
}

template <std::size_t... kIndex>
std::unordered_map<std::string, ReadBody> readers(std::index_sequence<kIndex...> /*all*/) {
  return {{core::fact_kind(core::FactBody{std::in_place_index<kIndex>}),
           &read_body<std::variant_alternative_t<kIndex, core::FactBody>>}...};
}

Error damaged(const ports::Record& record, const std::string& what) {
  return {ErrorCode::DataLoss, "fact " + std::to_string(record.sequence) + " of kind " +
                                   record.kind + " in the journal cannot be read: " + what};
}

class JsonFactCodec : public ports::FactCodec {
 public:
  ports::EncodedFact encode(const core::Fact& fact) const override {
    return {core::fact_kind(fact.body),
            std::visit([](const auto& body) { return write_json(body); }, fact.body)};
  }

  Result<core::Fact> decode(const ports::Record& record) const override {
    const auto reader = readers_.find(record.kind);
    if (reader == readers_.end()) {
      return damaged(record,
                     "this program does not know that kind. Run the version of rollmill "
                     "that wrote the journal, or a newer one");
    }
    auto body = reader->second(record.body);
    if (!body.ok()) return damaged(record, body.error().message);
    return core::Fact{record.at, std::move(body).value()};
  }

  std::string encode_plan(const core::Plan& plan) const override { return write_json(plan); }
  Result<core::Plan> decode_plan(const std::string& text) const override {
    return value_from_json<core::Plan>(text);
  }

 private:
  const std::unordered_map<std::string, ReadBody> readers_ =
      readers(std::make_index_sequence<std::variant_size_v<core::FactBody>>{});
};

}  // namespace

std::unique_ptr<ports::FactCodec> make_fact_codec() { return std::make_unique<JsonFactCodec>(); }

}  // namespace rollmill::codec
