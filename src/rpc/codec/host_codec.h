#pragma once

#include "rollmill/base/result.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/task.h"
#include "rollmill/v1/types.pb.h"
#include "rpc/codec/basics.h"

/// rollmill/v1/types.proto: what both doors share.
namespace rollmill::rpc {

namespace pb = ::rollmill::v1;

pb::Verb encode(core::Verb verb);
base::Result<core::Verb> decode(pb::Verb verb);
pb::BusyPolicy encode(core::BusyPolicy busy);
base::Result<core::BusyPolicy> decode(pb::BusyPolicy busy);

void encode(const core::TaskArgs& args, pb::TaskArgs* out);
base::Result<core::TaskArgs> decode(const pb::TaskArgs& args);
void encode(const core::Service& service, pb::Service* out);
core::Service decode(const pb::Service& service);

/// An unknown verdict decodes as failed: a check that cannot be read has not passed.
void encode(const core::CheckResult& check, pb::CheckResult* out);
core::CheckResult decode(const pb::CheckResult& check);
void encode(const core::HostFacts& facts, pb::HostFacts* out);
core::HostFacts decode(const pb::HostFacts& facts);

/// Lists, element by element.
template <typename Value, typename Message>
void encode_all(const std::vector<Value>& values,
                google::protobuf::RepeatedPtrField<Message>* out) {
  out->Reserve(static_cast<int>(values.size()));
  for (const Value& value : values) encode(value, out->Add());
}
template <typename Value, typename Message>
std::vector<Value> decode_all(const google::protobuf::RepeatedPtrField<Message>& messages) {
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(messages.size()));
  for (const Message& message : messages) values.push_back(decode(message));
  return values;
}

}  // namespace rollmill::rpc
