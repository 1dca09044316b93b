#include "core/decide_parts.h"
#include "core/navigation.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::core {
namespace {

std::optional<base::HostIndex> find_host(const Upgrade& upgrade, const base::HostName& name) {
  const auto found = upgrade.host_index.find(name);
  if (found == upgrade.host_index.end()) return std::nullopt;
  return found->second;
}

Decision unknown_host(const base::HostName& host) {
  return refuse(base::ErrorCode::NotFound, "host " + host.text + " is not part of this upgrade");
}

Decision decide_came(const Upgrade& upgrade, const AgentCame& event, base::TimePoint now) {
  const auto host = find_host(upgrade, event.host);
  if (!host) return unknown_host(event.host);
  Deciding deciding(now);
  deciding.fact(AgentConnected{*host, event.agent_version, event.boot_id});
  for (Command& command : outstanding(upgrade, event.host)) deciding.command(std::move(command));
  return deciding.take();
}

Decision decide_went(const Upgrade& upgrade, const AgentWent& event, base::TimePoint now) {
  const auto host = find_host(upgrade, event.host);
  if (!host) return unknown_host(event.host);
  if (!upgrade.hosts[host->value].connected) {
    return refuse(base::ErrorCode::FailedPrecondition,
                  "agent of " + event.host.text + " was not connected");
  }
  return Deciding(now).fact(AgentLost{*host, event.reason}).take();
}

Decision decide_counted(const ProberCounted& event, base::TimePoint now) {
  if (event.sent == 0) {
    return refuse(base::ErrorCode::InvalidArgument, "the prober counted no request");
  }
  return Deciding(now)
      .fact(ApiProbed{event.sent, event.failed, event.longest_gap, event.last_error})
      .take();
}

}  // namespace

Decision refuse(base::ErrorCode code, std::string message) {
  Decision decision;
  decision.refusal = base::Error{code, std::move(message)};
  return decision;
}

Decision decide(const Upgrade& upgrade, const Event& event, base::TimePoint now) {
  const bool is_request = std::holds_alternative<UpgradeRequested>(event);
  if (upgrade.state == UpgradeState::None && !is_request) {
    return refuse(base::ErrorCode::FailedPrecondition, "there is no upgrade yet");
  }
  const bool is_report = std::holds_alternative<TaskReported>(event);
  if (is_final(upgrade.state) && !is_report) {
    return refuse(base::ErrorCode::FailedPrecondition,
                  "upgrade " + upgrade.id.text + " has ended (" + to_string(upgrade.state) +
                      "); start a new one with: rollmill upgrade start");
  }
  return std::visit(
      base::Overloaded{
          [&](const UpgradeRequested& e) { return decide_request(upgrade, e, now); },
          [&](const TakenOver& e) {
            Deciding deciding(now);
            deciding.fact(ControllerStarted{e.epoch});
            add_late_gate(upgrade, deciding);
            return deciding.take();
          },
          [&](const AgentCame& e) { return decide_came(upgrade, e, now); },
          [&](const AgentWent& e) { return decide_went(upgrade, e, now); },
          [&](const TaskReported& e) { return decide_report(upgrade, e, now); },
          [&](const TimePassed&) { return decide_time(upgrade, now); },
          [&](const AdvanceWanted&) { return decide_advance(upgrade, now); },
          [&](const PauseRequested& e) { return decide_pause(upgrade, e, now); },
          [&](const ResumeRequested& e) { return decide_resume(upgrade, e, now); },
          [&](const AbortRequested& e) { return decide_abort(upgrade, e, now); },
          [&](const ApproveRequested& e) { return decide_approve(upgrade, e, now); },
          [&](const RetryRequested& e) { return decide_retry(upgrade, e, now); },
          [&](const SkipRequested& e) { return decide_skip(upgrade, e, now); },
          [&](const TurnRequested& e) { return decide_turn(upgrade, e, now); },
          [&](const QuarantineRequested& e) { return decide_quarantine(upgrade, e, now); },
          [&](const ProberCounted& e) { return decide_counted(e, now); },
      },
      event);
}

CancelTask cancel_of(const Upgrade& upgrade, base::StepIndex step) {
  const base::HostIndex host = step_at(upgrade, step).host;
  return {upgrade.plan->fleet.hosts[host.value].name, task_of(upgrade, step).key};
}

Command word_for(const Upgrade& upgrade, base::StepIndex step) {
  if (upgrade.turning || is_final(upgrade.state)) return cancel_of(upgrade, step);
  const base::HostIndex host = step_at(upgrade, step).host;
  return SendTask{upgrade.plan->fleet.hosts[host.value].name, task_of(upgrade, step)};
}

std::vector<Command> outstanding(const Upgrade& upgrade,
                                 const std::optional<base::HostName>& host) {
  std::vector<Command> commands;
  for (const base::StepIndex step : upgrade.in_flight) {
    const base::HostName& name =
        upgrade.plan->fleet.hosts[step_at(upgrade, step).host.value].name;
    if (host && *host != name) continue;
    if (is_held_back(upgrade, step)) continue;
    commands.push_back(word_for(upgrade, step));
  }
  return commands;
}

}  // namespace rollmill::core
