#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "rpc/codec/plan_codec.h"
#include "rpc/codec/task_codec.h"
#include "rpc/codec/view_codec.h"
#include "rpc/samples.h"

namespace rollmill::rpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Names of the fields that carry nothing, in the message and in all messages inside it.
void find_unset(const Message& message, const std::string& path, std::vector<std::string>& unset) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const std::string name = path + field->name();
    const bool parts = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(message, field);
      if (size == 0) unset.push_back(name);
      for (int k = 0; parts && !field->is_map() && k < size; ++k) {
        find_unset(reflection->GetRepeatedMessage(message, field, k), name + ".", unset);
      }
    } else if (!reflection->HasField(message, field)) {
      if (field->real_containing_oneof() == nullptr) unset.push_back(name);
    } else if (parts) {
      find_unset(reflection->GetMessage(message, field), name + ".", unset);
    }
  }
}

std::vector<std::string> unset_fields(const Message& message) {
  std::vector<std::string> unset;
  find_unset(message, "", unset);
  return unset;
}

const std::vector<std::string> kNone;

/// Encodes a value with no field at its default, expects no field of the message to be empty, and
/// returns the value that the bytes decode to.
template <typename Wire, typename Value>
auto round_trip(const Value& value) {
  Wire message;
  encode(value, &message);
  EXPECT_EQ(unset_fields(message), kNone);
  Wire arrived;
  EXPECT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
  return decode(arrived);
}

TEST(Codec, every_field_of_a_task_arrives) {
  const auto task = round_trip<agent_pb::Task>(sample_task());
  ASSERT_TRUE(task.ok()) << task.error().message;
  EXPECT_EQ(*task, sample_task());
}

TEST(Codec, every_outcome_of_a_report_arrives) {
  const core::TaskKey key = sample_task().key;
  const base::TimePoint since{base::Duration{1'700'000'000'001}};
  const core::TaskOutcome outcomes[] = {
      core::TaskAccepted{}, core::TaskWaiting{"NODES_BUSY", "n01 deploys", since},
      core::TaskSucceeded{true, {sample_check()}, sample_facts()},
      core::TaskFailed{"HEARTBEAT_STALE", "no beat", true, {sample_check()}, sample_facts()},
      core::TaskRefused{"STALE_EPOCH", "epoch 6 is over"}};
  for (const core::TaskOutcome& outcome : outcomes) {
    const core::TaskReport report{key, outcome};
    const auto arrived = round_trip<agent_pb::TaskReport>(report);
    ASSERT_TRUE(arrived.ok()) << arrived.error().message;
    EXPECT_EQ(*arrived, report);
  }
}

TEST(Codec, a_host_that_was_not_read_stays_unread) {
  const core::TaskReport report{sample_task().key, core::TaskSucceeded{false, {}, {}}};
  agent_pb::TaskReport message;
  encode(report, &message);
  EXPECT_EQ(*decode(message), report);
}

TEST(Codec, a_report_without_an_outcome_is_an_error) {
  agent_pb::TaskReport message;
  message.mutable_key()->set_upgrade("u1");
  const auto report = decode(message);
  ASSERT_FALSE(report.ok());
  EXPECT_NE(report.error().message.find("upgrade u1"), std::string::npos);
}

TEST(Codec, every_verb_has_a_number_and_every_number_a_verb) {
  for (int i = 0; i < pb::Verb_descriptor()->value_count(); ++i) {
    const auto number = static_cast<pb::Verb>(pb::Verb_descriptor()->value(i)->number());
    if (number == pb::VERB_UNSPECIFIED) continue;
    const auto verb = decode(number);
    ASSERT_TRUE(verb.ok()) << pb::Verb_Name(number);
    EXPECT_EQ(encode(*verb), number);
  }
  EXPECT_EQ(encode(core::Verb::Restore), pb::VERB_RESTORE);
  EXPECT_FALSE(decode(pb::VERB_UNSPECIFIED).ok());
  EXPECT_FALSE(decode(static_cast<pb::Verb>(99)).ok());
}

TEST(Codec, every_field_of_a_plan_arrives) {
  const auto plan = round_trip<pb::Plan>(sample_plan());
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(*plan, sample_plan());
}

TEST(Codec, every_phase_has_a_number) {
  for (int i = 1; i < pb::PhaseKind_descriptor()->value_count(); ++i) {
    core::Plan plan = sample_plan();
    plan.phases[0].kind = static_cast<core::PhaseKind>(i - 1);
    EXPECT_EQ(*round_trip<pb::Plan>(plan), plan);
  }
}

TEST(Codec, an_absent_policy_is_the_default_one) {
  EXPECT_EQ(*decode(pb::Policy()), core::Policy{});
  core::Policy plain;
  plain.budgets["api"] = {};
  pb::Policy message;
  message.mutable_budgets()->operator[]("api");
  EXPECT_EQ(*decode(message), plain);
}

