#pragma once

#include "rollmill/core/views.h"
#include "rollmill/v1/upgrade.pb.h"
#include "rpc/codec/host_codec.h"

/// The parts of an upgrade's view.
namespace rollmill::rpc {

void encode(const core::Blocked& blocked, pb::Blocked* out);
core::Blocked decode(const pb::Blocked& blocked);
void encode(const core::PhaseView& view, pb::PhaseView* out);
core::PhaseView decode(const pb::PhaseView& view);
void encode(const core::HostView& view, pb::HostView* out);
core::HostView decode(const pb::HostView& view);
void encode(const core::BudgetView& view, pb::BudgetView* out);
core::BudgetView decode(const pb::BudgetView& view);
void encode(const core::ApprovalView& view, pb::ApprovalView* out);
core::ApprovalView decode(const pb::ApprovalView& view);
void encode(const core::StepView& view, pb::StepView* out);
core::StepView decode(const pb::StepView& view);

}  // namespace rollmill::rpc
