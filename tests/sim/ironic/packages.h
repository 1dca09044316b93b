#pragma once

#include <array>
#include <optional>

#include "rollmill/ports/host.h"
#include "sim/ironic/config.h"
#include "sim/ironic/keeper.h"

namespace rollmill::sim {

/// The packages of one host, as apt and dpkg keep them: one release at a time, files replaced in
/// place, under a running process, too. An installation that is cut off leaves packages half
/// configured until dpkg or apt finishes it (LAB.md 1 and 2).
class Packages : public ports::ReleaseDriver {
 public:
  Packages(Site& site, MachineState& machine, Keeper& keeper, ReleaseId release);

  base::Result<Installed> installed() override;
  base::Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) override;
  base::Result<Staged> stage(const core::ReleaseNumber& release) override;
  base::Result<Installed> install(const core::ReleaseNumber& release) override;
  base::Status finish_install() override;
  bool side_by_side() const override { return false; }

  ReleaseId release() const { return release_; }
  bool clean() const { return !half_.has_value(); }

  /// @name Faults and people
  /// @{
  void fail_next(std::uint32_t times) { failures_ = times; }
  void interrupt_next() { interrupt_ = true; }
  /// What a cut off program leaves.
  void was_cut(const Invocation& program);
  /// dpkg --configure -a by hand. True when there was something to do.
  bool finish();
  bool fault_waits() const { return failures_ > 0 || interrupt_; }
  void calm() {
    failures_ = 0;
    interrupt_ = false;
  }
  /// @}

 private:
  Installed now() const;
  Staged shown(ReleaseId release) const;
  ports::CommandResult apt(ReleaseId wanted);
  base::Duration takes(ReleaseId wanted);
  base::Result<Installed> install_guarded(ReleaseId wanted);

  Site& site_;
  MachineState& machine_;
  Keeper& keeper_;
  Random random_;
  ReleaseId release_;
  base::TimePoint changed_at_{};   ///< By the host's clock.
  std::optional<ReleaseId> half_;  ///< What a cut off installation wanted.
  bool guard_ = false;             ///< The driver's, against starts of services; a file.
  std::array<bool, kReleases> staged_{};
  std::uint32_t failures_ = 0;
  bool interrupt_ = false;
};

}  // namespace rollmill::sim
