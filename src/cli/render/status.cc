#include "cli/render/status.h"

#include <algorithm>

namespace rollmill::cli {
namespace {

constexpr base::TimePoint kNever{};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string since_text(base::TimePoint since, base::TimePoint now) {
  if (since == kNever) return "-";
  // Clocks of two machines: a little in the future is now.
  const auto passed = std::max(now - since, base::Duration{0});
  const auto seconds = std::chrono::floor<std::chrono::seconds>(passed);
  return seconds.count() == 0 ? "0s" : base::format_duration(seconds);
}

Paint paint_of_state(const std::string& state) {
  if (state == "SUCCEEDED") return Paint::Green;
  if (state == "ABORTED") return Paint::Red;
  if (state == "PAUSED" || state == "ROLLED_BACK") return Paint::Yellow;
  return Paint::Bold;
}

std::string header(const core::UpgradeView& view, const Style& style) {
  const bool back = view.direction == "BACK";
  const std::string left = view.id + "  " + (back ? view.to : view.from) + " " +
                           icon(style, Icon::Arrow) + " " + (back ? view.from : view.to) +
                           "  fleet " + view.fleet + "  ";
  const std::string right =
      "  " + base::format_duration(std::chrono::floor<std::chrono::seconds>(view.elapsed)) +
      "  reversible: " + view.reversible_text;
  if (style.columns <= 0)
    return left + paint(style, paint_of_state(view.state), view.state) + right;
  const auto columns = static_cast<std::size_t>(style.columns);
  const std::string start = clip(style, left, columns);
  const std::size_t used = std::min(columns, width(start));
  const std::string state = clip(style, view.state, columns - used);
  const std::string rest = clip(style, right, columns - used - width(state));
  return start + paint(style, paint_of_state(view.state), state) + rest;
}

struct Chip {
  std::string text;
  Paint paint = Paint::Plain;
};

Chip chip_of(const core::PhaseView& phase, const Style& style) {
  if (phase.state == "done") return {icon(style, Icon::Done) + " " + phase.name, Paint::Green};
  if (phase.state == "awaiting") {
    return {icon(style, Icon::Awaiting) + " " + phase.name, Paint::Yellow};
  }
  if (phase.state != "active") return {icon(style, Icon::Pending) + " " + phase.name, Paint::Dim};
  std::string text = icon(style, Icon::Active) + " " + phase.name;
  if (phase.turns_total > 0) {
    text += " " + std::to_string(phase.turns_done) + "/" + std::to_string(phase.turns_total);
  }
  if (!phase.wave.empty()) text += " (" + phase.wave + ")";
  return {text, Paint::Bold};
}

/// The reading that has found the way, with the preflight itself behind it: one of them is enough.
bool comes_again(const std::vector<core::PhaseView>& phases, std::size_t index) {
  const core::PhaseView& phase = phases[index];
  return phase.state == "done" && index + 1 < phases.size() && phases[index + 1].name == phase.name;
}

/// All phases in order, as many on a line as fit.
std::vector<std::string> phase_rail(const core::UpgradeView& view, const Style& style) {
  std::vector<std::string> lines;
  std::string line;
  std::size_t used = 0;
  const std::size_t most = style.columns > 0 ? static_cast<std::size_t>(style.columns) : 1000;
  for (std::size_t i = 0; i < view.phases.size(); ++i) {
    if (comes_again(view.phases, i)) continue;
    Chip chip = chip_of(view.phases[i], style);
    chip.text = clip(style, chip.text, most - std::min<std::size_t>(most, 1));
    const std::size_t wanted = width(chip.text) + (line.empty() ? 1 : 2);
    if (!line.empty() && used + wanted > most) {
      lines.push_back(line);
      line.clear();
      used = 0;
    }
    line += (line.empty() ? " " : "  ") + paint(style, chip.paint, chip.text);
    used += width(chip.text) + (used == 0 ? 1 : 2);
  }
  if (!line.empty()) lines.push_back(line);
  return lines;
}

Paint paint_of_host(const core::HostView& host) {
  if (!host.connected || host.state == "failed") return Paint::Red;
  if (host.state == "waiting") return Paint::Yellow;
  if (host.state == "done") return Paint::Green;
  if (host.state == "running") return Paint::Bold;
  return Paint::Plain;
}

std::string deadline_text(const core::HostView& host, base::TimePoint now) {
  const bool busy = host.state == "running" || host.state == "waiting";
  if (host.deadline == kNever || !busy) return "-";
  if (host.deadline <= now) return "over";
  return base::format_duration(std::chrono::ceil<std::chrono::seconds>(host.deadline - now));
}

/// What the host waits for, for a line of its own; empty when nothing.
std::string note_of(const core::HostView& host, base::TimePoint now) {
  if (host.connected) return host.waits_for;
  const std::string away = "its agent is away for " + since_text(host.connected_since, now);
  return host.waits_for.empty() ? away : away + "; " + host.waits_for;
}

std::vector<std::string> host_row(const core::HostView& host, base::TimePoint now) {
  const bool idle = host.state == "idle" || host.state == "done";
  return {host.name,
          or_dash(host.release),
          or_dash(host.pin),
          or_dash(host.doing),
          host.state,
          std::to_string(host.steps_done) + "/" + std::to_string(host.steps_total),
          idle ? "-" : since_text(host.since, now),
          deadline_text(host, now)};
}

bool is_quiet(const core::HostView& host) {
  return host.connected && (host.state == "idle" || host.state == "done");
}

/// Hosts in the order of the fleet; when not all fit, those that do something come first.
/// `room` is counted in lines; at least the first host is shown.
std::vector<const core::HostView*> hosts_to_show(const core::UpgradeView& view, base::TimePoint now,
                                                 std::size_t room) {
  const auto lines_of = [now](const core::HostView& host) {
    return note_of(host, now).empty() ? std::size_t{1} : std::size_t{2};
  };
  std::vector<const core::HostView*> shown;
  std::size_t wanted = 0;
  for (const core::HostView& host : view.hosts) {
    shown.push_back(&host);
    wanted += lines_of(host);
  }
  if (wanted <= room) return shown;
  std::stable_partition(shown.begin(), shown.end(),
                        [](const core::HostView* host) { return !is_quiet(*host); });
  std::size_t count = 0;
  std::size_t used = 1;  // the line that counts the rest
  while (count < shown.size() && used + lines_of(*shown[count]) <= room) {
    used += lines_of(*shown[count++]);
  }
  shown.resize(std::max<std::size_t>(count, 1));
  return shown;
}

std::vector<std::string> host_lines(const core::UpgradeView& view, base::TimePoint now,
                                    const Style& style, std::size_t room) {
  const std::vector<const core::HostView*> shown = hosts_to_show(view, now, room);
  Grid grid{{"HOST", "RELEASE", "PIN", "DOING", "STATE", "STEPS", "FOR", "LEFT"}, {}, 4, {}};
  for (const core::HostView* host : shown) {
    grid.rows.push_back(host_row(*host, now));
    grid.paints.push_back(paint_of_host(*host));
  }
  const std::vector<std::string> table = print_grid(style, grid, " ");
  const std::size_t most = style.columns > 0 ? static_cast<std::size_t>(style.columns) : 1000;
  std::vector<std::string> lines = {table.front()};
  for (std::size_t i = 0; i < shown.size(); ++i) {
    lines.push_back(table[i + 1]);
    const std::string note = note_of(*shown[i], now);
    if (note.empty()) continue;
    lines.push_back(paint(style, paint_of_host(*shown[i]), clip(style, "   " + note, most)));
  }
  const std::size_t hidden = view.hosts.size() - shown.size();
  if (hidden > 0) lines.push_back(" and " + std::to_string(hidden) + " more hosts");
  return lines;
}

std::string probe_line(const core::UpgradeView& view, const Style& style) {
  if (view.probes_sent == 0) return " API probe  nothing sent";
  std::string line = " API probe  " + std::to_string(view.probes_sent) + " sent  " +
                     std::to_string(view.probes_failed) + " failed  longest gap " +
                     base::format_duration(view.longest_gap);
  if (view.probes_failed > 0 && !view.probe_error.empty()) line += "  last: " + view.probe_error;
  const auto columns = style.columns > 0 ? static_cast<std::size_t>(style.columns) : line.size();
  return paint(style, view.probes_failed > 0 ? Paint::Red : Paint::Plain,
               clip(style, line, columns));
}

/// They count against what must stay up, and no budget shows them.
std::string quarantine_text(const core::UpgradeView& view) {
  std::string text;
  for (const core::HostView& host : view.hosts) {
    if (host.state == "quarantined") text += (text.empty() ? "in quarantine: " : " ") + host.name;
  }
  return text.empty() ? "" : text + ", ";
}

/// What a budget counts is in use until it is proven to be back, not only while it is away.
std::string budget_line(const core::UpgradeView& view, const Style& style) {
  std::string line = " budget     ";
  for (const core::BudgetView& budget : view.budgets) {
    line += budget.role + (budget.domain.empty() ? "" : " [" + budget.domain + "]") + " " +
            std::to_string(budget.charged) + " of " + std::to_string(budget.max_unavailable) +
            " in use, ";
  }
  line += quarantine_text(view);
  line += "failures " + std::to_string(view.failures) + " of " +
          std::to_string(view.failures_tolerated) + " tolerated";
  const auto columns = style.columns > 0 ? static_cast<std::size_t>(style.columns) : line.size();
  return clip(style, line, columns);
}

/// The approval that the point of no return still needs.
std::string approval_line(const core::UpgradeView& view, const Style& style) {
  // While it turns round nothing can be approved: what will be asked is not known yet.
  if (has_ended(view) || is_turning(view)) return "";
  const auto gate = std::find_if(view.phases.begin(), view.phases.end(),
                                 [](const core::PhaseView& phase) { return !phase.reversible; });
  if (gate == view.phases.end() || gate->state == "active" || gate->state == "done") return "";
  const std::size_t most = style.columns > 0 ? static_cast<std::size_t>(style.columns) : 1000;
  const std::string start = " approval   " + gate->name;
  for (const core::ApprovalView& approval : view.approvals) {
    if (approval.gate == gate->name && !approval.expired) {
      return clip(style, start + " given by " + approval.by, most);
    }
  }
  const std::string whole =
      start + " needs one: rollmill upgrade approve " + view.id + " " + gate->name;
  // Half a command is of no use to anybody.
  return width(whole) <= most ? whole : clip(style, start + " needs one", most);
}

void append(std::vector<std::string>& to, const std::vector<std::string>& lines) {
  to.insert(to.end(), lines.begin(), lines.end());
}

}  // namespace

std::vector<std::string> render_status(const core::UpgradeView& view, base::TimePoint now,
                                       const Style& style) {
  std::vector<std::string> below = {"", probe_line(view, style), budget_line(view, style)};
  const std::string approval = approval_line(view, style);
  if (!approval.empty()) below.push_back(approval);
  const std::vector<std::string> blocked = render_blocked(view, now, style);
  if (!blocked.empty()) below.emplace_back();
  append(below, blocked);

  std::vector<std::string> lines = {header(view, style), ""};
  append(lines, phase_rail(view, style));
  lines.emplace_back();
  const std::size_t others = lines.size() + 1 + below.size();  // and the header of the hosts
  const auto rows = static_cast<std::size_t>(std::max(style.rows, 0));
  const std::size_t room = rows == 0 ? 2 * view.hosts.size() : rows - std::min(rows, others);
  append(lines, host_lines(view, now, style, room));
  append(lines, below);
  return lines;
}

std::vector<std::string> render_blocked(const core::UpgradeView& view, base::TimePoint now,
                                        const Style& style) {
  if (!view.blocked) return {};
  const core::Blocked& blocked = *view.blocked;
  const std::size_t columns = style.columns > 0 ? static_cast<std::size_t>(style.columns) : 100;
  const auto clipped = [&](const std::string& text) { return clip(style, text, columns); };
  const Paint color = needs_person(view) ? Paint::Red : Paint::Yellow;
  std::vector<std::string> lines = {paint(style, color, clipped(" BLOCKED  " + blocked.code)) +
                                    clip(style, "  for " + since_text(blocked.since, now),
                                         columns - std::min(columns, 10 + width(blocked.code)))};
  for (const std::string& line :
       wrap(blocked.reason, columns - std::min<std::size_t>(columns, 3))) {
    lines.push_back(clipped("   " + line));
  }
  lines.push_back(clipped("   who: " + blocked.who));
  // Never clipped: it is there to be copied.
  if (!blocked.command.empty()) lines.push_back("   do:  " + blocked.command);
  // To look at what failed moves nothing; who stops reading here must know what does.
  const bool moves = blocked.command.starts_with("rollmill upgrade ");
  if (view.state == "PAUSED" && !moves) {
    lines.push_back("   then: rollmill upgrade retry " + view.id);
  }
  if (!blocked.anchor.empty()) lines.push_back(clipped("   see: docs/" + blocked.anchor));
  return lines;
}

std::string event_line(const core::EventView& event) {
  return printable(base::format_time(event.at) + " " + event.severity + " " + or_dash(event.phase) +
                   " " + or_dash(event.host) + " " + event.text);
}

bool is_turning(const core::UpgradeView& view) {
  if (has_ended(view)) return false;
  // Turned twice, its old phases go the same way as it does.
  if (view.blocked && view.blocked->code == "TURNING") return true;
  return std::any_of(view.phases.begin(), view.phases.end(), [&](const core::PhaseView& phase) {
    return phase.direction != view.direction;
  });
}

bool needs_person(const core::UpgradeView& view) {
  if (view.state == "PAUSED") return true;
  if (has_ended(view)) return false;
  return std::any_of(view.phases.begin(), view.phases.end(),
                     [](const core::PhaseView& phase) { return phase.state == "awaiting"; });
}

}  // namespace rollmill::cli
