#include "codec/fact_codec.h"
#include "codec/task_codec.h"
#include "fuzz/target.h"

/// What a journal gives back: a kind on the first line, the body behind it. Both codecs see it, as
/// a wrong file may be named, and the body is read as a plan, too.
namespace rollmill::fuzz {
namespace {

constexpr base::Sequence kSequence = 77;

template <typename Codec>
void check(const Codec& codec, const ports::Record& record) {
  const auto fact = codec.decode(record);
  if (!fact) {
    FUZZ_HOLDS(fact.error().code == base::ErrorCode::DataLoss);
    FUZZ_HOLDS(fact.error().message.find("77") != std::string::npos);
    return;
  }
  const auto printed = codec.encode(*fact);
  FUZZ_HOLDS(printed.kind == record.kind);
  const ports::Record kept{kSequence, record.at, record.stream, printed.kind, printed.body};
  const auto again = codec.decode(kept);
  FUZZ_HOLDS(again.ok());
  FUZZ_HOLDS(codec.encode(*again) == printed);
}

void check_plan(const ports::FactCodec& codec, const std::string& text) {
  const auto plan = codec.decode_plan(text);
  if (!plan) return;
  const std::string printed = codec.encode_plan(*plan);
  const auto again = codec.decode_plan(printed);
  FUZZ_HOLDS(again.ok() && *again == *plan);
}

}  // namespace

void fuzz_one(const std::string& input) {
  static const auto kFacts = codec::make_fact_codec();
  static const auto kTasks = codec::make_task_codec();
  const std::size_t line = input.find('\n');
  if (line == std::string::npos) return;
  const base::TimePoint at{base::Duration{1'700'000'000'000}};
  const ports::Record record{kSequence, at, "upgrades/u-1", input.substr(0, line),
                             input.substr(line + 1)};
  check(*kFacts, record);
  check(*kTasks, record);
  check_plan(*kFacts, record.body);
}

}  // namespace rollmill::fuzz
