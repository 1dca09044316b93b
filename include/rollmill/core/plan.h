#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/ids.h"
#include "rollmill/base/result.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/policy.h"
#include "rollmill/core/profile.h"
#include "rollmill/core/task.h"

namespace rollmill::core {

/// The phases in their order; a plan may leave out those that are done already.
enum class PhaseKind {
  Preflight,
  Stage,
  Expand,
  Pin,
  Conductors,
  Api,
  Gate,
  Unpin,
  Contract,
  Verify,
};

/// Which way the work goes: from A to B, or back to A.
enum class Direction { Forward, Back };

/// One verb on one host.
struct Step {
  Verb verb = Verb::Inspect;
  base::HostIndex host;  ///< Whose agent gets the task.
  TaskArgs args;
  base::Duration deadline{};  ///< From dispatch to result; the agent has this long.
  base::TurnIndex turn;
  bool operator==(const Step&) const = default;
};

/// The steps of one service, or of one whole host, inside a wave; done in order.
struct Turn {
  base::HostIndex host;
  std::string service;  ///< Empty: the whole host.
  /// Position among all services of the fleet, hosts in order; nothing for a whole host.
  std::optional<base::ServiceIndex> service_index;
  std::string role;  ///< Empty: the whole host.
  std::string domain;
  bool takes_down = false;  ///< The service is away meanwhile: charged to the budget.
  base::StepIndex first_step;
  std::uint32_t step_count = 0;
  base::WaveIndex wave;
  bool operator==(const Turn&) const = default;
};

/// Turns taken together; the next wave starts when all are done and the soak is over.
struct Wave {
  std::string label;  ///< "canary", "wave 2 of 3", "all hosts"
  base::TurnIndex first_turn;
  std::uint32_t turn_count = 0;
  base::Duration soak{};
  base::PhaseIndex phase;
  bool operator==(const Wave&) const = default;
};

/// A condition that must allow before its phase starts. Approval is the only kind yet.
struct GateSpec {
  std::string name;    ///< What is approved: "unpin", "expand".
  std::string reason;  ///< Why a person is asked.
  bool operator==(const GateSpec&) const = default;
};

struct Phase {
  PhaseKind kind = PhaseKind::Preflight;
  std::optional<GateSpec> gate;
  bool reversible = true;      ///< False from the point of no return on.
  std::string undo;            ///< What takes it back, or why nothing does.
  base::WaveIndex first_wave;  ///< Its waves follow each other.
  std::uint32_t wave_count = 0;
  Direction direction = Direction::Forward;
  std::uint32_t leg = 0;  ///< How often the upgrade had turned round before.
  /// Reads what each host is; when it is done the rest of the leg is planned from that.
  bool finds_way = false;
  bool operator==(const Phase&) const = default;
};

/// What an upgrade will do. Pure data; all lists are flat, parts refer to each other by index.
struct Plan {
  base::PlanId id;
  Fleet fleet;
  Policy policy;
  ReleaseNumber from;
  ReleaseNumber to;
  std::vector<Phase> phases;  ///< In the order of work.
  std::vector<Wave> waves;
  std::vector<Turn> turns;
  std::vector<Step> steps;
  std::vector<std::string> notes;  ///< What the reader should know: "cond2 is on 39.0 already".
  bool operator==(const Plan&) const = default;
};

/// What a plan is made from; the same request gives the same plan and the same id.
struct PlanRequest {
  Fleet fleet;
  Policy policy;
  ReleaseNumber to;
  FleetFacts facts;  ///< Of every host whose agent has reported.
  /// The old release of an upgrade to `to` that was given up behind its point of no return, where
  /// no reading tells it any more.
  std::optional<ReleaseNumber> went_from = std::nullopt;
};

/// Makes the plan, or says every reason why there is none (unknown release, unsupported hop, a host
/// without an agent, mixed releases that no order can fix, no redundancy, nothing to do).
/// A service that is of release B and pinned already gets only the steps that prove it.
base::Result<Plan> make_plan(const Profile& profile, const PlanRequest& request);

/// `plan` and one more phase, in a new leg: the one that reads what each host is.
Plan append_reading(const Plan& plan, Direction direction);

/// `plan` and the rest of its last leg, made from what its hosts were read to be; or every reason
/// why there is none. Forward it begins with the preflight when none has been passed yet.
struct LegRequest {
  const Plan& plan;
  FleetFacts facts;  ///< Of every host.
  /// Services that hold a part of their budget, or are away by the reading, by service index: they
  /// come before the others of their role, since these may have to wait for that budget.
  std::vector<bool> charged;
  bool preflight_passed = false;  ///< In an earlier leg.
  std::vector<bool> left_out;     ///< Hosts in quarantine, by host index; empty: none.
};
/// The plan with one leg more; or, when it cannot be planned, everything that is in the way.
struct GrownPlan {
  Plan plan;
  std::vector<std::string> problems;  ///< A sentence each; empty: `plan` holds.
};
GrownPlan append_leg(const Profile& profile, const LegRequest& request);

/// The way back as a plan of its own, to look at. `request.to` is B; `from` is A. With
/// `from_gate` every service is taken to be of B and pinned; else each is what `facts` say.
base::Result<Plan> preview_way_back(const Profile& profile, const PlanRequest& request,
                                    const ReleaseNumber& from, bool from_gate);

/// The plan goes on, in its last leg, from services that ran unpinned already: nothing leads back.
bool begins_behind_return(const Plan& plan);

/// The plan as an indented tree, one line a part; ends with the plan id. For people and for diffs.
std::string print_plan(const Plan& plan);

/// Lines of `print_plan` that are in one of the two only, with "-" or "+" before them.
std::vector<std::string> diff_plans(const Plan& before, const Plan& after);

const char* to_string(PhaseKind kind);       ///< "conductors"
const char* to_string(Direction direction);  ///< "FORWARD", "BACK"
std::optional<PhaseKind> parse_phase(const std::string& text);

}  // namespace rollmill::core
