#include "support/script_print.h"

#include <sstream>

#include "rollmill/base/overloaded.h"
#include "rollmill/core/views.h"
#include "support/builders.h"

namespace rollmill::test {
namespace {

std::string since_start(base::TimePoint time) {
  return "+" + base::format_duration(time - start_time());
}

std::string name_task(const core::TaskKey& key) {
  return std::to_string(key.step.value) + "#" + std::to_string(key.attempt) + " (epoch " +
         std::to_string(key.epoch) + ")";
}

/// What `text` of the event does not say.
std::string extra(const core::FactBody& body) {
  if (const auto* failed = std::get_if<core::StepFailed>(&body)) {
    return " [" + failed->failure.code + "]";
  }
  if (const auto* judged = std::get_if<core::PhaseJudged>(&body)) {
    std::string list;
    for (const core::CheckResult& check : judged->checks) {
      if (check.verdict == core::Verdict::Ok) continue;
      list += "\n      " + std::string(to_string(check.verdict)) + " [" + check.id + "] " +
              check.summary;
    }
    return list;
  }
  return "";
}

}  // namespace

std::string mask(std::string text, const std::string& plan_id) {
  for (std::size_t at = text.find(plan_id); !plan_id.empty() && at != std::string::npos;
       at = text.find(plan_id, at)) {
    text.replace(at, plan_id.size(), "ID");
  }
  return text;
}

std::string indent(const std::string& text, const std::string& before) {
  std::string result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result += before + line + "\n";
  return result;
}

std::string print_fact(const core::Upgrade& after, const core::Fact& fact) {
  const core::EventView event = core::make_event(after, 1, fact);
  std::string line = "  " + since_start(fact.at) + " " + event.kind;
  if (event.step) line += " [" + std::to_string(*event.step) + "]";
  if (!event.host.empty()) line += " " + event.host + ":";
  return mask(line + " " + event.text + extra(fact.body) + "\n", after.plan->id.text);
}

std::string print_command(const core::Command& command) {
  return std::visit(
      base::Overloaded{
          [](const core::SendTask& c) {
            return "    => send " + c.host.text + " " + to_string(c.task.verb) + " " +
                   name_task(c.task.key) + "\n";
          },
          [](const core::CancelTask& c) {
            return "    => cancel " + c.host.text + " " + name_task(c.key) + "\n";
          },
          [](const core::AckReport& c) {
            return "    => ack " + c.host.text + " " + name_task(c.key) + "\n";
          },
      },
      command);
}

std::string print_blocked(const core::Upgrade& upgrade, base::TimePoint now) {
  const auto blocked = core::explain(upgrade, now);
  if (!blocked) return "  nothing waits\n";
  return "  " + blocked->code + " since " + since_start(blocked->since) + "\n" +
         indent(mask(blocked->reason, upgrade.plan->id.text)) + "    cleared by: " + blocked->who +
         "\n" + (blocked->command.empty() ? "" : "    command: " + blocked->command + "\n") +
         "    see " + blocked->anchor + "\n";
}

std::string print_view(const core::Upgrade& upgrade, base::TimePoint now) {
  const core::UpgradeView view = core::make_view(upgrade, now, core::Detail::Summary);
  std::ostringstream out;
  out << "  " << view.state << " " << view.from << " -> " << view.to << ", "
      << base::format_duration(view.elapsed) << ", way back: " << view.reversible_text << "\n  ";
  for (const core::PhaseView& phase : view.phases) {
    out << " " << phase.name << ":" << phase.state << " " << phase.turns_done << "/"
        << phase.turns_total;
  }
  out << "\n";
  for (const core::HostView& host : view.hosts) {
    out << "    " << host.name << (host.connected ? "" : " (away)") << ": "
        << (host.release.empty() ? "?" : host.release) << (host.pin.empty() ? "" : " pinned ")
        << host.pin << ", " << host.state << (host.doing.empty() ? "" : " ") << host.doing
        << (host.waits_for.empty() ? "" : ": ") << host.waits_for << ", " << host.steps_done << "/"
        << host.steps_total << "\n";
  }
  for (const core::BudgetView& budget : view.budgets) {
    out << "    budget " << budget.role << (budget.domain.empty() ? "" : "/") << budget.domain
        << ": " << budget.charged << " of " << budget.total << " away, at most "
        << budget.max_unavailable << ", " << budget.failed << " failed\n";
  }
  if (view.probes_sent > 0) {
    out << "    probes: " << view.probes_sent << " sent, " << view.probes_failed
        << " failed, longest gap " << base::format_duration(view.longest_gap) << "\n";
  }
  return out.str();
}

std::string print_steps(const core::Upgrade& upgrade, base::TimePoint now,
                        const std::string& host) {
  std::string text;
  for (const core::StepView& step :
       core::make_view(upgrade, now, core::Detail::Steps).steps) {
    if (step.host != host) continue;
    text += "    " + std::to_string(step.index) + " " + step.phase + " " + step.verb + ": " +
            step.state + (step.attempt > 1 ? ", attempt " + std::to_string(step.attempt) : "") +
            (step.code.empty() ? "" : ", last failure " + step.code) + "\n";
  }
  return text;
}

bool is_telling(const core::FactBody& body) {
  using namespace core;
  return !(std::holds_alternative<StepDispatched>(body) ||
           std::holds_alternative<StepAccepted>(body) ||
           std::holds_alternative<StepSucceeded>(body) ||
           std::holds_alternative<AgentConnected>(body) ||
           std::holds_alternative<TurnStarted>(body) ||
           std::holds_alternative<TurnFinished>(body) ||
           std::holds_alternative<SoakStarted>(body) ||
           std::holds_alternative<WaveFinished>(body) ||
           std::holds_alternative<PhaseFinished>(body));
}

}  // namespace rollmill::test
