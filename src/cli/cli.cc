#include "cli/cli.h"

#include <ostream>

#include "cli/command/context.h"
#include "cli/invocation.h"

namespace rollmill::cli {
namespace {

ExitCode dispatch(const Context& context) {
  switch (context.line.verb) {
    case Verb::Plan:
      return run_plan(context);
    case Verb::Start:
      return run_start(context);
    case Verb::Status:
      return run_status(context);
    case Verb::Watch:
      return run_watch(context);
    case Verb::Wait:
      return run_wait(context);
    case Verb::Report:
      return run_report(context);
    case Verb::Pause:
    case Verb::Resume:
    case Verb::Abort:
    case Verb::Approve:
    case Verb::Retry:
    case Verb::Skip:
      return run_deed(context);
    case Verb::List:
      return run_list(context);
    case Verb::Hosts:
      return run_hosts(context);
    case Verb::Events:
      return run_events(context);
    case Verb::Logs:
      return run_logs(context);
    case Verb::Doctor:
      return run_doctor(context);
  }
  return ExitCode::Usage;
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const Console& console,
             const Doors& doors) {
  const auto parsed = parse(arguments, console, doors);
  if (const auto* answer = std::get_if<Answer>(&parsed)) {
    console.out << answer->out;
    console.err << answer->err;
    return answer->code;
  }
  const Invocation& line = std::get<Invocation>(parsed);
  const auto client = doors.connect(line.connect);
  if (!client.ok()) {
    console.err << "rollmill: " << client.error().message << '\n';
    return client.error().code == base::ErrorCode::InvalidArgument ? ExitCode::Usage
                                                                   : ExitCode::Error;
  }
  return dispatch({line, console, doors, **client});
}

}  // namespace rollmill::cli
