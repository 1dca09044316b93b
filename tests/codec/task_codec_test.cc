#include "codec/task_codec.h"

#include <gtest/gtest.h>

#include <set>

#include "codec/fact_samples.h"
#include "support/golden.h"

namespace rollmill::codec {
namespace {

std::vector<core::TaskFact> task_fact_samples() {
  const core::TaskKey key{base::UpgradeId{"u-1"}, base::StepIndex{3}, 2, 9};
  return {core::EpochRaised{9},
          core::TaskTaken{{key, core::Verb::Drain, test::task_args_sample(), base::Duration{99}}},
          core::TaskCancelled{key}, core::TaskEnded{{key, test::task_failed_sample()}},
          core::TaskAcked{key}};
}

ports::Record record_of(const core::TaskFact& fact) {
  const ports::EncodedTaskFact encoded = make_task_codec()->encode(fact);
  return {7, base::TimePoint{}, "tasks", encoded.kind, encoded.body};
}

TEST(TaskCodec, reads_back_every_kind) {
  std::set<std::size_t> kinds;
  for (const core::TaskFact& fact : task_fact_samples()) {
    kinds.insert(fact.index());
    const auto read = make_task_codec()->decode(record_of(fact));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_TRUE(*read == fact) << record_of(fact).body;
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<core::TaskFact>);
}

TEST(TaskCodec, keeps_the_stored_form_of_every_kind) {
  for (const core::TaskFact& fact : task_fact_samples()) {
    const ports::Record written = record_of(fact);
    test::expect_golden("codec/golden/" + written.kind + ".json", written.body + "\n");
  }
}

TEST(TaskCodec, refuses_an_unknown_kind_by_name_and_sequence) {
  const auto fact = make_task_codec()->decode({7, base::TimePoint{}, "tasks", "TaskLost", "{}"});
  ASSERT_FALSE(fact.ok());
  EXPECT_NE(fact.error().message.find("fact 7 of kind TaskLost"), std::string::npos);
}

}  // namespace
}  // namespace rollmill::codec
