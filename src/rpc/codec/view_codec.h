#pragma once

#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"
#include "rollmill/v1/control.pb.h"
#include "rpc/codec/host_codec.h"

/// rollmill/v1/upgrade.proto: what people and programs see.
namespace rollmill::rpc {

void encode(const core::UpgradeView& view, pb::Upgrade* out);
core::UpgradeView decode(const pb::Upgrade& upgrade);

void encode(const core::EventView& view, pb::Event* out);
core::EventView decode(const pb::Event& event);

void encode(const ports::FleetHostView& view, pb::FleetHost* out);
ports::FleetHostView decode(const pb::FleetHost& host);

void encode(const ports::ControllerInfo& info, pb::GetInfoResponse* out);
ports::ControllerInfo decode(const pb::GetInfoResponse& info);

}  // namespace rollmill::rpc
