#include "codec/fact_codec.h"

#include "codec/fields/fact_fields.h"
#include "codec/kinds.h"

namespace rollmill::codec {
namespace {

using base::Result;

class JsonFactCodec : public ports::FactCodec {
 public:
  ports::EncodedFact encode(const core::Fact& fact) const override {
    return {core::fact_kind(fact.body),
            std::visit([](const auto& body) { return write_json(body); }, fact.body)};
  }

  Result<core::Fact> decode(const ports::Record& record) const override {
    auto body = read_record(readers_, record);
    if (!body.ok()) return body.error();
    const auto* planned = std::get_if<core::UpgradePlanned>(&*body);
    const auto* extended = std::get_if<core::PlanExtended>(&*body);
    if ((planned != nullptr && !planned->plan) || (extended != nullptr && !extended->plan))
      return damaged(record, "field /plan is missing");
    return core::Fact{record.at, std::move(body).value()};
  }

  std::string encode_plan(const core::Plan& plan) const override { return write_json(plan); }
  Result<core::Plan> decode_plan(const std::string& text) const override {
    return value_from_json<core::Plan>(text);
  }

 private:
  const Readers<core::FactBody> readers_ = make_readers<core::FactBody>(
      [](const core::FactBody& body) { return core::fact_kind(body); });
};

}  // namespace

std::unique_ptr<ports::FactCodec> make_fact_codec() { return std::make_unique<JsonFactCodec>(); }

}  // namespace rollmill::codec
