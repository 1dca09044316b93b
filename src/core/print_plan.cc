#include <algorithm>
#include <set>

#include "rollmill/core/plan.h"

namespace rollmill::core {
namespace {

std::string verbs_of(const Plan& plan, const Turn& turn) {
  std::string text;
  for (std::uint32_t i = 0; i < turn.step_count; ++i) {
    const Step& step = plan.steps[turn.first_step.value + i];
    text += (i == 0 ? "" : ", ") + std::string(to_string(step.verb));
    if (step.verb == Verb::Start) {
      text += step.args.pinned ? " pinned to " + to_string(plan.from) : std::string(" unpinned");
    }
  }
  return text;
}

std::string turn_line(const Plan& plan, const Turn& turn) {
  std::string line = "      " + plan.fleet.hosts[turn.host.value].name.text;
  if (!turn.service.empty()) line += " " + turn.service;
  if (!turn.domain.empty()) line += " [" + turn.domain + "]";
  return line + ": " + verbs_of(plan, turn) + "\n";
}

std::string wave_line(const Wave& wave) {
  std::string line = "    " + wave.label;
  if (wave.soak > base::Duration::zero()) line += ", then soak " + base::format_duration(wave.soak);
  return line + "\n";
}

std::string phase_line(const Plan& plan, std::size_t number, const Phase& phase) {
  std::string line;
  const bool first_irreversible =
      !phase.reversible && (number == 0 || plan.phases[number - 1].reversible);
  if (first_irreversible) line += "  ---- point of no return ----\n";
  line += "  " + std::to_string(number + 1) + " " + to_string(phase.kind) +
          "  (undo: " + phase.undo + ")\n";
  if (phase.gate) {
    line += "    needs approval \"" + phase.gate->name + "\": " + phase.gate->reason + "\n";
  }
  return line;
}

std::string budget_lines(const Plan& plan) {
  std::set<std::string> roles;
  for (const Host& host : plan.fleet.hosts) {
    for (const Service& service : host.services) roles.insert(service.role);
  }
  std::string text;
  for (const std::string& role : roles) {
    const auto found = plan.policy.budgets.find(role);
    const Budget budget = found == plan.policy.budgets.end() ? Budget{} : found->second;
    text += "  budget of " + role + ": at most " + std::to_string(budget.max_unavailable) +
            " away at once, at least " + std::to_string(budget.min_available) +
            " stay, in each domain\n";
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return lines;
}

/// Lines of `from` that `in` lacks, with `mark` before them.
void add_missing(const std::vector<std::string>& from, const std::vector<std::string>& in,
                 const std::string& mark, std::vector<std::string>& out) {
  std::multiset<std::string> present(in.begin(), in.end());
  for (const std::string& line : from) {
    const auto found = present.find(line);
    if (found == present.end()) {
      out.push_back(mark + line);
    } else {
      present.erase(found);
    }
  }
}

}  // namespace

std::string print_plan(const Plan& plan) {
  std::string text = "upgrade of fleet " + plan.fleet.id.text + ": " + to_string(plan.from) +
                     " -> " + to_string(plan.to) + "\n" + budget_lines(plan);
  for (std::size_t i = 0; i < plan.phases.size(); ++i) {
    const Phase& phase = plan.phases[i];
    text += phase_line(plan, i, phase);
    for (std::uint32_t w = 0; w < phase.wave_count; ++w) {
      const Wave& wave = plan.waves[phase.first_wave.value + w];
      text += wave_line(wave);
      for (std::uint32_t t = 0; t < wave.turn_count; ++t) {
        text += turn_line(plan, plan.turns[wave.first_turn.value + t]);
      }
    }
  }
  for (const std::string& note : plan.notes) text += "  note: " + note + "\n";
  if (!plan.id.empty()) text += "plan " + plan.id.text + "\n";
  return text;
}

std::vector<std::string> diff_plans(const Plan& before, const Plan& after) {
  const std::vector<std::string> old_lines = lines_of(print_plan(before));
  const std::vector<std::string> new_lines = lines_of(print_plan(after));
  std::vector<std::string> difference;
  add_missing(old_lines, new_lines, "- ", difference);
  add_missing(new_lines, old_lines, "+ ", difference);
  return difference;
}

}  // namespace rollmill::core
