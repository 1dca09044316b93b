#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/base/time.h"
#include "rollmill/core/blocked.h"
#include "rollmill/core/command.h"
#include "rollmill/core/event.h"
#include "rollmill/core/fact.h"
#include "rollmill/core/profile.h"
#include "rollmill/core/upgrade.h"

/// The engine: pure functions, same inputs, same answer; no clock, I/O, log or lock.
///
/// The order is the contract. For each event the loop calls `decide`, appends `facts` durably in
/// one transaction, applies each with `evolve`, then performs `commands`. While the last call gave
/// facts it repeats with `AdvanceWanted`, so each append is small and a crash between two of them
/// loses nothing: a restart replays, sends `TakenOver`, and advances.
namespace rollmill::core {

struct Decision {
  std::vector<Fact> facts;
  std::vector<Command> commands;         ///< To perform after the facts are durable.
  std::optional<base::Error> refusal;    ///< Why the event does not fit; then `facts` is empty.
};

/// Decides what follows from an event. Cost: O(log n) in the size of the fleet, except for the
/// judgements at the end of preflight and gate and for a take-over, which look at every host once.
Decision decide(const Upgrade& upgrade, const Event& event, base::TimePoint now);

/// Applies one durable fact. Aborts on a fact that the transition tables do not allow.
void evolve(Upgrade& upgrade, const Fact& fact);

/// What should be in flight on one host, or on all: to send again after a reconnect or a restart.
/// While paused only tasks that the agent has accepted already. What was given up, because the
/// upgrade turns round or has been aborted, is to be cancelled.
std::vector<Command> outstanding(const Upgrade& upgrade,
                                 const std::optional<base::HostName>& host);

/// The earliest time at which `TimePassed` has something to do; nothing when only a person or an
/// agent can move the upgrade.
std::optional<base::TimePoint> next_timer(const Upgrade& upgrade);

/// Why nothing leads back any more, and what can be done instead; nothing while there is a way.
std::optional<std::string> why_no_way_back(const Upgrade& upgrade);

/// Why nothing moves, or why the slowest thing waits; nothing when everything moves.
std::optional<Blocked> explain(const Upgrade& upgrade, base::TimePoint now);

/// Every promise (docs/promises.md) that the state breaks, in words; and every index that differs
/// from what it is derived from. Empty when all is well. Cost grows with the fleet: tests and the
/// simulator call it after each fact.
std::vector<std::string> check_invariants(const Upgrade& upgrade);

/// The transition tables in Markdown, as printed into docs/state_machines.md.
std::string print_state_machines();

}  // namespace rollmill::core
