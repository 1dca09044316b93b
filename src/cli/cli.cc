#include "cli/cli.h"

#include <ostream>

#include "cli/command/context.h"
#include "cli/invocation.h"
#include "rollmill/base/address.h"

namespace rollmill::cli {
namespace {

/// Orders in plain text stay on this machine unless the person says otherwise.
std::string check_connection(const ConnectOptions& options) {
  const auto address = base::parse_address(options.server);
  if (!address || address->port == 0) {
    return "\"" + options.server +
           "\" is not the address of a controller; write HOST:PORT after --server or in "
           "ROLLMILL_SERVER, such as 10.0.0.1:7443";
  }
  const int files = static_cast<int>(!options.ca.empty()) +
                    static_cast<int>(!options.cert.empty()) +
                    static_cast<int>(!options.key.empty());
  if (files != 0 && files != 3) {
    return "TLS needs all of --ca, --cert and --key (or ROLLMILL_CA, ROLLMILL_CERT, ROLLMILL_KEY)";
  }
  if (files == 3 || options.insecure || base::is_loopback(address->host)) return "";
  return options.server +
         " is not on this machine; give --ca, --cert and --key, or --insecure to "
         "send orders in plain text";
}

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
    case Verb::Rollback:
    case Verb::Quarantine:
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

ExitCode run_line(const std::vector<std::string>& arguments, const Console& console,
                  const Doors& doors) {
  const auto parsed = parse(arguments, console, doors);
  if (const auto* answer = std::get_if<Answer>(&parsed)) {
    console.out << answer->out;
    console.err << answer->err;
    return answer->code;
  }
  const Invocation& line = std::get<Invocation>(parsed);
  if (const std::string wrong = check_connection(line.connect); !wrong.empty()) {
    console.err << "rollmill: " << wrong << '\n';
    return ExitCode::Usage;
  }
  const auto client = doors.connect(line.connect);
  if (!client.ok()) {
    console.err << "rollmill: " << client.error().message << '\n';
    return client.error().code == base::ErrorCode::InvalidArgument ? ExitCode::Usage
                                                                   : ExitCode::Error;
  }
  return dispatch({line, console, doors, **client});
}

}  // namespace

ExitCode run(const std::vector<std::string>& arguments, const Console& console,
             const Doors& doors) {
  const ExitCode code = run_line(arguments, console, doors);
  console.out.flush();
  if (console.out.good()) return code;
  console.err << "rollmill: not all of the output could be written; look at where it goes: is the "
                 "disk full?\n";
  return code == ExitCode::Ok ? ExitCode::Error : code;
}

}  // namespace rollmill::cli
