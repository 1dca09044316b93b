#pragma once

#include <string>

#include "rollmill/core/fact.h"
#include "rollmill/core/upgrade.h"

/// The larger parts of `evolve`, by what they change. Called by `evolve` only.
namespace rollmill::core {

void evolve_planned(Upgrade& upgrade, const UpgradePlanned& fact, base::TimePoint at);
/// No agent has connected to this controller yet.
void begin_term(Upgrade& upgrade, base::Epoch epoch, base::TimePoint at);
/// Counts `out_of_term` of every domain anew.
void count_out_of_term(Upgrade& upgrade);
void connect_host(Upgrade& upgrade, const AgentConnected& fact, base::TimePoint at);
void disconnect_host(Upgrade& upgrade, base::HostIndex host, const std::string& reason,
                     base::TimePoint at);
void give_approval(Upgrade& upgrade, const ApprovalGiven& fact, base::TimePoint at);
void expire_approval(Upgrade& upgrade, const std::string& gate);

/// Nothing new is sent until what is in flight has ended.
void turn_direction(Upgrade& upgrade, const DirectionTurned& fact, base::TimePoint at);
/// A new leg while turning; else the rest of the leg, planned from the readings of its first phase.
void extend_plan(Upgrade& upgrade, const PlanExtended& fact, base::TimePoint at);

void quarantine_host(Upgrade& upgrade, const HostQuarantined& fact);

void reset_phase(Upgrade& upgrade, base::PhaseIndex phase);
/// A controller that was away for long gives agents the time to come and report before it takes
/// them for lost.
void wait_for_agents_again(Upgrade& upgrade, base::TimePoint at);
/// What a pause held back is sent when it ends: its time begins then.
void send_again_in_time(Upgrade& upgrade, base::TimePoint at);
void start_wave(Upgrade& upgrade, base::WaveIndex wave);
void start_turn(Upgrade& upgrade, base::TurnIndex turn, base::TimePoint at);
void finish_turn(Upgrade& upgrade, base::TurnIndex turn, base::TimePoint at);
void fail_turn(Upgrade& upgrade, base::TurnIndex turn);

void dispatch_step(Upgrade& upgrade, const StepDispatched& fact, base::TimePoint at);
void succeed_step(Upgrade& upgrade, const StepSucceeded& fact, base::TimePoint at);
void fail_step(Upgrade& upgrade, const StepFailed& fact, base::TimePoint at);
void plan_retry(Upgrade& upgrade, const StepRetryPlanned& fact);
void skip_step(Upgrade& upgrade, const StepSkipped& fact, base::TimePoint at);
/// A failed turn goes on: it counts as active again.
void revive_turn(Upgrade& upgrade, base::TurnIndex turn);

}  // namespace rollmill::core
