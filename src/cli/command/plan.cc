#include <optional>
#include <ostream>
#include <variant>

#include "cli/command/context.h"
#include "cli/command/follow.h"
#include "cli/render/status.h"
#include "codec/domain_json.h"

namespace rollmill::cli {
namespace {

/// The release and the policy of the line; says what is wrong with them.
std::optional<PlanWanted> wanted_of(const Context& context) {
  const Invocation& line = context.line;
  const auto unusable = [&](const std::string& why) {
    fail_usage(context, why);
    return std::nullopt;
  };
  PlanWanted wanted;
  if (line.from_now && !line.reverse) return unusable("--from-now belongs to --reverse");
  if (line.reverse) wanted.way = line.from_now ? ports::Way::BackFromNow : ports::Way::BackFromGate;
  if (line.release.empty() && !line.reverse) {
    return unusable("--to is required: the release to go to, such as 39.0");
  }
  if (!line.release.empty()) {
    const auto release = core::parse_release_number(line.release);
    if (!release) {
      return unusable("\"" + line.release + "\" is not a release; write MAJOR.MINOR, such as 39.0");
    }
    wanted.to = *release;
  }
  if (line.policy_file.empty()) return wanted;
  auto policy = context.doors.read_policy(line.policy_file);
  if (!policy.ok()) return unusable("the policy is not usable:\n" + policy.error().message);
  wanted.policy = std::move(*policy);
  return wanted;
}

bool may_start(const Context& context) {
  const bool can_ask = context.console.in_is_terminal && context.console.out_is_terminal;
  if (context.line.yes || can_ask || !context.line.plan_id.empty()) return true;
  fail_usage(context,
             "there is no terminal to ask on; add --yes, or --plan ID with the id that "
             "`rollmill plan` prints");
  return false;
}

/// The command that starts exactly this plan: a policy of its own belongs to it.
std::string start_command(const Context& context, const core::Plan& plan) {
  const Invocation& line = context.line;
  return "rollmill upgrade start --to " + line.release +
         (line.policy_file.empty() ? "" : " --policy " + line.policy_file) + " --plan " +
         plan.id.text;
}

/// What a way back that was shown is good for now.
ExitCode print_use_of_way_back(const Context& context, const core::Plan& plan) {
  std::ostream& out = context.console.out;
  const auto newest = context.client.get({}, core::Detail::Summary);
  if (!newest.ok() && newest.error().code != base::ErrorCode::NotFound) {
    return fail(context, newest.error());
  }
  const std::string to = core::to_string(plan.to);
  if (!newest.ok() || has_ended(*newest) || newest->to != to) {
    out << "\nNo upgrade to " << to << " is under way; a rollback of one would go this way.\n";
  } else if (newest->direction == core::to_string(core::Direction::Back)) {
    out << "\nUpgrade " << newest->id << " goes back already; see: rollmill upgrade status "
        << newest->id << '\n';
  } else {
    out << "\nGo this way with:\n  rollmill upgrade rollback\n";
  }
  return ExitCode::Ok;
}

/// Hosts in the middle of an upgrade make no plan possible; then that upgrade is what to look at.
ExitCode fail_plan(const Context& context, const base::Error& error) {
  const ExitCode code = fail(context, error);
  if (error.code != base::ErrorCode::FailedPrecondition) return code;
  const auto newest = context.client.get({}, core::Detail::Summary);
  if (newest.ok() && !has_ended(*newest)) {
    context.console.err << "  upgrade " << newest->id << " (" << newest->from << " to "
                        << newest->to << ") is " << newest->state
                        << ", and there is one at a time; see: rollmill upgrade status "
                        << newest->id << '\n';
  }
  return code;
}

/// Shows the plan and asks. The id of what may be run; nothing when it may not.
std::variant<std::string, ExitCode> settle_plan(const Context& context, const PlanWanted& wanted) {
  if (!context.line.plan_id.empty()) return context.line.plan_id;
  const auto shown = context.client.plan(wanted);
  if (!shown.ok()) return fail_plan(context, shown.error());
  if (context.line.format == Format::Table) context.console.out << shown->printed << std::flush;
  if (confirm(context, "Start this upgrade?")) return shown->plan.id.text;
  context.console.err << "Nothing was started. The same plan later: "
                      << start_command(context, shown->plan) << '\n';
  return ExitCode::Error;
}

}  // namespace

ExitCode run_plan(const Context& context) {
  const auto wanted = wanted_of(context);
  if (!wanted) return ExitCode::Usage;
  const auto shown = context.client.plan(*wanted);
  if (!shown.ok()) return fail(context, shown.error());
  std::ostream& out = context.console.out;
  if (context.line.format != Format::Table) {
    const auto style = context.line.format == Format::Json ? codec::JsonStyle::Indented
                                                           : codec::JsonStyle::Compact;
    out << codec::to_json(shown->plan, style) << '\n';
    return ExitCode::Ok;
  }
  out << shown->printed;
  if (context.line.reverse) return print_use_of_way_back(context, shown->plan);
  out << "\nRun exactly this with:\n  " << start_command(context, shown->plan) << '\n';
  return ExitCode::Ok;
}

ExitCode run_start(const Context& context) {
  const auto wanted = wanted_of(context);
  if (!wanted || !may_start(context)) return ExitCode::Usage;
  const auto settled = settle_plan(context, *wanted);
  if (const auto* code = std::get_if<ExitCode>(&settled)) return *code;
  const auto view =
      context.client.start({*wanted, std::get<std::string>(settled), context.doors.request_id(),
                            context.line.reason, context.line.approve});
  if (!view.ok()) return fail(context, view.error());
  if (!context.line.detach) return follow(context, {view->id});
  if (context.line.format != Format::Table) return print_view(context, *view);
  context.console.out << "upgrade " << view->id << " has started. Watch it with:\n"
                      << "  rollmill upgrade watch " << view->id << '\n';
  return ExitCode::Ok;
}

}  // namespace rollmill::cli
