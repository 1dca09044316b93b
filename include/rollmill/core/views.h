#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/core/blocked.h"
#include "rollmill/core/fact.h"
#include "rollmill/core/upgrade.h"

/// What people and programs see: made from the state by pure functions, shown alike by CLI, gRPC
/// and HTTP. All texts are ready to print.
namespace rollmill::core {

/// One station of the phase rail.
struct PhaseView {
  std::string name;     ///< "conductors"
  std::string state;    ///< "pending", "awaiting", "active", "done", "left"
  std::string direction;  ///< "FORWARD", "BACK"
  std::uint32_t turns_done = 0;
  std::uint32_t turns_total = 0;
  base::Duration elapsed{};  ///< Zero when not started.
  bool reversible = true;
  std::string undo;
  std::string wave;     ///< Label of the current wave, when active.
  std::vector<CheckResult> checks;  ///< Of the judgement.
  std::uint64_t probes_sent = 0;
  std::uint64_t probes_failed = 0;
  base::Duration longest_gap{};
  bool operator==(const PhaseView&) const = default;
};

/// One host's line of the live view: what it is, what it does, what it waits for.
struct HostView {
  std::string name;
  std::vector<std::string> services;
  bool connected = false;
  base::TimePoint connected_since{};  ///< Or away since.
  std::string agent_version;
  std::string release;   ///< Of the running process(es), "35.0"; "?" when unknown.
  std::string pin;       ///< In force, or empty.
  std::string doing;     ///< "drain", "install", "" when idle.
  std::string state;     ///< Of its step: "running", "waiting", "failed", "idle", "done"
  std::string waits_for; ///< Reason, when waiting or failed.
  base::TimePoint since{};     ///< Of what it does or waits for.
  base::TimePoint deadline{};  ///< Of its step; epoch when none.
  std::optional<std::uint32_t> step;
  std::uint32_t steps_done = 0;
  std::uint32_t steps_total = 0;
  bool operator==(const HostView&) const = default;
};

/// How much of one (role, domain) may be away, and how much of that is in use.
struct BudgetView {
  std::string role;
  std::string domain;
  std::uint32_t total = 0;
  std::uint32_t charged = 0;  ///< Down by rollmill's hand, or not proven to be up since.
  std::uint32_t failed = 0;
  std::uint32_t max_unavailable = 0;
  std::uint32_t min_available = 0;
  bool operator==(const BudgetView&) const = default;
};

/// One step for the report and for `retry --step`.
struct StepView {
  std::uint32_t index = 0;
  std::string phase;
  std::string direction;  ///< Of its phase: "FORWARD", "BACK"
  std::string host;
  std::string service;
  std::string verb;
  std::string state;
  std::uint32_t attempt = 0;
  bool changed = false;
  base::TimePoint dispatched_at{};
  base::TimePoint finished_at{};
  std::string code;
  std::string message;
  std::vector<CheckResult> checks;
  bool operator==(const StepView&) const = default;
};

/// One approval: who allowed what, until when.
struct ApprovalView {
  std::string gate;
  std::string by;
  std::string reason;
  base::TimePoint given_at{};
  base::TimePoint expires_at{};
  bool expired = false;
  bool operator==(const ApprovalView&) const = default;
};

/// One upgrade as a whole. `blocked` holds exactly what explain() says.
struct UpgradeView {
  std::string id;
  std::string plan_id;  ///< Hash of what is run; 12 hexadecimal digits. Each turn makes a new one.
  std::string first_plan_id;  ///< As it was shown at the start.
  std::string fleet;
  std::string state;  ///< "RUNNING"
  std::string direction;  ///< "FORWARD", "BACK"
  std::string from;
  std::string to;
  std::string created_by;  ///< Who asked for it.
  std::string reason;
  base::TimePoint created_at{};
  base::TimePoint finished_at{};  ///< Epoch while it is not final.
  base::Duration elapsed{};       ///< Since its start, until now or until its end.
  std::optional<Blocked> blocked;  ///< Nothing: everything moves.
  bool reversible = true;  ///< It can go back, or goes back; false once it has ended.
  std::string reversible_text;  ///< "yes, until unpin", "it is back at 35.0"
  std::string current_phase;  ///< Empty when all are done.
  std::uint32_t failures = 0;  ///< Services failed now.
  std::uint32_t failures_tolerated = 0;
  std::uint64_t probes_sent = 0;
  std::uint64_t probes_failed = 0;
  base::Duration longest_gap{};
  std::string probe_error;  ///< Of the last failed probe.
  /// Of the current leg. A preflight may come twice: first the reading that found the way.
  std::vector<PhaseView> phases;
  std::vector<PhaseView> past_phases;  ///< Of the legs before, in order; for the report.
  std::vector<HostView> hosts;
  std::vector<BudgetView> budgets;
  std::vector<ApprovalView> approvals;
  std::vector<StepView> steps;  ///< Only when asked for; the report needs them.
  bool operator==(const UpgradeView&) const = default;
};

enum class Detail { Summary, Steps };

/// Pure. Cost grows with the fleet: made when somebody asks, never for each event.
UpgradeView make_view(const Upgrade& upgrade, base::TimePoint now, Detail detail);

/// One fact as an event for people and programs.
struct EventView {
  base::Sequence sequence = 0;
  base::TimePoint at{};
  std::string kind;     ///< "StepSucceeded"
  std::string phase;    ///< Or empty.
  std::string host;     ///< Or empty.
  std::string verb;     ///< Or empty.
  std::optional<std::uint32_t> step;
  std::string severity; ///< "info", "warning", "error"
  std::string text;     ///< One sentence, without the host: "drain done after 4.2s"
  bool operator==(const EventView&) const = default;
};

/// Worth a line for people? Probes that went well are not, which come every few seconds; programs
/// get every event.
bool is_for_people(const EventView& event);
/// The last event of an upgrade: nothing follows it.
bool ends_upgrade(const EventView& event);
/// Succeeded, aborted or rolled back: nothing more will happen.
bool has_ended(const UpgradeView& upgrade);

/// `upgrade` is the state after the fact.
EventView make_event(const Upgrade& upgrade, base::Sequence sequence, const Fact& fact);

}  // namespace rollmill::core
