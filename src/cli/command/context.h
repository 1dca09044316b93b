#pragma once

#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/invocation.h"
#include "cli/render/style.h"

namespace rollmill::cli {

/// What every command is given.
struct Context {
  const Invocation& line;
  const Console& console;
  const Doors& doors;
  ControlClient& client;
};

/// How to print to `out` now: colours and width of a terminal, neither elsewhere.
Style style_of(const Context& context);

void print_lines(const Context& context, const std::vector<std::string>& lines);
/// Says what went wrong on stderr, and what it means for a script.
ExitCode fail(const Context& context, const base::Error& error);
/// The person's mistake in the command line or in a file.
ExitCode fail_usage(const Context& context, const std::string& what);

/// Asks a yes-or-no question. True at once with --yes; false without a terminal.
bool confirm(const Context& context, const std::string& question);

/// The JSON or the table of one view.
ExitCode print_view(const Context& context, const core::UpgradeView& view);

/// @name One function per command
/// @{
ExitCode run_plan(const Context& context);
ExitCode run_start(const Context& context);
ExitCode run_status(const Context& context);
ExitCode run_watch(const Context& context);
ExitCode run_wait(const Context& context);
ExitCode run_report(const Context& context);
ExitCode run_deed(const Context& context);  ///< pause, resume, rollback, abort, approve...
ExitCode run_list(const Context& context);
ExitCode run_hosts(const Context& context);
ExitCode run_events(const Context& context);
ExitCode run_logs(const Context& context);
ExitCode run_doctor(const Context& context);
/// @}

}  // namespace rollmill::cli
