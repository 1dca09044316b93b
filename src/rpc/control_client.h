#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/control.h"
#include "rpc/options.h"

/// The operators' door from outside: what the CLI and other programs call.
namespace rollmill::rpc {

struct ControlClientOptions {
  std::string controller;       ///< "127.0.0.1:7710"
  std::optional<TlsFiles> tls;  ///< Absent: plain text.
  std::string server_name;  ///< Name in the controller's certificate; empty: the address's host.
  std::string user;         ///< "root@ctl": who asks, where no certificate says so.
  base::Duration limit{std::chrono::seconds{30}};      ///< Of a call.
  base::Duration slow_limit{std::chrono::minutes{2}};  ///< Of plan and start.
};

struct PlanShown {
  core::Plan plan;
  std::string printed;  ///< As an indented tree, ready to print.
};

struct WatchAsked {
  base::UpgradeId upgrade{};  ///< Empty: the newest.
  base::Sequence after = 0;   ///< Only events with a higher sequence.
  bool with_view = false;     ///< Also the upgrade at the start and after each batch of events.
  base::Duration patience{std::chrono::minutes{1}};  ///< For a controller that is away.
};
/// An event, a view, or an event with the view after it.
struct WatchUpdate {
  std::optional<core::EventView> event;
  std::optional<core::UpgradeView> upgrade;
};
struct WatchCalls {
  /// False ends the watch.
  std::function<bool(const WatchUpdate&)> update;
  /// The controller is away; the watch tries again from where it stopped. May be empty.
  std::function<void(const base::Error&)> away;
};

/// Every call blocks, has a deadline, and fails with a sentence for people. An empty upgrade id
/// means the newest upgrade. THREAD: any; one call at a time.
class ControlClient {
 public:
  virtual ~ControlClient() = default;

  virtual base::Result<PlanShown> plan(const ports::PlanAsked& asked) = 0;
  /// `asked.actor.by` is not sent: who asks is in the options or in the certificate.
  virtual base::Result<core::UpgradeView> start(const ports::StartAsked& asked) = 0;
  virtual base::Result<core::UpgradeView> get(const base::UpgradeId& id, core::Detail detail) = 0;
  /// All of them, newest first.
  virtual base::Result<std::vector<core::UpgradeView>> list() = 0;

  /// @name Deeds; `reason` is recorded
  /// @{
  virtual base::Result<core::UpgradeView> pause(const base::UpgradeId& id,
                                                const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> resume(const base::UpgradeId& id,
                                                 const std::string& reason) = 0;
  /// Leaves a host out of the rest of the way back.
  virtual base::Result<core::UpgradeView> quarantine(const base::UpgradeId& id,
                                                     const base::HostName& host, bool api_is_out,
                                                     const std::string& reason) = 0;
  /// Back to the old release, or (`undo`) forward again.
  virtual base::Result<core::UpgradeView> rollback(const base::UpgradeId& id, bool undo,
                                                   const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> abort(const base::UpgradeId& id,
                                                const std::string& reason) = 0;
  /// Without a term the controller's own holds: a day.
  virtual base::Result<core::UpgradeView> approve(const base::UpgradeId& id,
                                                  const std::string& gate,
                                                  std::optional<base::Duration> valid_for,
                                                  const std::string& reason) = 0;
  /// Without a step: everything that failed.
  virtual base::Result<core::UpgradeView> retry(const base::UpgradeId& id,
                                                std::optional<base::StepIndex> step,
                                                const std::string& reason) = 0;
  virtual base::Result<core::UpgradeView> skip(const base::UpgradeId& id, base::StepIndex step,
                                               const std::string& reason) = 0;
  /// @}

  virtual base::Result<std::vector<ports::FleetHostView>> hosts() = 0;
  virtual base::Result<ports::ControllerInfo> info() = 0;
  /// Every event after `after` that there is now.
  virtual base::Result<std::vector<core::EventView>> events(const base::UpgradeId& id,
                                                            base::Sequence after) = 0;

  /// Success when the upgrade has ended, when `update` said false, or when `stop` was requested.
  /// No event is missed or repeated, also across a restart of the controller.
  virtual base::Status watch(const WatchAsked& asked, const WatchCalls& calls,
                             std::stop_token stop) = 0;
  /// Success at the end of the output, or when `sink` said false or `stop` was requested.
  virtual base::Status logs(const base::UpgradeId& id, base::StepIndex step, bool follow,
                            const std::function<bool(const ports::LogChunk&)>& sink,
                            std::stop_token stop) = 0;
};

/// Fails when a TLS file cannot be read; does not connect yet.
base::Result<std::unique_ptr<ControlClient>> make_control_client(ControlClientOptions options);

}  // namespace rollmill::rpc
