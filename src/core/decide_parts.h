#pragma once

#include <string>
#include <vector>

#include "rollmill/core/engine.h"

/// The parts of `decide`, by event. Called by `decide` only; all pure.
namespace rollmill::core {

/// More tasks than this are never in flight at once.
inline constexpr std::size_t kMaxInFlight = 1000;

/// Collects a decision's facts with one time.
class Deciding {
 public:
  explicit Deciding(base::TimePoint now) : now_(now) {}

  base::TimePoint now() const { return now_; }
  Deciding& fact(FactBody body) {
    decision_.facts.push_back({now_, std::move(body)});
    return *this;
  }
  Deciding& command(Command command) {
    decision_.commands.push_back(std::move(command));
    return *this;
  }
  bool empty() const { return decision_.facts.empty(); }
  Decision take() { return std::move(decision_); }

 private:
  base::TimePoint now_;
  Decision decision_;
};

Decision refuse(base::ErrorCode code, std::string message);

Decision decide_report(const Upgrade& upgrade, const TaskReported& event, base::TimePoint now);
Decision decide_time(const Upgrade& upgrade, base::TimePoint now);
Decision decide_advance(const Upgrade& upgrade, base::TimePoint now);

Decision decide_request(const Upgrade& upgrade, const UpgradeRequested& event,
                        base::TimePoint now);
Decision decide_pause(const Upgrade& upgrade, const PauseRequested& event, base::TimePoint now);
Decision decide_resume(const Upgrade& upgrade, const ResumeRequested& event, base::TimePoint now);
Decision decide_abort(const Upgrade& upgrade, const AbortRequested& event, base::TimePoint now);
Decision decide_approve(const Upgrade& upgrade, const ApproveRequested& event,
                        base::TimePoint now);
Decision decide_retry(const Upgrade& upgrade, const RetryRequested& event, base::TimePoint now);
Decision decide_turn(const Upgrade& upgrade, const TurnRequested& event, base::TimePoint now);
Decision decide_quarantine(const Upgrade& upgrade, const QuarantineRequested& event,
                           base::TimePoint now);
Decision decide_skip(const Upgrade& upgrade, const SkipRequested& event, base::TimePoint now);

/// Ends the pause. Tasks in flight are sent again: nothing is lost by a second copy, and agents
/// that came during the pause were not sent them, or wait for the word to go on. Not `ended`: this
/// decision ends those.
void add_resume(const Upgrade& upgrade, const Actor& actor, Deciding& deciding,
                const std::vector<base::StepIndex>& ended = {});

/// Adds the end of a failed try: an automatic retry inside the attempt budget, or a failed turn.
void add_failure(const Upgrade& upgrade, base::StepIndex step, const TaskFailed& failure,
                 Deciding& deciding);

/// A pause of rollmill's own ends with the repair; a person's pause only with `resume`.
void end_own_pause(const Upgrade& upgrade, const Actor& actor, Deciding& deciding,
                   const std::vector<base::StepIndex>& ended = {});
/// What the agent is to hear of a step in flight: its task, or to give it up when the upgrade turns
/// round or has ended.
Command word_for(const Upgrade& upgrade, base::StepIndex step);
/// The task of a step in flight is told to give up.
CancelTask cancel_of(const Upgrade& upgrade, base::StepIndex step);
/// Pauses when nobody has approved in time, as the timer would that this call comes before.
void add_late_gate(const Upgrade& upgrade, Deciding& deciding);
/// Turns round, whoever asks; `by` empty: the policy.
void add_turn(const Upgrade& upgrade, Direction direction, const Actor& actor, Deciding& deciding);
/// Does the policy send this upgrade back at the failure it has?
bool turns_back_by_itself(const Upgrade& upgrade);
/// Nothing of the old leg is in flight: the new one begins with a reading of every host.
void begin_leg(const Upgrade& upgrade, Deciding& deciding);
/// What the rest of the leg is planned from. Holds the plan of `upgrade`, by reference.
LegRequest rest_of_leg(const Upgrade& upgrade);
/// Every host has been read: the rest of the leg is planned, or what prevents it is told.
void find_way(const Upgrade& upgrade, Deciding& deciding);

}  // namespace rollmill::core
