#pragma once

#include <memory>

#include "codec/fields/task_fields.h"
#include "rollmill/core/fact.h"

/// The stored fields of each fact. A promise (docs/formats/journal.md): names never change, fields
/// are only added, with a default in the struct.
namespace rollmill::codec {

inline void write_value(JsonWriter& out, const std::shared_ptr<const core::Plan>& plan) {
  write_value(out, *plan);
}
inline void read_value(JsonValue value, const JsonPlace& place,
                       std::shared_ptr<const core::Plan>& into) {
  auto plan = std::make_shared<core::Plan>();
  read_value(value, place, *plan);
  into = std::move(plan);
}

void visit_fields(auto& visit, Like<core::UpgradePlanned> auto& fact) {
  visit("upgrade", fact.upgrade);
  visit("plan", fact.plan);
  visit("by", fact.by);
  visit("reason", fact.reason);
  visit("request_id", fact.request_id);
}
void visit_fields(auto& /*visit*/, Like<core::UpgradeStarted> auto& /*fact*/) {}
void visit_fields(auto& visit, Like<core::ControllerStarted> auto& fact) {
  visit("epoch", fact.epoch);
}
void visit_fields(auto& visit, Like<core::AgentConnected> auto& fact) {
  visit("host", fact.host);
  visit("agent_version", fact.agent_version);
  visit("boot_id", fact.boot_id);
}
void visit_fields(auto& visit, Like<core::AgentLost> auto& fact) {
  visit("host", fact.host);
  visit("reason", fact.reason);
}

void visit_fields(auto& visit, Like<core::PhaseStarted> auto& fact) { visit("phase", fact.phase); }
void visit_fields(auto& visit, Like<core::PhaseReset> auto& fact) { visit("phase", fact.phase); }
void visit_fields(auto& visit, Like<core::PhaseFinished> auto& fact) { visit("phase", fact.phase); }
void visit_fields(auto& visit, Like<core::GateReached> auto& fact) {
  visit("phase", fact.phase);
  visit("deadline", fact.deadline);
}
void visit_fields(auto& visit, Like<core::ApprovalGiven> auto& fact) {
  visit("gate", fact.gate);
  visit("by", fact.by);
  visit("reason", fact.reason);
  visit("expires_at", fact.expires_at);
}
void visit_fields(auto& visit, Like<core::ApprovalExpired> auto& fact) { visit("gate", fact.gate); }
void visit_fields(auto& visit, Like<core::GatePassed> auto& fact) { visit("phase", fact.phase); }
void visit_fields(auto& visit, Like<core::PhaseJudged> auto& fact) {
  visit("phase", fact.phase);
  visit("checks", fact.checks);
}

void visit_fields(auto& visit, Like<core::WaveStarted> auto& fact) { visit("wave", fact.wave); }
void visit_fields(auto& visit, Like<core::SoakStarted> auto& fact) {
  visit("wave", fact.wave);
  visit("until", fact.until);
}
void visit_fields(auto& visit, Like<core::WaveFinished> auto& fact) { visit("wave", fact.wave); }
void visit_fields(auto& visit, Like<core::WaveStalled> auto& fact) {
  visit("wave", fact.wave);
  visit("deadline", fact.deadline);
}
void visit_fields(auto& visit, Like<core::WaveUnstalled> auto& fact) { visit("wave", fact.wave); }
void visit_fields(auto& visit, Like<core::TurnStarted> auto& fact) { visit("turn", fact.turn); }
void visit_fields(auto& visit, Like<core::TurnFinished> auto& fact) { visit("turn", fact.turn); }
void visit_fields(auto& visit, Like<core::TurnFailed> auto& fact) { visit("turn", fact.turn); }

void visit_fields(auto& visit, Like<core::StepDispatched> auto& fact) {
  visit("step", fact.step);
  visit("attempt", fact.attempt);
  visit("deadline", fact.deadline);
}
void visit_fields(auto& visit, Like<core::StepAccepted> auto& fact) {
  visit("step", fact.step);
  visit("attempt", fact.attempt);
}
void visit_fields(auto& visit, Like<core::StepWaiting> auto& fact) {
  visit("step", fact.step);
  visit("attempt", fact.attempt);
  visit("cause", fact.cause);
}
void visit_fields(auto& visit, Like<core::StepSucceeded> auto& fact) {
  visit("step", fact.step);
  visit("attempt", fact.attempt);
  visit("result", fact.result);
}
void visit_fields(auto& visit, Like<core::StepFailed> auto& fact) {
  visit("step", fact.step);
  visit("attempt", fact.attempt);
  visit("failure", fact.failure);
}
void visit_fields(auto& visit, Like<core::StepRetryPlanned> auto& fact) {
  visit("step", fact.step);
  visit("not_before", fact.not_before);
  visit("by", fact.by);
  visit("reason", fact.reason);
}
void visit_fields(auto& visit, Like<core::StepSkipped> auto& fact) {
  visit("step", fact.step);
  visit("by", fact.by);
  visit("reason", fact.reason);
}

void visit_fields(auto& visit, Like<core::UpgradePaused> auto& fact) {
  visit("code", fact.code);
  visit("reason", fact.reason);
  visit("by", fact.by);
}
void visit_fields(auto& visit, Like<core::UpgradeResumed> auto& fact) {
  visit("by", fact.by);
  visit("reason", fact.reason);
}
void visit_fields(auto& visit, Like<core::UpgradeAborted> auto& fact) {
  visit("by", fact.by);
  visit("reason", fact.reason);
}
void visit_fields(auto& /*visit*/, Like<core::UpgradeSucceeded> auto& /*fact*/) {}
void visit_fields(auto& visit, Like<core::DirectionTurned> auto& fact) {
  visit("direction", fact.direction);
  visit("by", fact.by);
  visit("reason", fact.reason);
}
void visit_fields(auto& visit, Like<core::HostQuarantined> auto& fact) {
  visit("host", fact.host);
  visit("by", fact.by);
  visit("reason", fact.reason);
}
void visit_fields(auto& visit, Like<core::PlanExtended> auto& fact) { visit("plan", fact.plan); }
void visit_fields(auto& /*visit*/, Like<core::UpgradeRolledBack> auto& /*fact*/) {}
void visit_fields(auto& visit, Like<core::ApiProbed> auto& fact) {
  visit("sent", fact.sent);
  visit("failed", fact.failed);
  visit("longest_gap_ms", fact.longest_gap);
  visit("last_error", fact.last_error);
}

}  // namespace rollmill::codec
