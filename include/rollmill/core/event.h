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
struct AgentCame {
  base::HostName host;
  std::string agent_version;
  std::string boot_id;
};
struct AgentWent {
  base::HostName host;
  std::string reason;
};
struct TaskReported {
  base::HostName host;
  TaskReport report;
};
/// Time has passed; deadlines, soaks and retries that are due take effect.
struct TimePassed {};
/// What can go on now, should. Sent after every event that changed something, until nothing moves.
struct AdvanceWanted {};
struct PauseRequested {
  Actor actor;
};
struct ResumeRequested {
  Actor actor;
};
struct AbortRequested {
  Actor actor;
};
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
struct SkipRequested {
  base::StepIndex step;
  Actor actor;
};
struct ProberCounted {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  base::Duration longest_gap{};
  std::string last_error;
};

using Event = std::variant<UpgradeRequested, TakenOver, AgentCame, AgentWent, TaskReported,
                           TimePassed, AdvanceWanted, PauseRequested, ResumeRequested,
                           AbortRequested, ApproveRequested, RetryRequested, SkipRequested,
                           ProberCounted>;

}  // namespace rollmill::core
