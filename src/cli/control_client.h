#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/ports/control.h"

namespace rollmill::cli {

/// What to plan. Without a policy the controller's own is used.
struct PlanWanted {
  core::ReleaseNumber to;  ///< 0.0 on a way back: that of the upgrade under way.
  std::optional<core::Policy> policy;
  ports::Way way = ports::Way::Forward;
};
/// What to start.
struct StartWanted {
  PlanWanted plan;
  std::string plan_id;  ///< What was shown; another one is Aborted, with the difference.
  std::string request_id;
  std::string reason;
  std::vector<std::string> approve;  ///< Gates approved in advance, for the same reason.
};

/// A plan with its text as the controller prints it.
struct PlanShown {
  core::Plan plan;
  std::string printed;
};

/// The controller as the commands see it: synchronous, one call at a time. Every call ends within
/// a bounded time; Unavailable means that nobody answered and a later try may help. An empty id
/// means the newest upgrade; `reason` is recorded.
/// THREAD: the commands'; `cancel` any.
class ControlClient {
 public:
  virtual ~ControlClient() = default;

  virtual base::Result<PlanShown> plan(const PlanWanted& wanted) = 0;
  virtual base::Result<core::UpgradeView> start(const StartWanted& wanted) = 0;
  virtual base::Result<core::UpgradeView> pause(const base::UpgradeId& upgrade,
                                                const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> resume(const base::UpgradeId& upgrade,
                                                 const std::string& reason) = 0;
  /// Leaves a host out of the rest of the way back.
  /// `api_is_out`: the caller answers for it that no API of the host gets requests.
  virtual base::Result<core::UpgradeView> quarantine(const base::UpgradeId& upgrade,
                                                     const base::HostName& host, bool api_is_out,
                                                     const std::string& reason) = 0;
  /// Back to the old release, or (`undo`) forward again.
  virtual base::Result<core::UpgradeView> rollback(const base::UpgradeId& upgrade, bool undo,
                                                   const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> abort(const base::UpgradeId& upgrade,
                                                const std::string& reason) = 0;
  /// Without a term the controller's own holds.
  virtual base::Result<core::UpgradeView> approve(const base::UpgradeId& upgrade,
                                                  const std::string& gate,
                                                  std::optional<base::Duration> valid_for,
                                                  const std::string& reason) = 0;
  /// Without a step: everything that failed.
  virtual base::Result<core::UpgradeView> retry(const base::UpgradeId& upgrade,
                                                std::optional<base::StepIndex> step,
                                                const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> skip(const base::UpgradeId& upgrade, base::StepIndex step,
                                               const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> get(const base::UpgradeId& upgrade,
                                              core::Detail detail) = 0;
  virtual base::Result<std::vector<core::UpgradeView>> list() = 0;
  virtual base::Result<std::vector<ports::FleetHostView>> hosts() = 0;
  virtual base::Result<ports::ControllerInfo> info() = 0;
  /// Every event after a sequence that there is now, oldest first.
  virtual base::Result<std::vector<core::EventView>> events(const base::UpgradeId& upgrade,
                                                            base::Sequence after) = 0;
  /// Calls `sink` with each event after a sequence as it happens, until the upgrade has ended,
  /// `sink` returns false, or the call is cancelled; all three are success.
  virtual base::Status watch(const base::UpgradeId& upgrade, base::Sequence after,
                             const std::function<bool(const core::EventView&)>& sink) = 0;
  /// Calls `sink` with the kept output of a step's commands; the same three ends.
  virtual base::Status logs(const base::UpgradeId& upgrade, base::StepIndex step, bool follow,
                            const std::function<bool(const ports::LogChunk&)>& sink) = 0;

  /// Ends a running `watch` or `logs` soon, and makes later ones end at once.
  virtual void cancel() = 0;
};

}  // namespace rollmill::cli