TEST(Codec, zero_in_a_policy_is_not_the_default) {
  core::Policy policy;
  policy.canary = 0;
  policy.soak = base::Duration{0};
  policy.budgets["api"] = {1, 0};
  pb::Policy message;
  encode(policy, &message);
  EXPECT_EQ(*decode(message), policy);
}

TEST(Codec, every_field_of_a_view_arrives) {
  EXPECT_EQ(round_trip<pb::Upgrade>(sample_view()), sample_view());
  EXPECT_EQ(round_trip<pb::Event>(sample_event(5)), sample_event(5));
}

TEST(Codec, every_field_of_hello_host_and_info_arrives_and_goes_back) {
  const auto host = sample_fleet_host("cond1");
  pb::FleetHost one, two;
  encode(host, &one);
  encode(round_trip<pb::FleetHost>(host), &two);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(one, two));
  pb::GetInfoResponse three, four;
  encode(sample_info(), &three);
  encode(round_trip<pb::GetInfoResponse>(sample_info()), &four);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(three, four));
  agent_pb::Hello five, six;
  encode(sample_hello("cond1", 8), &five);
  encode(decode(five), &six);
  EXPECT_EQ(unset_fields(five), (std::vector<std::string>{"protocol_min", "protocol_max"}));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(five, six));
}

TEST(Codec, every_state_in_a_view_has_its_word) {
  const core::UpgradeView plain;
  pb::Upgrade message;
  encode(plain, &message);
  EXPECT_EQ(decode(message), plain);
  for (const char* state : {"PLANNED", "RUNNING", "PAUSED", "SUCCEEDED", "ABORTED"}) {
    core::UpgradeView view = sample_view();
    view.state = state;
    EXPECT_EQ(round_trip<pb::Upgrade>(view).state, state);
  }
  for (const char* state : {"running", "waiting", "failed", "idle", "done"}) {
    core::UpgradeView view = sample_view();
    view.hosts[0].state = state;
    EXPECT_EQ(round_trip<pb::Upgrade>(view), view);
  }
}

TEST(Codec, times_keep_their_milliseconds_on_both_sides_of_the_epoch) {
  for (const std::int64_t millis : {1LL, -1LL, -1500LL, 1'700'000'000'999LL}) {
    google::protobuf::Timestamp time;
    encode(base::TimePoint{base::Duration{millis}}, &time);
    EXPECT_GE(time.nanos(), 0);
    EXPECT_EQ(decode(time).time_since_epoch().count(), millis);
    google::protobuf::Duration duration;
    encode(base::Duration{millis}, &duration);
    EXPECT_EQ(decode(duration).count(), millis);
  }
}

TEST(Codec, absurd_times_are_brought_into_range) {
  google::protobuf::Timestamp time;
  time.set_seconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(base::format_time(decode(time)).substr(0, 4), "9999");
  google::protobuf::Duration duration;
  duration.set_seconds(std::numeric_limits<std::int64_t>::min());
  EXPECT_LT(decode(duration).count(), 0);
}

TEST(Codec, nanoseconds_beyond_a_second_do_not_carry_a_time_out_of_range) {
  google::protobuf::Timestamp time;
  time.set_seconds(std::numeric_limits<std::int64_t>::max());
  time.set_nanos(std::numeric_limits<std::int32_t>::max());
  google::protobuf::Timestamp said;
  encode(decode(time), &said);
  EXPECT_EQ(decode(said), decode(time));
  time.set_nanos(std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(base::format_time(decode(time)).substr(0, 4), "9999");
}

TEST(Codec, bytes_that_are_not_text_do_not_break_a_message) {
  core::CheckResult check = sample_check();
  check.summary = "caf\xC3\xA9 \xFF\xC3 \xED\xA0\x80 \xE2\x82";
  pb::CheckResult message;
  encode(check, &message);
  pb::CheckResult arrived;
  ASSERT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
  EXPECT_EQ(arrived.summary(), "caf\xC3\xA9 ?? ??? ??");
}

TEST(Codec, a_log_chunk_keeps_its_bytes) {
  const std::string text("\xFF\0z", 3);
  agent_pb::LogChunk message;
  encode(9, {.command = "apt-get install x", .text = text, .end = true}, &message);
  agent_pb::LogChunk arrived;
  ASSERT_TRUE(arrived.ParseFromString(message.SerializeAsString()));
  EXPECT_EQ(unset_fields(arrived), kNone);
  EXPECT_EQ(arrived.request(), 9U);
  EXPECT_EQ(decode(arrived).text, text);
}

TEST(Codec, names_of_upgrades) {
  EXPECT_EQ(upgrade_name({"u1"}), "upgrades/u1");
  EXPECT_EQ(decode_upgrade_name("upgrades/u1")->text, "u1");
  for (const char* newest : {"", "upgrades/latest", "upgrades/-"}) {
    EXPECT_TRUE(decode_upgrade_name(newest)->empty()) << newest;
  }
  for (const char* wrong : {"u1", "upgrades/", "upgrades/a/b", "hosts/u1"}) {
    EXPECT_FALSE(decode_upgrade_name(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace rollmill::rpc
