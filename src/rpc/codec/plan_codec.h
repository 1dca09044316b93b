#pragma once

#include "rollmill/base/result.h"
#include "rollmill/core/plan.h"
#include "rollmill/v1/plan.pb.h"
#include "rpc/codec/host_codec.h"

/// rollmill/v1/plan.proto: policy and plan.
namespace rollmill::rpc {

/// Writes every field, so that the reader's defaults do not matter.
void encode(const core::Policy& policy, pb::Policy* out);
/// An absent field keeps the default of `core::Policy`.
base::Result<core::Policy> decode(const pb::Policy& policy);

void encode(const core::Plan& plan, pb::Plan* out);
base::Result<core::Plan> decode(const pb::Plan& plan);

}  // namespace rollmill::rpc
