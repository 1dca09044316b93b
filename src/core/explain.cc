#include "core/navigation.h"
#include "rollmill/core/engine.h"

namespace rollmill::core {
namespace {

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string lower(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

/// Names that the catalogue's commands leave open.
struct Names {
  std::string host;
  std::string step;
  std::string gate;
};

Blocked blocked(const Upgrade& upgrade, const std::string& code, std::string reason,
                base::TimePoint since, const Names& names) {
  Blocked result;
  result.code = code;
  result.reason = std::move(reason);
  result.since = since;
  result.anchor = "operating.md#" + lower(code);
  if (const BlockedInfo* info = find_blocked(code)) {
    result.who = info->who;
    result.command = info->command;
  }
  for (std::string* text : {&result.who, &result.command}) {
    replace_all(*text, "{upgrade}", upgrade.id.text);
    replace_all(*text, "{host}", names.host.empty() ? "the host" : names.host);
    replace_all(*text, "{step}", names.step);
    replace_all(*text, "{gate}", names.gate);
  }
  return result;
}

/// Nothing has failed: there is nothing to retry, skip or resume, only something to bring about.
Blocked while_waiting(Blocked result) {
  if (result.command.starts_with("rollmill upgrade ")) result.command.clear();
  return result;
}

Names names_of(const Upgrade& upgrade, base::StepIndex step) {
  return {host_name(upgrade, step_at(upgrade, step).host), std::to_string(step.value), ""};
}

/// Within its time a step may still get what it waits for. A person is asked only for what no time
/// brings.
Blocked step_waits(const Upgrade& upgrade, base::StepIndex step) {
  const StepRun& run = upgrade.steps[step.value];
  Blocked result = while_waiting(blocked(upgrade, run.waiting.code,
                                         name_step(upgrade, step) + ": " + run.waiting.reason,
                                         run.waiting.since, names_of(upgrade, step)));
  const BlockedInfo* info = find_blocked(run.waiting.code);
  if (needs_nobody(result) || (info != nullptr && info->person_brings)) return result;
  result.who =
      "nobody: it ends by itself, until " + base::format_time(run.deadline) + " at the latest";
  return result;
}

Blocked agent_away(const Upgrade& upgrade, base::HostIndex host, std::string reason) {
  return while_waiting(blocked(upgrade, "AGENT_LOST", std::move(reason),
                               upgrade.hosts[host.value].since,
                               {host_name(upgrade, host), "", ""}));
}

std::optional<Blocked> explain_pause(const Upgrade& upgrade) {
  Names names;
  if (!upgrade.failed_turns.empty()) {
    names = names_of(upgrade, current_step(upgrade, *upgrade.failed_turns.begin()));
  }
  if (!all_phases_done(upgrade)) {
    const auto& gate = upgrade.plan->phases[upgrade.phase.value].gate;
    if (gate) names.gate = gate->name;
  }
  const Pause& pause = *upgrade.pause;
  Blocked result = blocked(upgrade, pause.code, pause.reason, pause.since, names);
  // What ends by itself while a step waits for it does so no more once the step has failed.
  if (needs_nobody(result)) {
    result.who = "operator";
    result.command = "rollmill upgrade retry " + upgrade.id.text;
  }
  return result;
}

/// Tasks of the leg before that are still awaited.
std::optional<Blocked> explain_turning(const Upgrade& upgrade) {
  if (!upgrade.turning || upgrade.in_flight.empty()) return std::nullopt;
  const base::StepIndex step = *upgrade.in_flight.begin();
  const HostRun& host = upgrade.hosts[step_at(upgrade, step).host.value];
  const std::string more = upgrade.in_flight.size() == 1
                               ? ""
                               : " and " + std::to_string(upgrade.in_flight.size() - 1) + " more";
  return blocked(upgrade, "TURNING",
                 name_step(upgrade, step) + more + " must end first, until " +
                     base::format_time(upgrade.steps[step.value].deadline) + " at the latest" +
                     (host.connected ? "" : "; the agent is away: " + host.lost_reason),
                 upgrade.turned_at, names_of(upgrade, step));
}

std::optional<Blocked> explain_gate(const Upgrade& upgrade) {
  if (all_phases_done(upgrade)) return std::nullopt;
  const PhaseRun& run = upgrade.phases[upgrade.phase.value];
  if (run.state != PhaseState::Awaiting) return std::nullopt;
  const GateSpec& gate = *upgrade.plan->phases[upgrade.phase.value].gate;
  const auto approval = upgrade.approvals.find(gate.name);
  const bool expired = approval != upgrade.approvals.end() && approval->second.expired;
  Names names;
  names.gate = gate.name;
  return blocked(upgrade, expired ? "APPROVAL_EXPIRED" : "APPROVAL_MISSING",
                 "phase " + std::string(to_string(upgrade.plan->phases[upgrade.phase.value].kind)) +
                     " needs the approval \"" + gate.name + "\": " + gate.reason,
                 run.awaiting_since, names);
}

bool comes_before(const Blocked& one, const Blocked& other) {
  const bool rests = needs_nobody(one);
  return rests == needs_nobody(other) ? one.since < other.since : !rests;
}

/// The step in flight that has waited longest, or whose agent is away; first one that needs a
/// person.
std::optional<Blocked> explain_steps(const Upgrade& upgrade) {
  std::optional<Blocked> first;
  for (const base::StepIndex step : upgrade.in_flight) {
    const StepRun& run = upgrade.steps[step.value];
    const base::HostIndex index = step_at(upgrade, step).host;
    const HostRun& host = upgrade.hosts[index.value];
    std::optional<Blocked> found;
    if (!host.connected) {
      found = agent_away(upgrade, index,
                         name_step(upgrade, step) + " is in flight, but the agent is away: " +
                             (host.lost_reason.empty() ? "it never came" : host.lost_reason));
    } else if (!run.waiting.code.empty()) {
      found = step_waits(upgrade, step);
    }
    if (found && (!first || comes_before(*found, *first))) first = std::move(found);
  }
  return first;
}

std::string name_role(const DomainKey& domain) {
  return domain.first + (domain.second.empty() ? "" : " in " + domain.second);
}

/// A service of this domain may still be under the command of another controller.
Blocked out_of_term(const Upgrade& upgrade, const DomainKey& domain) {
  const std::set<base::HostIndex> hosts = hosts_out_of_term(upgrade, domain);
  const base::HostIndex first = *hosts.begin();
  return agent_away(upgrade, first,
                    std::to_string(hosts.size()) +
                        " agent(s) have not connected since this "
                        "controller took over, first " +
                        host_name(upgrade, first) +
                        "; until then "
                        "another one may command them, and no " +
                        name_role(domain) + " is taken down");
}

/// Turns that could start, but for their budget, while nothing is under way that gives it back.
std::optional<Blocked> explain_budget(const Upgrade& upgrade, const WaveRun& wave) {
  if (wave.state != WaveState::Active || wave.turns_active > 0) return std::nullopt;
  for (const auto& [domain, turns] : upgrade.startable) {
    if (turns.empty() || budget_allows(upgrade, domain)) continue;
    const DomainRun& run = upgrade.domains.at(domain);
    if (is_out_of_term(upgrade, domain)) return out_of_term(upgrade, domain);
    const base::HostIndex host = turn_at(upgrade, *turns.begin()).host;
    const Budget budget = budget_of(upgrade.plan->policy, domain.first);
    return blocked(upgrade, "BUDGET_SPENT",
                   "the turn of " + host_name(upgrade, host) + " waits: of " +
                       std::to_string(run.total) + " " + name_role(domain) + ", " +
                       std::to_string(run.quarantined) + " are in quarantine, " +
                       std::to_string(run.charged) + " are away or not proven to be back, and " +
                       std::to_string(budget.min_available) + " must stay up",
                   upgrade.hosts[host.value].since, {host_name(upgrade, host), "", ""});
  }
  return std::nullopt;
}

std::optional<Blocked> explain_wave(const Upgrade& upgrade) {
  if (all_phases_done(upgrade) || upgrade.phases[upgrade.phase.value].state != PhaseState::Active ||
      upgrade.wave.value >= upgrade.waves.size()) {
    return std::nullopt;
  }
  const WaveRun& wave = upgrade.waves[upgrade.wave.value];
  if (wave.stalled_until && !upgrade.unreachable.empty()) {
    const base::TurnIndex turn = *upgrade.unreachable.begin();
    const base::HostIndex host = turn_at(upgrade, turn).host;
    return agent_away(upgrade, host,
                      std::to_string(upgrade.unreachable.size()) +
                          " host(s) of the wave have no connected agent, first " +
                          host_name(upgrade, host));
  }
  if (wave.state == WaveState::Soaking) {
    const base::Duration soak = upgrade.plan->waves[upgrade.wave.value].soak;
    return blocked(upgrade, "SOAKING",
                   "watching the wave until " + base::format_time(wave.soak_until),
                   wave.soak_until - soak, {});
  }
  return explain_budget(upgrade, wave);
}

std::optional<Blocked> explain_retry(const Upgrade& upgrade, base::TimePoint now) {
  if (upgrade.ready.empty() || !upgrade.in_flight.empty()) return std::nullopt;
  const auto& [at, step] = *upgrade.ready.begin();
  if (at <= now) return std::nullopt;
  const StepRun& run = upgrade.steps[step.value];
  return blocked(upgrade, "RETRY_WAIT",
                 name_step(upgrade, step) + " failed (" + run.message + ") and is tried again at " +
                     base::format_time(at),
                 run.finished_at, names_of(upgrade, step));
}

}  // namespace

std::optional<Blocked> explain(const Upgrade& upgrade, base::TimePoint now) {
  if (upgrade.state == UpgradeState::Paused) return explain_pause(upgrade);
  if (upgrade.state != UpgradeState::Running) return std::nullopt;
  if (upgrade.turning) return explain_turning(upgrade);
  if (auto why = explain_gate(upgrade)) return why;
  if (auto why = explain_steps(upgrade)) return why;
  if (auto why = explain_wave(upgrade)) return why;
  return explain_retry(upgrade, now);
}

}  // namespace rollmill::core
