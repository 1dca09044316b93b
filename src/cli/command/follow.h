#pragma once

#include "cli/command/context.h"

namespace rollmill::cli {

/// Follows an upgrade: a live view on a terminal, else one line per event (or JSON lines; with
/// `-o json` only the last view). Ends with the upgrade; when nobody looks on (no terminal) also
/// when it needs a person. Survives a controller that is away for up to five minutes.
/// Ctrl-C ends the watching, never the upgrade, and says how to come back.
ExitCode follow(const Context& context, const base::UpgradeId& upgrade);

/// Upgrade has ended or stands: what that means for a script.
ExitCode code_of_view(const core::UpgradeView& view);

/// Says that the upgrade goes on and how to look at it again.
ExitCode say_interrupted(const Context& context, const base::UpgradeId& upgrade);

/// Counts failed calls while a controller is away.
class Patience {
 public:
  /// Waits before the next try. False when it has been tried for five minutes, or on Ctrl-C.
  bool rest(const Context& context);
  void reset() { waited_ = base::Duration{0}; }

 private:
  base::Duration waited_{0};
};

}  // namespace rollmill::cli
