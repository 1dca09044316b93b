#include "cli/command/context.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "cli/render/status.h"
#include "codec/view_json.h"

namespace rollmill::cli {
namespace {

std::string setting(const Console& console, const char* name) {
  return console.environment ? console.environment(name).value_or("") : "";
}

/// Does the terminal's locale speak UTF-8? The first of the three that is set decides.
bool speaks_utf8(const Console& console) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value = setting(console, name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

ExitCode code_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::Aborted:
      return ExitCode::Drift;
    case base::ErrorCode::Unavailable:
      return ExitCode::Unavailable;
    case base::ErrorCode::InvalidArgument:
    case base::ErrorCode::NotFound:
    case base::ErrorCode::AlreadyExists:
    case base::ErrorCode::FailedPrecondition:
    case base::ErrorCode::PermissionDenied:
    case base::ErrorCode::DeadlineExceeded:
    case base::ErrorCode::DataLoss:
    case base::ErrorCode::Internal:
      return ExitCode::Error;
  }
  return ExitCode::Error;
}

/// What a person can make of the words of the TLS library; empty: they say nothing about TLS.
std::string hint_of(const std::string& message, bool with_tls) {
  const auto says = [&](const char* words) { return message.find(words) != std::string::npos; };
  if (says("certificate verify failed")) {
    return "the controller's certificate is not signed by what --ca names, or has expired";
  }
  if (says("Peer name")) {
    return "the controller's certificate does not name the host of --server; ask it by its name";
  }
  if (says("wrong version number")) {
    return "it speaks plain text there; leave --ca, --cert and --key out";
  }
  if (with_tls && says("empty address list")) return "--cert and --key do not belong together";
  if (!says("Socket closed")) return "";
  return with_tls ? "it may have refused the certificate of --cert: is it signed by the "
                    "controller's \"ca\", and not expired?"
                  : "it may want TLS; give --ca, --cert and --key";
}

}  // namespace

Style style_of(const Context& context) {
  const Console& console = context.console;
  Style style;
  if (!console.out_is_terminal) return style;
  style.color = !context.line.no_color && setting(console, "NO_COLOR").empty() &&
                setting(console, "TERM") != "dumb";
  style.unicode = speaks_utf8(console) && setting(console, "TERM") != "dumb";
  style.columns = console.columns ? console.columns() : 0;
  return style;
}

void print_lines(const Context& context, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) context.console.out << line << '\n';
  context.console.out.flush();
}

ExitCode fail(const Context& context, const base::Error& error) {
  context.console.err << "rollmill: " << error.message << '\n';
  if (error.code == base::ErrorCode::Unavailable) {
    const std::string hint = hint_of(error.message, !context.line.connect.ca.empty());
    if (!hint.empty()) context.console.err << "  " << hint << '\n';
    context.console.err << "  asked " << context.line.connect.server
                        << "; another address: --server HOST:PORT, or ROLLMILL_SERVER\n";
  }
  return code_of(error.code);
}

ExitCode fail_usage(const Context& context, const std::string& what) {
  context.console.err << "rollmill: " << what << '\n';
  return ExitCode::Usage;
}

bool confirm(const Context& context, const std::string& question) {
  if (context.line.yes) return true;
  if (!context.console.in_is_terminal) return false;
  context.console.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(context.console.in, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

ExitCode print_view(const Context& context, const core::UpgradeView& view) {
  if (context.line.format == Format::Table) {
    print_lines(context, render_status(view, context.console.now(), style_of(context)));
  } else {
    const auto style = context.line.format == Format::Json ? codec::JsonStyle::Indented
                                                           : codec::JsonStyle::Compact;
    context.console.out << codec::to_json(view, style) << '\n';
  }
  return ExitCode::Ok;
}

}  // namespace rollmill::cli
