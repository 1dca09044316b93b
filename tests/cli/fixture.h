#pragma once

#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/cli.h"
#include "cli/render/style.h"

namespace rollmill::cli {

/// 2026-11-22T15:00:00Z and so many seconds.
base::TimePoint at(int seconds);

/// An upgrade of two conductors and an API in the middle of the conductors phase.
core::UpgradeView running_view();
/// The same, held at the gate by a missing approval.
core::UpgradeView blocked_view();
core::UpgradeView finished_view();
core::EventView event(base::Sequence sequence, const std::string& kind, const std::string& text);

/// A controller that says what the test told it to say, and remembers what it was asked.
class FakeClient final : public ControlClient {
 public:
  base::Result<PlanShown> plan(const PlanWanted& wanted) override;
  base::Result<core::UpgradeView> start(const StartWanted& wanted) override;
  base::Result<core::UpgradeView> pause(const base::UpgradeId& upgrade,
                                        const std::string& reason) override;
  base::Result<core::UpgradeView> resume(const base::UpgradeId& upgrade,
                                         const std::string& reason) override;
  base::Result<core::UpgradeView> quarantine(const base::UpgradeId& upgrade,
                                             const base::HostName& host, bool api_is_out,
                                             const std::string& reason) override;
  base::Result<core::UpgradeView> rollback(const base::UpgradeId& upgrade, bool undo,
                                           const std::string& reason) override;
  base::Result<core::UpgradeView> abort(const base::UpgradeId& upgrade,
                                        const std::string& reason) override;
  base::Result<core::UpgradeView> approve(const base::UpgradeId& upgrade, const std::string& gate,
                                          std::optional<base::Duration> valid_for,
                                          const std::string& reason) override;
  base::Result<core::UpgradeView> retry(const base::UpgradeId& upgrade,
                                        std::optional<base::StepIndex> step,
                                        const std::string& reason) override;
  base::Result<core::UpgradeView> skip(const base::UpgradeId& upgrade, base::StepIndex step,
                                       const std::string& reason) override;
  base::Result<core::UpgradeView> get(const base::UpgradeId& upgrade, core::Detail detail) override;
  base::Result<std::vector<core::UpgradeView>> list() override;
  base::Result<std::vector<ports::FleetHostView>> hosts() override;
  base::Result<ports::ControllerInfo> info() override;
  base::Result<std::vector<core::EventView>> events(const base::UpgradeId& upgrade,
                                                    base::Sequence after) override;
  base::Status watch(const base::UpgradeId& upgrade, base::Sequence after,
                     const std::function<bool(const core::EventView&)>& sink) override;
  base::Status logs(const base::UpgradeId& upgrade, base::StepIndex step, bool follow,
                    const std::function<bool(const ports::LogChunk&)>& sink) override;
  void cancel() override {}

  std::vector<std::string> asked;  ///< "pause u-1 because of X"
  /// Answers of `get`, one a call; the last one stays.
  std::vector<base::Result<core::UpgradeView>> views;
  core::UpgradeView answer = running_view();  ///< Of the deeds.
  std::vector<core::EventView> stream;        ///< What `watch` and `events` bring.
  std::vector<ports::FleetHostView> fleet;
  ports::ControllerInfo information;
  std::vector<ports::LogChunk> output;
  std::optional<base::Error> refusal;       ///< Of plan, start and the deeds.
  std::optional<base::Error> plan_refusal;  ///< Of plan alone.

 private:
  base::Result<core::UpgradeView> deed(const std::string& what, const base::UpgradeId& upgrade,
                                       const std::string& reason);
};

/// One run of the command line: what goes in and what came out.
struct Terminal {
  bool is_terminal = false;
  int columns = 80;
  int rows = 24;
  std::string answer;  ///< What the person types.
  std::map<std::string, std::string> environment;
  base::TimePoint now = at(0);
  int rests_until_interrupt = -1;  ///< Ctrl-C comes at this rest; -1: never.
  FakeClient* client = nullptr;
  std::optional<base::Error> connect_error;
  bool full = false;  ///< What the output goes to takes nothing.

  std::string out;
  std::string err;
  ConnectOptions connected;

  ExitCode run(const std::vector<std::string>& arguments);
};

}  // namespace rollmill::cli
