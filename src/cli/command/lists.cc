#include "cli/render/lists.h"

#include <algorithm>
#include <ostream>

#include "cli/command/context.h"
#include "cli/command/follow.h"
#include "cli/render/status.h"
#include "codec/view_json.h"

namespace rollmill::cli {
namespace {

/// A list as one JSON array, or as one line an entry.
template <typename T>
ExitCode print_json(const Context& context, const std::vector<T>& entries) {
  if (context.line.format == Format::Json) {
    context.console.out << codec::to_json(entries, codec::JsonStyle::Indented) << '\n';
  } else {
    for (const T& entry : entries) context.console.out << codec::to_json(entry) << '\n';
  }
  return ExitCode::Ok;
}

/// The step a person most likely means: failed, else running, else the last one that ended.
std::optional<std::uint32_t> telling_step(const core::UpgradeView& view) {
  std::optional<std::uint32_t> found;
  for (const core::StepView& step : view.steps) {
    if (step.state == "failed") return step.index;
    if (step.state == "running" || step.state == "dispatched") found = step.index;
  }
  if (found) return found;
  base::TimePoint last{};
  for (const core::StepView& step : view.steps) {
    if (step.state != "succeeded" || step.finished_at < last) continue;
    last = step.finished_at;
    found = step.index;
  }
  return found;
}

base::Result<std::uint32_t> step_of(const Context& context, const core::UpgradeView& view) {
  const auto step = context.line.step ? context.line.step : telling_step(view);
  if (!step) {
    return base::Error{base::ErrorCode::NotFound,
                       "upgrade " + view.id + " has not run a step yet; nothing was printed"};
  }
  const bool known = std::any_of(view.steps.begin(), view.steps.end(),
                                 [&](const core::StepView& each) { return each.index == *step; });
  if (!known) {
    return base::Error{base::ErrorCode::NotFound,
                       "upgrade " + view.id + " has no step " + std::to_string(*step) +
                           "; `rollmill upgrade report -o json` lists its steps"};
  }
  return *step;
}

std::string title_of(const core::UpgradeView& view, std::uint32_t index) {
  for (const core::StepView& step : view.steps) {
    if (step.index != index) continue;
    return "step " + std::to_string(index) + ": " + step.verb +
           (step.service.empty() ? "" : " " + step.service) + " on " + step.host + " (" +
           step.phase + "), " + step.state;
  }
  return "";
}

}  // namespace

ExitCode run_list(const Context& context) {
  const auto views = context.client.list();
  if (!views.ok()) return fail(context, views.error());
  if (context.line.format != Format::Table) return print_json(context, *views);
  print_lines(context, render_upgrades(*views, style_of(context)));
  return ExitCode::Ok;
}

ExitCode run_hosts(const Context& context) {
  const auto hosts = context.client.hosts();
  if (!hosts.ok()) return fail(context, hosts.error());
  if (context.line.format != Format::Table) return print_json(context, *hosts);
  print_lines(context, render_hosts(*hosts, context.console.now(), style_of(context)));
  return ExitCode::Ok;
}

ExitCode run_events(const Context& context) {
  const auto events = context.client.events({context.line.upgrade}, 0);
  if (!events.ok()) return fail(context, events.error());
  if (context.line.format != Format::Table) return print_json(context, *events);
  for (const core::EventView& event : *events) {
    if (core::is_for_people(event)) context.console.out << event_line(event) << '\n';
  }
  return ExitCode::Ok;
}

ExitCode run_logs(const Context& context) {
  const auto view = context.client.get({context.line.upgrade}, core::Detail::Steps);
  if (!view.ok()) return fail(context, view.error());
  const auto step = step_of(context, *view);
  if (!step.ok()) return fail(context, step.error());
  context.console.err << title_of(*view, *step) << '\n';
  std::string command;
  const base::Status done = context.client.logs(
      {view->id}, {*step}, context.line.follow, [&](const ports::LogChunk& chunk) {
        if (chunk.command != command && !chunk.command.empty()) {
          command = chunk.command;
          context.console.out << "$ " << command << '\n';
        }
        context.console.out << chunk.text << std::flush;
        return !chunk.end;
      });
  if (!context.console.rest(base::Duration{0})) return ExitCode::Interrupted;
  return done.ok() ? ExitCode::Ok : fail(context, done.error());
}

}  // namespace rollmill::cli
