#include "cli/render/report.h"

#include <algorithm>

namespace rollmill::cli {
namespace {

using Lines = std::vector<std::string>;

constexpr base::TimePoint kNever{};
constexpr std::size_t kMostRows = 100;

void append(Lines& to, const Lines& lines) { to.insert(to.end(), lines.begin(), lines.end()); }

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

Lines section(const Style& style, const std::string& title, const Lines& lines) {
  if (lines.empty()) return {};
  Lines all = {"", paint(style, Paint::Bold, title)};
  append(all, lines);
  return all;
}

Lines head(const core::UpgradeView& view, const Style& style) {
  const Paint color = view.state == "SUCCEEDED" ? Paint::Green : Paint::Yellow;
  Lines lines = {
      "upgrade " + view.id + " of fleet " + view.fleet + ": " + view.from + " " +
          icon(style, Icon::Arrow) + " " + view.to + "  " + paint(style, color, view.state) +
          " after " + base::format_duration(view.elapsed),
      printable("  asked for by " + view.created_by) + " at " + base::format_time(view.created_at)};
  if (!view.reason.empty()) lines.push_back(printable("  reason: " + view.reason));
  const bool grown = !view.first_plan_id.empty() && view.first_plan_id != view.plan_id;
  lines.push_back("  plan " + (grown ? view.first_plan_id + ", after it turned round " : "") +
                  view.plan_id);
  if (view.finished_at != kNever) {
    lines.push_back("  ended at " + base::format_time(view.finished_at));
  }
  return lines;
}

/// Those before it turned round, then those since.
std::vector<core::PhaseView> all_phases(const core::UpgradeView& view) {
  std::vector<core::PhaseView> phases = view.past_phases;
  phases.insert(phases.end(), view.phases.begin(), view.phases.end());
  return phases;
}

std::string name_phase(const std::string& direction, const std::string& name) {
  return (direction == "BACK" ? "back: " : "") + name;
}

Lines phases(const core::UpgradeView& view, const Style& style) {
  Grid grid{{"PHASE", "STATE", "TOOK", "DONE", "API REQUESTS", "FAILED", "LONGEST GAP"}, {}, 5, {}};
  for (const core::PhaseView& phase : all_phases(view)) {
    const bool probed = phase.probes_sent > 0;
    grid.rows.push_back({name_phase(phase.direction, phase.name), phase.state,
                         phase.state == "pending" ? "-" : base::format_duration(phase.elapsed),
                         std::to_string(phase.turns_done) + "/" + std::to_string(phase.turns_total),
                         probed ? std::to_string(phase.probes_sent) : "-",
                         probed ? std::to_string(phase.probes_failed) : "-",
                         probed ? base::format_duration(phase.longest_gap) : "-"});
    grid.paints.push_back(phase.probes_failed > 0 ? Paint::Red : Paint::Plain);
  }
  grid.rows.push_back({"all", view.state, base::format_duration(view.elapsed), "",
                       std::to_string(view.probes_sent), std::to_string(view.probes_failed),
                       base::format_duration(view.longest_gap)});
  grid.paints.push_back(view.probes_failed > 0 ? Paint::Red : Paint::Green);
  Lines lines = print_grid(style, grid, "  ");
  if (!view.probe_error.empty()) {
    lines.push_back(printable("  last failed request: " + view.probe_error));
  }
  return lines;
}

Lines hosts(const core::UpgradeView& view, const Style& style) {
  Grid grid{{"HOST", "RELEASE", "PIN", "STATE", "STEPS", "AGENT"}, {}, 3, {}};
  for (const core::HostView& host : view.hosts) {
    if (grid.rows.size() == kMostRows) break;
    grid.rows.push_back({host.name, or_dash(host.release), or_dash(host.pin), host.state,
                         std::to_string(host.steps_done) + "/" + std::to_string(host.steps_total),
                         host.connected ? "connected" : "away"});
    grid.paints.push_back(host.state == "done" ? Paint::Green : Paint::Plain);
  }
  Lines lines = print_grid(style, grid, "  ");
  if (view.hosts.size() > kMostRows) {
    lines.push_back("  and " + std::to_string(view.hosts.size() - kMostRows) +
                    " more; all are in -o json");
  }
  return lines;
}

Lines approvals(const core::UpgradeView& view) {
  Lines lines;
  for (const core::ApprovalView& approval : view.approvals) {
    lines.push_back(printable("  " + approval.gate + " by " + approval.by + " at " +
                              base::format_time(approval.given_at) +
                              (approval.expired ? ", expired" : "") +
                              (approval.reason.empty() ? "" : ": " + approval.reason)));
  }
  return lines;
}

Lines pauses(const std::vector<core::EventView>& events) {
  Lines lines;
  for (const core::EventView& event : events) {
    if (!is_for_report(event)) continue;
    const std::string host = event.host.empty() ? "" : event.host + " ";
    lines.push_back(printable("  " + base::format_time(event.at) + " " + host + event.text));
  }
  return lines;
}

Lines repeats(const core::UpgradeView& view) {
  Lines lines;
  for (const core::StepView& step : view.steps) {
    const bool told = step.state == "failed" || step.state == "skipped" || step.attempt > 1;
    if (!told) continue;
    if (lines.size() == kMostRows) break;
    const std::string where = name_phase(step.direction, step.phase) + " " + step.host;
    const std::string failure = step.code.empty() ? "" : ", " + step.code + ": " + step.message;
    lines.push_back(printable("  step " + std::to_string(step.index) + " " + where + " " +
                              step.verb + ": " + step.state + " at attempt " +
                              std::to_string(step.attempt) + failure));
  }
  return lines;
}

void add_checks(Lines& lines, const std::string& where,
                const std::vector<core::CheckResult>& checks) {
  for (const core::CheckResult& check : checks) {
    if (check.verdict == core::Verdict::Ok || lines.size() >= kMostRows) continue;
    const std::string line = printable("  " + where + " " + check.id + ": " +
                                       core::to_string(check.verdict) + ": " + check.summary);
    // What one way forward has found, the next one finds again.
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }
}

/// A phase tells what its steps have found, with the name of the host; once is enough.
bool told_by_phase(const core::UpgradeView& view, const core::StepView& step,
                   const core::CheckResult& check) {
  const std::vector<core::PhaseView> phases = all_phases(view);
  return std::any_of(phases.begin(), phases.end(), [&](const core::PhaseView& phase) {
    return phase.name == step.phase && phase.direction == step.direction &&
           std::any_of(
               phase.checks.begin(), phase.checks.end(), [&](const core::CheckResult& told) {
                 return told.id == check.id && told.summary == step.host + ": " + check.summary;
               });
  });
}

Lines warnings(const core::UpgradeView& view) {
  Lines lines;
  for (const core::PhaseView& phase : all_phases(view)) {
    add_checks(lines, name_phase(phase.direction, phase.name), phase.checks);
  }
  for (const core::StepView& step : view.steps) {
    std::vector<core::CheckResult> checks = step.checks;
    std::erase_if(checks, [&](const core::CheckResult& check) {
      return check.verdict == core::Verdict::Ok || told_by_phase(view, step, check);
    });
    add_checks(lines, name_phase(step.direction, step.phase) + " " + step.host, checks);
  }
  return lines;
}

}  // namespace

bool is_for_report(const core::EventView& event) {
  return event.kind == "UpgradePaused" || event.kind == "UpgradeResumed" ||
         event.kind == "UpgradeAborted" || event.kind == "DirectionTurned" ||
         event.kind == "HostQuarantined" || event.kind == "UpgradeRolledBack" ||
         event.kind == "ControllerStarted";
}

std::vector<std::string> render_report(const core::UpgradeView& view,
                                       const std::vector<core::EventView>& events,
                                       const Style& style) {
  Lines lines = head(view, style);
  append(lines, section(style, "Phases", phases(view, style)));
  append(lines, section(style, "Hosts", hosts(view, style)));
  append(lines, section(style, "Approvals", approvals(view)));
  append(lines, section(style, "Pauses, turns, quarantines and restarts", pauses(events)));
  append(lines, section(style, "Steps that were repeated, skipped or failed", repeats(view)));
  append(lines, section(style, "Checks that warned", warnings(view)));
  return lines;
}

}  // namespace rollmill::cli
