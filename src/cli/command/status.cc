#include <algorithm>
#include <ostream>

#include "cli/command/context.h"
#include "cli/command/follow.h"
#include "cli/render/report.h"
#include "cli/render/status.h"
#include "codec/view_json.h"
#include "rollmill/base/nearest.h"
#include "rollmill/core/plan.h"

namespace rollmill::cli {
namespace {

constexpr base::Duration kLook{500};

base::UpgradeId upgrade_of(const Context& context) { return {context.line.upgrade}; }

/// The id that an empty one stands for.
base::Result<base::UpgradeId> resolve(const Context& context) {
  if (!context.line.upgrade.empty()) return upgrade_of(context);
  const auto view = context.client.get({}, core::Detail::Summary);
  if (!view.ok()) return view.error();
  return base::UpgradeId{view->id};
}

/// What `wait` waits for.
struct Goal {
  std::string kind;  ///< "phase" or "state"
  std::string name;
};

/// How far the upgrade is from what is waited for.
enum class Reached { Yes, NotYet, Never };

base::Error no_such(const Goal& goal, const std::vector<std::string>& names) {
  return {base::ErrorCode::InvalidArgument, "\"" + goal.name + "\" is no " + goal.kind +
                                                " of an upgrade" +
                                                base::did_you_mean(goal.name, names)};
}

base::Result<Reached> state_reached(const core::UpgradeView& view, const Goal& goal) {
  const std::vector<std::string> names = {"PLANNED",   "RUNNING", "PAUSED",
                                          "SUCCEEDED", "ABORTED", "ROLLED_BACK"};
  if (std::find(names.begin(), names.end(), goal.name) == names.end()) return no_such(goal, names);
  return view.state == goal.name ? Reached::Yes : Reached::NotYet;
}

base::Result<Reached> phase_reached(const core::UpgradeView& view, const Goal& goal) {
  std::vector<std::string> names;
  for (const core::PhaseView& phase : view.phases) {
    names.push_back(phase.name);
    if (phase.name != goal.name) continue;
    // What the way before has done says nothing of the one that comes.
    return phase.state == "done" && !is_turning(view) ? Reached::Yes : Reached::NotYet;
  }
  if (!core::parse_phase(goal.name)) return no_such(goal, names);
  // After a turn the hosts are read first; the other phases are planned from that.
  const bool planned = view.past_phases.empty() || view.phases.size() > 1;
  return planned && !is_turning(view) ? Reached::Never : Reached::NotYet;
}

ExitCode say_reached(const Context& context, const core::UpgradeView& view, const Goal& goal) {
  if (context.line.format != Format::Table) return print_view(context, view);
  context.console.out << "upgrade " << view.id << ": " << goal.kind << " " << goal.name
                      << (goal.kind == "phase" ? " is done" : "") << " after "
                      << base::format_duration(view.elapsed) << '\n';
  return ExitCode::Ok;
}

/// The end of the waiting, or nothing while there is none.
std::optional<ExitCode> settle(const Context& context, const core::UpgradeView& view,
                               const Goal& goal) {
  const auto reached = goal.kind == "phase" ? phase_reached(view, goal) : state_reached(view, goal);
  if (!reached.ok()) return fail_usage(context, reached.error().message);
  if (*reached == Reached::Yes) return say_reached(context, view, goal);
  if (*reached == Reached::Never && !has_ended(view)) {
    const bool back = view.direction == "BACK";
    context.console.err << "rollmill: upgrade " << view.id << " goes "
                        << (back ? "back to " + view.from : "forward to " + view.to)
                        << " and has no phase " << goal.name << " ahead\n";
    return ExitCode::UpgradeFailed;
  }
  if (!has_ended(view) && !needs_person(view)) return std::nullopt;
  context.console.err << "rollmill: upgrade " << view.id << " is " << view.state << " before "
                      << goal.kind << " " << goal.name << '\n';
  for (const std::string& line : render_blocked(view, context.console.now(), Style{})) {
    context.console.err << line << '\n';
  }
  return has_ended(view) ? ExitCode::UpgradeFailed : ExitCode::Blocked;
}

base::Result<std::vector<core::EventView>> events_for_report(const Context& context,
                                                             const base::UpgradeId& upgrade) {
  auto events = context.client.events(upgrade, 0);
  if (!events.ok()) return events.error();
  std::vector<core::EventView> told;
  std::copy_if(events->begin(), events->end(), std::back_inserter(told), is_for_report);
  return told;
}

}  // namespace

ExitCode run_status(const Context& context) {
  const auto view = context.client.get(upgrade_of(context), core::Detail::Summary);
  if (!view.ok()) return fail(context, view.error());
  return print_view(context, *view);
}

ExitCode run_watch(const Context& context) {
  const auto upgrade = resolve(context);
  if (!upgrade.ok()) return fail(context, upgrade.error());
  return follow(context, *upgrade);
}

ExitCode run_wait(const Context& context) {
  const auto upgrade = resolve(context);
  if (!upgrade.ok()) return fail(context, upgrade.error());
  const std::size_t equals = context.line.wait_for.find('=');
  const Goal goal{context.line.wait_for.substr(0, equals),
                  context.line.wait_for.substr(equals + 1)};
  const base::TimePoint begin = context.console.now();
  Patience patience;
  while (true) {
    const auto view = context.client.get(*upgrade, core::Detail::Summary);
    if (view.ok()) {
      patience.reset();
      if (const auto code = settle(context, *view, goal)) return *code;
    } else if (view.error().code != base::ErrorCode::Unavailable) {
      return fail(context, view.error());
    }
    if (context.line.timeout && context.console.now() - begin >= *context.line.timeout) {
      context.console.err << "rollmill: " << context.line.wait_for << " was not reached within "
                          << base::format_duration(*context.line.timeout)
                          << "; the upgrade goes on\n";
      return ExitCode::Timeout;
    }
    if (view.ok() ? context.console.rest(kLook) : patience.rest(context)) continue;
    if (!context.console.rest(base::Duration{0})) return say_interrupted(context, *upgrade);
    return fail(context, view.error());
  }
}

ExitCode run_report(const Context& context) {
  const auto view = context.client.get(upgrade_of(context), core::Detail::Steps);
  if (!view.ok()) return fail(context, view.error());
  const auto events = events_for_report(context, {view->id});
  if (!events.ok()) return fail(context, events.error());
  if (context.line.format == Format::Table) {
    print_lines(context, render_report(*view, *events, style_of(context)));
  } else {
    context.console.out << "{\"upgrade\":" << codec::to_json(*view)
                        << ",\"pauses\":" << codec::to_json(*events) << "}\n";
  }
  return ExitCode::Ok;
}

}  // namespace rollmill::cli
