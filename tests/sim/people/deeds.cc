#include "sim/people/people.h"
#include "sim/world/world.h"

namespace rollmill::sim {
namespace {

/// Any step that failed for good; people try to skip it.
std::optional<base::StepIndex> failed_step(const core::Upgrade& upgrade) {
  for (std::uint32_t i = 0; i < upgrade.steps.size(); ++i) {
    if (upgrade.steps[i].state == core::StepState::Failed) return base::StepIndex{i};
  }
  return std::nullopt;
}

}  // namespace

void People::do_deed(const Fault& fault) {
  const std::uint32_t variant = fault.variant;
  const core::Upgrade* upgrade = world_.watch().upgrade();
  if (upgrade == nullptr) return;
  const core::Actor hasty{"colleague", "at a bad moment"};
  const base::StepIndex some = failed_step(*upgrade).value_or(base::StepIndex{variant});
  const auto is = [&](FaultKind wanted) { return fault.kind == wanted; };
  if (is(FaultKind::Pause)) request(*upgrade, core::PauseRequested{hasty});
  if (is(FaultKind::Resume)) request(*upgrade, core::ResumeRequested{hasty});
  if (is(FaultKind::Abort)) request(*upgrade, core::AbortRequested{hasty});
  if (is(FaultKind::Rollback)) {
    const auto way = variant == 2 ? core::Direction::Forward : core::Direction::Back;
    request(*upgrade, core::TurnRequested{way, hasty});
  }
  if (is(FaultKind::Approve)) {
    request(*upgrade, core::ApproveRequested{"unpin", hasty, std::chrono::minutes{10}});
  }
  if (is(FaultKind::Retry)) request(*upgrade, core::RetryRequested{std::nullopt, hasty});
  if (is(FaultKind::Skip)) request(*upgrade, core::SkipRequested{some, hasty});
  if (is(FaultKind::Quarantine)) {
    request(*upgrade, core::QuarantineRequested{world_.agent(fault.host).name(), hasty});
  }
  if (!is(FaultKind::SecondOperator)) return;
  world_.controller().ask([this, variant, hasty](controller::Controller& controller) {
    if (variant == 0) (void)controller.plan({{39, 0}, world_.scenario().policy});
    if (variant == 1) (void)controller.start({{39, 0}, {}, "", "", hasty, {}});
  });
}

}  // namespace rollmill::sim
