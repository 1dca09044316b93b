#include <algorithm>

#include "core/decide_parts.h"
#include "core/fleet_reading.h"
#include "core/navigation.h"
#include "core/plan_builder.h"

/// A host that a person takes out of the way back.
namespace rollmill::core {
namespace {

using base::ErrorCode;

std::vector<base::StepIndex> in_flight_on(const Upgrade& upgrade, base::HostIndex host) {
  std::vector<base::StepIndex> steps;
  for (const base::StepIndex step : upgrade.in_flight) {
    if (step_at(upgrade, step).host == host) steps.push_back(step);
  }
  return steps;
}

bool has_turns_left(const Upgrade& upgrade, base::HostIndex except, const DomainKey& domain) {
  for (std::uint32_t i = 0; i < upgrade.turns.size(); ++i) {
    const Turn& turn = upgrade.plan->turns[i];
    const TurnState state = upgrade.turns[i].state;
    const bool open =
        state == TurnState::Pending || state == TurnState::Active || state == TurnState::Failed;
    if (open && turn.host != except && domain_of(turn) == domain) return true;
  }
  return false;
}

/// Read in this leg, so that what it says is what the way is planned from.
bool is_read(const Upgrade& upgrade, const Phase& reading, base::HostIndex host) {
  const Wave& wave = upgrade.plan->waves[reading.first_wave.value];
  for (std::uint32_t i = 0; i < wave.turn_count; ++i) {
    const base::TurnIndex turn = turn_in(wave, i);
    if (turn_at(upgrade, turn).host == host) {
      return upgrade.turns[turn.value].state == TurnState::Done;
    }
  }
  return false;
}

/// While the hosts are read the way is not planned: what goes down is what the readings say now, as
/// the planner takes them, and all that is not read yet.
bool will_have_turns(const Upgrade& upgrade, base::HostIndex except, const DomainKey& domain) {
  // Past its last phase an upgrade waits to be planned from what was read.
  const std::vector<Phase>& phases = upgrade.plan->phases;
  const Phase& phase = all_phases_done(upgrade) ? phases.back() : phases[upgrade.phase.value];
  if (!phase.finds_way) return false;
  const std::vector<bool> down = going_down_on_way_back(ironic_profile(), rest_of_leg(upgrade));
  std::size_t index = 0;
  bool found = false;
  for_each_service(upgrade,
                   [&](base::HostIndex host, const Service& service, const ServiceRun& run) {
                     const bool goes = down[index++] || run.charged;
                     const bool same = DomainKey{service.role, service.domain} == domain;
                     if (found || !same || host == except || upgrade.hosts[host.value].quarantine)
                       return;
                     found = goes || !is_read(upgrade, phase, host);
                   });
  return found;
}

std::uint32_t charged_elsewhere(const Upgrade& upgrade, base::HostIndex except,
                                const DomainKey& domain) {
  std::uint32_t charged = 0;
  for_each_service(upgrade,
                   [&](base::HostIndex host, const Service& service, const ServiceRun& run) {
                     const bool same = DomainKey{service.role, service.domain} == domain;
                     if (run.charged && same && host != except) ++charged;
                   });
  return charged;
}

/// Without the host's services, may the others of their domains still be taken down one by one?
std::optional<std::string> too_few_left(const Upgrade& upgrade, base::HostIndex host) {
  for (const Service& service : upgrade.plan->fleet.hosts[host.value].services) {
    const DomainKey key{service.role, service.domain};
    const DomainRun& domain = upgrade.domains.at(key);
    const Budget budget = budget_of(upgrade.plan->policy, service.role);
    // Those that are away already and come back, or one that goes away.
    const std::uint32_t charged = charged_elsewhere(upgrade, host, key);
    const std::uint32_t away = std::max(1U, charged);
    if (domain.total >= domain.quarantined + 1 + away + budget.min_available) continue;
    const bool goes_on = has_turns_left(upgrade, host, key) || will_have_turns(upgrade, host, key);
    if (charged == 0 && !goes_on) continue;
    return "then no other " + service.role + " could be taken back: of " +
           std::to_string(domain.total) + " at least " + std::to_string(budget.min_available) +
           " must stay up (policy budgets." + service.role + ".min_available). Bring " +
           host_name(upgrade, host) +
           " back; where that cannot be, abort and begin again without it, with a lower "
           "min_available (operating.md, AGENT_LOST)";
  }
  return std::nullopt;
}

/// Old conductors fail behind a new API: by the last reading, may it still get requests?
bool may_serve_new(const Upgrade& upgrade, base::HostIndex host) {
  bool may = false;
  for_each_service(upgrade, [&](base::HostIndex at, const Service& service, const ServiceRun& run) {
    if (at != host || run.stopped || !serves_api(ironic_profile(), service.role)) return;
    const HostFacts& facts = *upgrade.hosts[host.value].facts;
    const ServiceFacts* seen = find_running(facts, service.name);
    const bool is_new = seen != nullptr && parse_release_number(seen->release) == upgrade.plan->to;
    may = may || (is_new && detail(facts, "balancer.serving") != "no");
  });
  return may;
}

std::optional<base::Error> refusal(const Upgrade& upgrade, const QuarantineRequested& event,
                                   base::HostIndex host) {
  const auto no = [](const std::string& why) {
    return base::Error{ErrorCode::FailedPrecondition, why};
  };
  const std::string& name = event.host.text;
  if (upgrade.direction == Direction::Forward) {
    return no("upgrade " + upgrade.id.text +
              " goes forward, and every host is needed there; roll "
              "it back, or abort it and plan again without " +
              name + " in the fleet file");
  }
  if (upgrade.turning) {
    return no("upgrade " + upgrade.id.text +
              " turns round just now; ask again when each host is "
              "read");
  }
  if (upgrade.hosts[host.value].quarantine) return no(name + " is in quarantine already");
  if (!gives_reason(event.actor)) {
    return base::Error{ErrorCode::InvalidArgument, "leaving " + name + " out needs a reason"};
  }
  const std::vector<base::StepIndex> steps = in_flight_on(upgrade, host);
  if (!steps.empty() && upgrade.hosts[host.value].connected) {
    return no(name_step(upgrade, steps.front()) +
              " is in flight; wait for its end, or stop the agent of " + name);
  }
  if (const auto why = too_few_left(upgrade, host)) return no(name + " is needed: " + *why);
  if (!event.api_is_out && may_serve_new(upgrade, host)) {
    return no(
        "the API of " + name + " is of " + to_string(upgrade.plan->to) +
        " and may still get requests; conductors of " + to_string(upgrade.plan->from) +
        " fail behind it. Stop it, or take it out of the load balancer, then say so: rollmill "
        "upgrade quarantine " +
        name + " --api-is-out --reason REASON");
  }
  return std::nullopt;
}

}  // namespace

Decision decide_quarantine(const Upgrade& upgrade, const QuarantineRequested& event,
                           base::TimePoint now) {
  const auto found = upgrade.host_index.find(event.host);
  if (found == upgrade.host_index.end()) {
    return refuse(ErrorCode::NotFound, "host " + event.host.text + " is not part of this upgrade");
  }
  const base::HostIndex host = found->second;
  if (const auto refused = refusal(upgrade, event, host)) {
    return refuse(refused->code, refused->message);
  }
  Deciding deciding(now);
  const std::vector<base::StepIndex> steps = in_flight_on(upgrade, host);
  for (const base::StepIndex step : steps) {
    const std::uint32_t attempt = upgrade.steps[step.value].attempt;
    deciding.fact(
        StepFailed{step, attempt, {"AGENT_LOST", "the host was put in quarantine", false, {}, {}}});
    deciding.command(cancel_of(upgrade, step));
  }
  deciding.fact(HostQuarantined{host, event.actor.by, event.actor.reason});
  end_own_pause(upgrade, event.actor, deciding, steps);
  return deciding.take();
}

}  // namespace rollmill::core
