#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/control_client.h"
#include "cli/exit_code.h"
#include "rollmill/base/time.h"
#include "rollmill/core/policy.h"

/// The operator's command line. Everything outside comes in through `Console` and `Doors`, so a
/// test can be the person, the terminal and the controller.
namespace rollmill::cli {

/// The person's side.
struct Console {
  std::ostream& out;  ///< Results.
  std::ostream& err;  ///< Messages.
  std::istream& in;   ///< Answers.
  bool out_is_terminal = false;
  bool in_is_terminal = false;
  std::function<int()> columns;  ///< Width of the terminal now; 0: not known.
  std::function<int()> rows;     ///< Its height; 0: not known.
  std::function<std::optional<std::string>(const char*)> environment;
  std::function<base::TimePoint()> now;
  /// Rests; false at once when the person has pressed Ctrl-C (a second one ends the process).
  std::function<bool(base::Duration)> rest;
  std::string user;  ///< Who asks: "root@ctl".
};

/// How to reach the controller.
struct ConnectOptions {
  std::string server;  ///< "127.0.0.1:7443"
  std::string ca;      ///< Paths of PEM files; all three or none.
  std::string cert;
  std::string key;
  bool insecure = false;  ///< Plain text beyond loopback.
  std::string user;       ///< Who asks, where no certificate says so: "root@ctl".
};

/// The program's side.
struct Doors {
  /// Does not wait for the connection; the first call does.
  std::function<base::Result<std::shared_ptr<ControlClient>>(const ConnectOptions&)> connect;
  std::function<base::Result<core::Policy>(const std::string& file)> read_policy;
  /// A new random idempotency key.
  std::function<std::string()> request_id;
  std::string version;
};

/// Runs one command. `arguments` are without the program's name. Never throws.
ExitCode run(const std::vector<std::string>& arguments, const Console& console, const Doors& doors);

}  // namespace rollmill::cli
