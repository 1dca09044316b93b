#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "rollmill/base/ids.h"
#include "rollmill/base/time.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"

/// Events: what was observed or asked for. Nothing durable; facts follow from them.
namespace rollmill::core {

/// Who asks and why; recorded with every deed of a person.
struct Actor {
  std::string by;      ///< "root@ctl", a certificate's name; never empty.
  std::string reason;  ///< May be empty where the verb does not need one.
  bool operator==(const Actor&) const = default;
};

/// Is there a word in the reason? Blanks tell nobody anything.
inline bool gives_reason(const Actor& actor) {
  return actor.reason.find_first_not_of(" \t\r\n") != std::string::npos;
}

/// Somebody wants `plan` run; it was made and shown by this controller.
struct UpgradeRequested {
  base::UpgradeId upgrade;
  std::shared_ptr<const Plan> plan;
  Actor actor;
  std::string request_id;
};
/// A controller process has replayed the journal and taken the next epoch.
struct TakenOver {
  base::Epoch epoch = 0;
};
/// An agent's hello was accepted; answered with its outstanding tasks.
struct AgentCame {
  base::HostName host;
  std::string agent_version;
  std::string boot_id;
};
/// An agent's stream ended, for the reason given.
struct AgentWent {
  base::HostName host;
  std::string reason;
};
/// What an agent says of one task; may repeat, and may come late.
struct TaskReported {
  base::HostName host;
  TaskReport report;
};
/// Time has passed; deadlines, soaks and retries that are due take effect.
struct TimePassed {};
/// What can go on now, should. Sent after every event that changed something, until nothing moves.
struct AdvanceWanted {};
/// Send nothing more. Refused when a person has paused it already.
struct PauseRequested {
  Actor actor;
};
/// Go on. A pause by rollmill comes back when its cause is still there.
struct ResumeRequested {
  Actor actor;
};
/// Give up where it stands. Refused only when the upgrade has ended.
struct AbortRequested {
  Actor actor;
};
/// Allow a gate. `valid_for` zero: 24 hours; at most 30 days.
struct ApproveRequested {
  std::string gate;
  Actor actor;
  base::Duration valid_for{};
};
/// Without a step: everything that failed, or the phase whose judgement failed.
struct RetryRequested {
  std::optional<base::StepIndex> step;
  Actor actor;
};
/// Leave a failed step out; the actor's reason must not be empty.
struct SkipRequested {
  base::StepIndex step;
  Actor actor;
};
/// Turn round: back to A, or forward to B again. Refused when it goes that way already, and back
/// from the first task on that takes a pin out.
struct TurnRequested {
  Direction direction = Direction::Back;
  Actor actor;
};
/// Leave a host out of the rest of the way back; the actor's reason must not be empty.
struct QuarantineRequested {
  base::HostName host;
  Actor actor;
  /// The actor answers for it: no API of the host gets requests. Without it a host whose API may
  /// serve as B is not left out, since old conductors must not work behind it.
  bool api_is_out = false;
};
/// The built-in prober's count since its last one; `sent` must not be 0.
struct ProberCounted {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  base::Duration longest_gap{};  ///< Between two good answers.
  std::string last_error;        ///< Empty when none failed.
};

using Event =
    std::variant<UpgradeRequested, TakenOver, AgentCame, AgentWent, TaskReported, TimePassed,
                 AdvanceWanted, PauseRequested, ResumeRequested, AbortRequested, ApproveRequested,
                 RetryRequested, SkipRequested, ProberCounted, TurnRequested, QuarantineRequested>;

}  // namespace rollmill::core
