#include <array>
#include <string>
#include <utility>

#include "core/transitions.h"
#include "rollmill/base/check.h"
#include "rollmill/core/fact.h"
#include "rollmill/core/plan.h"
#include "rollmill/core/task.h"
#include "rollmill/core/upgrade.h"

/// Every name that leaves the core, in one place: they are promises to files, wire and people.
namespace rollmill::core {
namespace {

template <typename Value, std::size_t kCount>
const char* name_of(const std::array<std::pair<Value, const char*>, kCount>& names, Value value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  base::check_failed("a value without a name", __FILE__, __LINE__);
}

template <typename Value, std::size_t kCount>
std::optional<Value> value_of(const std::array<std::pair<Value, const char*>, kCount>& names,
                              const std::string& text) {
  for (const auto& [value, name] : names) {
    if (text == name) return value;
  }
  return std::nullopt;
}

constexpr auto kVerbs = std::to_array<std::pair<Verb, const char*>>({
    {Verb::Inspect, "inspect"}, {Verb::Survey, "survey"},   {Verb::Stage, "stage"},
    {Verb::Install, "install"}, {Verb::Expand, "expand"},   {Verb::Pin, "pin"},
    {Verb::Drain, "drain"},     {Verb::Stop, "stop"},       {Verb::Start, "start"},
    {Verb::Probe, "probe"},     {Verb::Enlist, "enlist"},   {Verb::Unpin, "unpin"},
    {Verb::Migrate, "migrate"}, {Verb::Attest, "attest"},   {Verb::Restore, "restore"},
});
constexpr auto kVerdicts = std::to_array<std::pair<Verdict, const char*>>({
    {Verdict::Ok, "ok"}, {Verdict::Warning, "warning"}, {Verdict::Failed, "failed"}});
constexpr auto kPhases = std::to_array<std::pair<PhaseKind, const char*>>({
    {PhaseKind::Preflight, "preflight"},   {PhaseKind::Stage, "stage"},
    {PhaseKind::Expand, "expand"},         {PhaseKind::Pin, "pin"},
    {PhaseKind::Conductors, "conductors"}, {PhaseKind::Api, "api"},
    {PhaseKind::Gate, "gate"},             {PhaseKind::Unpin, "unpin"},
    {PhaseKind::Contract, "contract"},     {PhaseKind::Verify, "verify"},
});
constexpr auto kUpgradeStates = std::to_array<std::pair<UpgradeState, const char*>>({
    {UpgradeState::None, "NONE"},           {UpgradeState::Planned, "PLANNED"},
    {UpgradeState::Running, "RUNNING"},     {UpgradeState::Paused, "PAUSED"},
    {UpgradeState::Succeeded, "SUCCEEDED"}, {UpgradeState::Aborted, "ABORTED"},
    {UpgradeState::RolledBack, "ROLLED_BACK"},
});
constexpr auto kDirections = std::to_array<std::pair<Direction, const char*>>({
    {Direction::Forward, "FORWARD"}, {Direction::Back, "BACK"}});
constexpr auto kPhaseStates = std::to_array<std::pair<PhaseState, const char*>>({
    {PhaseState::Pending, "pending"}, {PhaseState::Awaiting, "awaiting"},
    {PhaseState::Active, "active"}, {PhaseState::Done, "done"}, {PhaseState::Left, "left"}});
constexpr auto kWaveStates = std::to_array<std::pair<WaveState, const char*>>({
    {WaveState::Pending, "pending"}, {WaveState::Active, "active"},
    {WaveState::Soaking, "soaking"}, {WaveState::Done, "done"}, {WaveState::Left, "left"}});
constexpr auto kTurnStates = std::to_array<std::pair<TurnState, const char*>>({
    {TurnState::Pending, "pending"}, {TurnState::Active, "active"},
    {TurnState::Failed, "failed"}, {TurnState::Done, "done"}, {TurnState::Left, "left"}});
constexpr auto kStepStates = std::to_array<std::pair<StepState, const char*>>({
    {StepState::Pending, "pending"},     {StepState::Dispatched, "dispatched"},
    {StepState::Running, "running"},     {StepState::Succeeded, "succeeded"},
    {StepState::Failed, "failed"},       {StepState::Skipped, "skipped"},
});
constexpr auto kUpgradeCauses = std::to_array<std::pair<UpgradeCause, const char*>>({
    {UpgradeCause::Plan, "plan"},     {UpgradeCause::Start, "start"},
    {UpgradeCause::Pause, "pause"},   {UpgradeCause::Resume, "resume"},
    {UpgradeCause::Abort, "abort"},   {UpgradeCause::Finish, "finish"},
    {UpgradeCause::TurnRound, "turn round"}, {UpgradeCause::FinishBack, "finish back"},
});
constexpr auto kPhaseCauses = std::to_array<std::pair<PhaseCause, const char*>>({
    {PhaseCause::ReachGate, "reach gate"}, {PhaseCause::Start, "start"},
    {PhaseCause::Finish, "finish"}, {PhaseCause::Reset, "reset"},
    {PhaseCause::Leave, "leave"}});
constexpr auto kWaveCauses = std::to_array<std::pair<WaveCause, const char*>>({
    {WaveCause::Start, "start"}, {WaveCause::Soak, "soak"},
    {WaveCause::Finish, "finish"}, {WaveCause::Reset, "reset"}, {WaveCause::Leave, "leave"}});
constexpr auto kTurnCauses = std::to_array<std::pair<TurnCause, const char*>>({
    {TurnCause::Start, "start"}, {TurnCause::Fail, "fail"}, {TurnCause::Retry, "retry"},
    {TurnCause::Finish, "finish"}, {TurnCause::Reset, "reset"}, {TurnCause::Leave, "leave"}});
constexpr auto kStepCauses = std::to_array<std::pair<StepCause, const char*>>({
    {StepCause::Dispatch, "dispatch"}, {StepCause::Accept, "accept"},
    {StepCause::Wait, "wait"},         {StepCause::Succeed, "succeed"},
    {StepCause::Fail, "fail"},         {StepCause::Retry, "retry"},
    {StepCause::Skip, "skip"},         {StepCause::Reset, "reset"},
});

struct FactNamer {
  const char* operator()(const UpgradePlanned&) const { return "UpgradePlanned"; }
  const char* operator()(const UpgradeStarted&) const { return "UpgradeStarted"; }
  const char* operator()(const ControllerStarted&) const { return "ControllerStarted"; }
  const char* operator()(const AgentConnected&) const { return "AgentConnected"; }
  const char* operator()(const AgentLost&) const { return "AgentLost"; }
  const char* operator()(const PhaseStarted&) const { return "PhaseStarted"; }
  const char* operator()(const PhaseReset&) const { return "PhaseReset"; }
  const char* operator()(const PhaseFinished&) const { return "PhaseFinished"; }
  const char* operator()(const GateReached&) const { return "GateReached"; }
  const char* operator()(const ApprovalGiven&) const { return "ApprovalGiven"; }
  const char* operator()(const ApprovalExpired&) const { return "ApprovalExpired"; }
  const char* operator()(const GatePassed&) const { return "GatePassed"; }
  const char* operator()(const WaveStarted&) const { return "WaveStarted"; }
  const char* operator()(const SoakStarted&) const { return "SoakStarted"; }
  const char* operator()(const WaveFinished&) const { return "WaveFinished"; }
  const char* operator()(const TurnStarted&) const { return "TurnStarted"; }
  const char* operator()(const TurnFinished&) const { return "TurnFinished"; }
  const char* operator()(const TurnFailed&) const { return "TurnFailed"; }
  const char* operator()(const WaveStalled&) const { return "WaveStalled"; }
  const char* operator()(const WaveUnstalled&) const { return "WaveUnstalled"; }
  const char* operator()(const StepDispatched&) const { return "StepDispatched"; }
  const char* operator()(const StepAccepted&) const { return "StepAccepted"; }
  const char* operator()(const StepWaiting&) const { return "StepWaiting"; }
  const char* operator()(const StepSucceeded&) const { return "StepSucceeded"; }
  const char* operator()(const StepFailed&) const { return "StepFailed"; }
  const char* operator()(const StepRetryPlanned&) const { return "StepRetryPlanned"; }
  const char* operator()(const StepSkipped&) const { return "StepSkipped"; }
  const char* operator()(const PhaseJudged&) const { return "PhaseJudged"; }
  const char* operator()(const UpgradePaused&) const { return "UpgradePaused"; }
  const char* operator()(const UpgradeResumed&) const { return "UpgradeResumed"; }
  const char* operator()(const UpgradeAborted&) const { return "UpgradeAborted"; }
  const char* operator()(const UpgradeSucceeded&) const { return "UpgradeSucceeded"; }
  const char* operator()(const ApiProbed&) const { return "ApiProbed"; }
  const char* operator()(const DirectionTurned&) const { return "DirectionTurned"; }
  const char* operator()(const HostQuarantined&) const { return "HostQuarantined"; }
  const char* operator()(const PlanExtended&) const { return "PlanExtended"; }
  const char* operator()(const UpgradeRolledBack&) const { return "UpgradeRolledBack"; }
};

}  // namespace

const char* to_string(Verb verb) { return name_of(kVerbs, verb); }
std::optional<Verb> parse_verb(const std::string& text) { return value_of(kVerbs, text); }
const char* to_string(Verdict verdict) { return name_of(kVerdicts, verdict); }
const char* to_string(PhaseKind kind) { return name_of(kPhases, kind); }
std::optional<PhaseKind> parse_phase(const std::string& text) { return value_of(kPhases, text); }
const char* to_string(Direction direction) { return name_of(kDirections, direction); }
const char* to_string(UpgradeState state) { return name_of(kUpgradeStates, state); }
const char* to_string(PhaseState state) { return name_of(kPhaseStates, state); }
const char* to_string(WaveState state) { return name_of(kWaveStates, state); }
const char* to_string(TurnState state) { return name_of(kTurnStates, state); }
const char* to_string(StepState state) { return name_of(kStepStates, state); }
const char* to_string(UpgradeCause cause) { return name_of(kUpgradeCauses, cause); }
const char* to_string(PhaseCause cause) { return name_of(kPhaseCauses, cause); }
const char* to_string(WaveCause cause) { return name_of(kWaveCauses, cause); }
const char* to_string(TurnCause cause) { return name_of(kTurnCauses, cause); }
const char* to_string(StepCause cause) { return name_of(kStepCauses, cause); }

const char* fact_kind(const FactBody& body) { return std::visit(FactNamer{}, body); }

bool is_final(const TaskOutcome& outcome) {
  return std::holds_alternative<TaskSucceeded>(outcome) ||
         std::holds_alternative<TaskFailed>(outcome) ||
         std::holds_alternative<TaskRefused>(outcome);
}

}  // namespace rollmill::core
