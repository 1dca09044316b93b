#pragma once

#include <variant>

#include "rollmill/base/ids.h"
#include "rollmill/core/task.h"

/// Commands: what is to be done now, after the facts are durable. Losing one is harmless:
/// `outstanding()` finds it again.
namespace rollmill::core {

struct SendTask {
  base::HostName host;
  Task task;
  bool operator==(const SendTask&) const = default;
};
/// The agent gives the task up at its next safe point and reports it as failed (CANCELLED).
struct CancelTask {
  base::HostName host;
  TaskKey key;
  bool operator==(const CancelTask&) const = default;
};
/// The task's outcome is durable here; the agent need not send it again.
struct AckReport {
  base::HostName host;
  TaskKey key;
  bool operator==(const AckReport&) const = default;
};

using Command = std::variant<SendTask, CancelTask, AckReport>;

}  // namespace rollmill::core
