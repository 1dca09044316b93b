#include <utility>

#include "core/evolve_parts.h"
#include "core/navigation.h"
#include "core/transitions.h"

namespace rollmill::core {
namespace {

void index_hosts(Upgrade& upgrade) {
  const Plan& plan = *upgrade.plan;
  upgrade.hosts.resize(plan.fleet.hosts.size());
  upgrade.turns_of_host.resize(plan.fleet.hosts.size());
  std::size_t services = 0;
  for (std::uint32_t i = 0; i < plan.fleet.hosts.size(); ++i) {
    const Host& host = plan.fleet.hosts[i];
    upgrade.host_index[host.name] = {i};
    services += host.services.size();
    for (const Service& service : host.services) {
      ++upgrade.domains[{service.role, service.domain}].total;
    }
  }
  upgrade.services.resize(services);
  for (std::uint32_t i = 0; i < plan.turns.size(); ++i) {
    upgrade.turns_of_host[plan.turns[i].host.value].push_back({i});
  }
}

/// A service that the plan only proves in a phase is past that phase already.
void mark_what_is_done(Upgrade& upgrade) {
  const Plan& plan = *upgrade.plan;
  const bool past_return = begins_behind_return(plan);
  for (const Turn& turn : plan.turns) {
    if (!turn.service_index) continue;
    const PhaseKind phase = plan.phases[plan.waves[turn.wave.value].phase.value].kind;
    ServiceRun& run = upgrade.services[turn.service_index->value];
    const bool upgrades = phase == PhaseKind::Conductors || phase == PhaseKind::Api;
    if (past_return || (upgrades && !turn.takes_down)) run.new_release = true;
    const bool pinned = plan.steps[turn.first_step.value].args.pinned;
    if (past_return && phase == PhaseKind::Unpin && !pinned) run.unpinned = !turn.takes_down;
  }
  for (const ServiceRun& run : upgrade.services) {
    upgrade.new_services += run.new_release ? 1U : 0U;
    upgrade.unpinned_services += run.unpinned ? 1U : 0U;
  }
}

/// Moves the host's waiting turns between `startable` and `unreachable`.
void move_waiting_turns(Upgrade& upgrade, base::HostIndex host, bool reachable) {
  for (const base::TurnIndex turn : upgrade.turns_of_host[host.value]) {
    std::set<base::TurnIndex>& startable =
        upgrade.startable[budget_needed(upgrade, turn_at(upgrade, turn))];
    if (reachable && upgrade.unreachable.erase(turn) > 0) startable.insert(turn);
    if (!reachable && startable.erase(turn) > 0) upgrade.unreachable.insert(turn);
  }
}

}  // namespace

void count_out_of_term(Upgrade& upgrade) {
  for (auto& [key, domain] : upgrade.domains) domain.out_of_term = 0;
  for_each_service(upgrade, [&](base::HostIndex host, const Service& service, const ServiceRun&) {
    const HostRun& run = upgrade.hosts[host.value];
    if (run.in_term || run.quarantine) return;
    ++upgrade.domains.at({service.role, service.domain}).out_of_term;
  });
}

void begin_term(Upgrade& upgrade, base::Epoch epoch, base::TimePoint at) {
  upgrade.epoch = epoch;
  for (std::uint32_t i = 0; i < upgrade.hosts.size(); ++i) {
    disconnect_host(upgrade, {i}, "the controller has restarted", at);
    upgrade.hosts[i].in_term = false;
  }
  count_out_of_term(upgrade);
  wait_for_agents_again(upgrade, at);
}

void evolve_planned(Upgrade& upgrade, const UpgradePlanned& fact, base::TimePoint at) {
  move_state(kUpgradeTable, upgrade.state, UpgradeCause::Plan);
  ROLLMILL_CHECK(fact.plan != nullptr && !fact.plan->phases.empty());
  upgrade.id = fact.upgrade;
  upgrade.plan = fact.plan;
  upgrade.first_plan = fact.plan->id;
  upgrade.created_by = fact.by;
  upgrade.reason = fact.reason;
  upgrade.request_id = fact.request_id;
  upgrade.created_at = at;
  upgrade.phases.resize(fact.plan->phases.size());
  upgrade.waves.resize(fact.plan->waves.size());
  upgrade.turns.resize(fact.plan->turns.size());
  upgrade.steps.resize(fact.plan->steps.size());
  index_hosts(upgrade);
  count_out_of_term(upgrade);
  mark_what_is_done(upgrade);
}

void connect_host(Upgrade& upgrade, const AgentConnected& fact, base::TimePoint at) {
  HostRun& run = upgrade.hosts.at(fact.host.value);
  run.connected = true;
  run.since = at;
  run.agent_version = fact.agent_version;
  run.boot_id = fact.boot_id;
  run.lost_reason.clear();
  move_waiting_turns(upgrade, fact.host, true);
  if (std::exchange(run.in_term, true) || run.quarantine) return;
  for (const Service& service : upgrade.plan->fleet.hosts[fact.host.value].services) {
    --upgrade.domains.at({service.role, service.domain}).out_of_term;
  }
}

void disconnect_host(Upgrade& upgrade, base::HostIndex host, const std::string& reason,
                     base::TimePoint at) {
  HostRun& run = upgrade.hosts.at(host.value);
  run.connected = false;
  run.since = at;
  run.lost_reason = reason;
  move_waiting_turns(upgrade, host, false);
}

void give_approval(Upgrade& upgrade, const ApprovalGiven& fact, base::TimePoint at) {
  for (std::uint32_t i = upgrade.leg.value; i < upgrade.plan->phases.size(); ++i) {
    const auto& gate = upgrade.plan->phases[i].gate;
    if (!gate || gate->name != fact.gate) continue;
    upgrade.timers.erase(
        {upgrade.approvals[fact.gate].expires_at, TimerKind::ApprovalExpiry, i});
    upgrade.timers.insert({fact.expires_at, TimerKind::ApprovalExpiry, i});
  }
  upgrade.approvals[fact.gate] = {fact.by, fact.reason, at, fact.expires_at, false};
}

void expire_approval(Upgrade& upgrade, const std::string& gate) {
  Approval& approval = upgrade.approvals.at(gate);
  approval.expired = true;
  for (std::uint32_t i = upgrade.leg.value; i < upgrade.plan->phases.size(); ++i) {
    upgrade.timers.erase({approval.expires_at, TimerKind::ApprovalExpiry, i});
  }
}

}  // namespace rollmill::core
