#pragma once

namespace rollmill::cli {

/// What the program's end tells a script. A promise: numbers never change their meaning.
enum class ExitCode {
  Ok = 0,             ///< Done; the upgrade that was followed has succeeded.
  Error = 1,          ///< The request was refused or failed.
  Usage = 2,          ///< The command line or a file is wrong.
  Blocked = 3,        ///< The upgrade needs a person.
  UpgradeFailed = 4,  ///< The upgrade was aborted, rolled back or has failed; or what `wait` waits
                      ///< for comes no more.
  Unavailable = 5,    ///< The controller does not answer; worth another try.
  Timeout = 6,        ///< `wait` came to its time limit.
  Drift = 7,          ///< What was shown is no longer what would be run.
  Interrupted = 130,  ///< Ctrl-C; the upgrade goes on.
};

}  // namespace rollmill::cli
