#include "codec/fact_codec.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <variant>

#include "codec/fact_samples.h"
#include "support/golden.h"

namespace rollmill::codec {
namespace {

ports::Record record_of(const core::Fact& fact) {
  const ports::EncodedFact encoded = make_fact_codec()->encode(fact);
  return {7, fact.at, "upgrades/u-1", encoded.kind, encoded.body};
}

base::Result<core::Fact> decode(const std::string& kind, const std::string& body) {
  return make_fact_codec()->decode({7, base::TimePoint{}, "upgrades/u-1", kind, body});
}

TEST(FactCodec, has_a_sample_of_every_kind) {
  std::set<std::size_t> kinds;
  for (const core::Fact& fact : test::fact_samples()) kinds.insert(fact.body.index());
  EXPECT_EQ(kinds.size(), std::variant_size_v<core::FactBody>);
}

TEST(FactCodec, reads_back_what_it_wrote) {
  for (const core::Fact& fact : test::fact_samples()) {
    const ports::Record written = record_of(fact);
    const auto read = make_fact_codec()->decode(written);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->body.index(), fact.body.index());
    EXPECT_EQ(record_of(*read), written);
  }
}

TEST(FactCodec, keeps_the_stored_form_of_every_kind) {
  for (const core::Fact& fact : test::fact_samples()) {
    const ports::Record written = record_of(fact);
    test::expect_golden("codec/golden/" + written.kind + ".json", written.body + "\n");
  }
}

TEST(FactCodec, gives_missing_fields_their_default) {
  const auto fact = decode("StepDispatched", "{}");
  ASSERT_TRUE(fact.ok()) << fact.error().message;
  const auto& body = std::get<core::StepDispatched>(fact->body);
  EXPECT_EQ(body.step.value, 0U);
  EXPECT_EQ(body.attempt, 1U);
  EXPECT_EQ(body.deadline, base::TimePoint{});
}

TEST(FactCodec, ignores_fields_of_a_later_version) {
  const auto fact = decode("StepAccepted", R"({"step":4,"colour":"blue","attempt":2})");
  ASSERT_TRUE(fact.ok()) << fact.error().message;
  EXPECT_EQ(std::get<core::StepAccepted>(fact->body).step.value, 4U);
  EXPECT_EQ(std::get<core::StepAccepted>(fact->body).attempt, 2U);
}

TEST(FactCodec, refuses_an_unknown_kind_by_name_and_sequence) {
  const auto fact = decode("StepTeleported", "{}");
  ASSERT_FALSE(fact.ok());
  EXPECT_EQ(fact.error().code, base::ErrorCode::DataLoss);
  EXPECT_NE(fact.error().message.find("fact 7 of kind StepTeleported"), std::string::npos)
      << fact.error().message;
}

TEST(FactCodec, says_where_a_body_is_wrong) {
  const auto fact = decode("StepSucceeded", R"({"result":{"checks":[{"id":5}]}})");
  ASSERT_FALSE(fact.ok());
  EXPECT_EQ(fact.error().message,
            "fact 7 of kind StepSucceeded in the journal cannot be read: "
            "field /result/checks/0/id must be text");
}

TEST(FactCodec, refuses_what_does_not_fit_its_field) {
  for (const char* body : {R"({"attempt":-1})", R"({"attempt":4294967296})", R"({"attempt":1.5})",
                           R"({"attempt":"1"})", R"({"deadline":"tomorrow"})", R"([])", "{", ""}) {
    EXPECT_FALSE(decode("StepDispatched", body).ok()) << body;
  }
  EXPECT_FALSE(decode("UpgradePlanned", "{}").ok());
  EXPECT_FALSE(decode("UpgradePlanned", R"({"plan":{"steps":[{"verb":"dance"}]}})").ok());
}

TEST(FactCodec, keeps_a_plan_that_was_shown) {
  const auto codec = make_fact_codec();
  const core::Plan plan = test::plan_sample();
  const auto read = codec->decode_plan(codec->encode_plan(plan));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, plan);
}

}  // namespace
}  // namespace rollmill::codec
