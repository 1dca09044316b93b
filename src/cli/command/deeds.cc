#include <ostream>

#include "cli/command/context.h"
#include "cli/render/status.h"

namespace rollmill::cli {
namespace {

base::Result<core::UpgradeView> ask(const Context& context) {
  const Invocation& line = context.line;
  const base::UpgradeId upgrade{line.upgrade};
  ControlClient& client = context.client;
  if (line.verb == Verb::Pause) return client.pause(upgrade, line.reason);
  if (line.verb == Verb::Resume) return client.resume(upgrade, line.reason);
  if (line.verb == Verb::Quarantine) {
    return client.quarantine(upgrade, {line.host}, line.api_is_out, line.reason);
  }
  if (line.verb == Verb::Rollback) return client.rollback(upgrade, line.undo, line.reason);
  if (line.verb == Verb::Abort) return client.abort(upgrade, line.reason);
  if (line.verb == Verb::Approve) {
    return client.approve(upgrade, line.gate, line.valid_for, line.reason);
  }
  if (line.verb == Verb::Skip) return client.skip(upgrade, {line.step.value_or(0)}, line.reason);
  std::optional<base::StepIndex> step;
  if (line.step) step = base::StepIndex{*line.step};
  return client.retry(upgrade, step, line.reason);
}

/// What to ask before a deed that cannot be taken back; empty: do not ask.
std::string question_of(const Invocation& line) {
  const std::string which = line.upgrade.empty() ? "the newest upgrade" : "upgrade " + line.upgrade;
  if (line.verb == Verb::Quarantine) {
    return "Leave host " + line.host + " out of the way back of " + which + "?";
  }
  if (line.verb == Verb::Rollback) {
    return line.undo ? "End the rollback of " + which + " and go forward again?"
                     : "Take " + which +
                           " back to the old release? See how with: rollmill plan "
                           "--reverse --from-now.";
  }
  if (line.verb == Verb::Abort) return "Abort " + which + " where it stands?";
  if (line.verb == Verb::Approve) return "Approve \"" + line.gate + "\" of " + which + "?";
  if (line.verb == Verb::Skip) return "Go on without step " + std::to_string(*line.step) + "?";
  return "";
}

std::string done_text(Verb verb, const core::UpgradeView& view) {
  if (verb == Verb::Quarantine) return "goes back without that host; see to it by hand";
  if (verb == Verb::Pause) return "is paused: no new task is sent, tasks in flight end";
  if (verb == Verb::Resume) {
    return view.state == "PAUSED" ? "stands still: resume ends only a pause that a person made"
                                  : "goes on";
  }
  if (verb == Verb::Rollback) {
    return view.direction == "BACK"
               ? "goes back to " + view.from +
                     ": tasks in flight end, each host is read, then the way back is planned"
               : "goes forward to " + view.to + " again";
  }
  if (verb == Verb::Abort) {
    return "is aborted; what it did stays as it is, pins too. A new one takes over from there: "
           "rollmill upgrade start --to " +
           view.to;
  }
  if (verb == Verb::Approve) return "has the approval";
  if (verb == Verb::Skip) return "goes on without the step";
  return "tries again what failed";
}

/// What a turn ends, from how the upgrade was before it.
void print_ended_by_turn(const Context& context, const core::UpgradeView& before) {
  std::ostream& out = context.console.out;
  for (const core::ApprovalView& approval : before.approvals) {
    if (!approval.expired) out << "  the approval of " << approval.gate << " is void\n";
  }
  if (before.blocked && before.blocked->code == "PAUSED_BY_OPERATOR") {
    out << printable("  this ends the pause: " + before.blocked->reason) << '\n';
  }
}

}  // namespace

ExitCode run_deed(const Context& context) {
  const Invocation& line = context.line;
  const std::string question = question_of(line);
  // Without a terminal the command itself is the word; scripts are not asked.
  if (!question.empty() && context.console.in_is_terminal && !confirm(context, question)) {
    context.console.err << "Nothing was done.\n";
    return ExitCode::Error;
  }
  const bool turns = line.verb == Verb::Rollback && line.format == Format::Table;
  const auto before =
      turns ? context.client.get({line.upgrade}, core::Detail::Summary) : core::UpgradeView{};
  const auto view = ask(context);
  if (!view.ok()) return fail(context, view.error());
  if (line.format != Format::Table) return print_view(context, *view);
  context.console.out << "upgrade " << view->id << " " << done_text(line.verb, *view) << '\n';
  if (before.ok()) print_ended_by_turn(context, *before);
  for (const std::string& text : render_blocked(*view, context.console.now(), style_of(context))) {
    context.console.out << text << '\n';
  }
  return ExitCode::Ok;
}

}  // namespace rollmill::cli
