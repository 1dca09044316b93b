#pragma once

#include <string>
#include <vector>

#include "rollmill/base/time.h"

namespace rollmill::core {

/// Why something waits: the same text in CLI, API, page and metrics.
struct Blocked {
  std::string code;    ///< UPPER_SNAKE, from the catalogue.
  std::string reason;  ///< One sentence, with host and step.
  base::TimePoint since{};
  /// Who can clear it. The first word is "operator", "approver" or "nobody", whom alerts ask for.
  std::string who;
  std::string command;  ///< Exact command, or empty.
  std::string anchor;   ///< "operating.md#nodes_busy"
  bool operator==(const Blocked&) const = default;
};

/// It ends by itself: nobody has to be called.
inline bool needs_nobody(const Blocked& blocked) { return blocked.who.starts_with("nobody"); }

/// A code that `Blocked` may carry. `docs/operating.md` has a section for each; a test compares.
struct BlockedInfo {
  const char* code;
  const char* meaning;
  const char* who;
  const char* command;  ///< With {upgrade}, {host}, {step}, {gate} to fill in; may be empty.
  /// A step that waits for it, within its time too: no time brings it, a person has to.
  bool person_brings = false;
};

const std::vector<BlockedInfo>& blocked_catalogue();
const BlockedInfo* find_blocked(const std::string& code);

}  // namespace rollmill::core
