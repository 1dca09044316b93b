#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/cli.h"

namespace rollmill::cli {

enum class Verb {
  Plan,
  Start,
  Status,
  Watch,
  Wait,
  List,
  Pause,
  Resume,
  Rollback,
  Quarantine,
  Abort,
  Approve,
  Retry,
  Skip,
  Report,
  Hosts,
  Events,
  Logs,
  Doctor,
};

enum class Format { Table, Json, JsonLines };

/// One command line, understood. Fields that a verb does not have keep their default.
struct Invocation {
  Verb verb = Verb::Status;
  ConnectOptions connect;
  Format format = Format::Table;
  bool no_color = false;
  bool yes = false;
  std::string reason;

  std::string upgrade;  ///< Empty: the newest.
  std::string release;
  std::string plan_id;
  std::string policy_file;
  std::vector<std::string> approve;
  bool detach = false;
  std::string gate;
  std::optional<base::Duration> valid_for;
  std::optional<std::uint32_t> step;
  std::string wait_for;
  std::optional<base::Duration> timeout;
  bool follow = false;
  std::string host;
  bool api_is_out = false;
  bool undo = false;
  bool reverse = false;
  bool from_now = false;
};

/// Instead of a command: a text to print (help, version) or what is wrong with the line.
struct Answer {
  std::string out;
  std::string err;
  ExitCode code = ExitCode::Ok;
};

/// Understands a command line. The only place that knows the options.
std::variant<Invocation, Answer> parse(const std::vector<std::string>& arguments,
                                       const Console& console, const Doors& doors);

}  // namespace rollmill::cli
