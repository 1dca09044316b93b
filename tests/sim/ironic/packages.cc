#include "sim/ironic/packages.h"

#include <algorithm>

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;

ports::CommandResult exit_with(int code) {
  ports::CommandResult result;
  result.exit_code = code;
  return result;
}

Error unknown(const core::ReleaseNumber& release) {
  return {ErrorCode::NotFound, "the archive has no release " + core::to_string(release)};
}

}  // namespace

Packages::Packages(Site& site, MachineState& machine, Keeper& keeper, ReleaseId release)
    : site_(site),
      machine_(machine),
      keeper_(keeper),
      random_(site.random.fork("packages", machine.place)),
      release_(release),
      changed_at_(site.time.now() - std::chrono::hours{48}) {}

ports::ReleaseDriver::Installed Packages::now() const {
  const ReleaseModel& model = model_of(release_);
  const char* left_over = guard_ ? "/usr/sbin/policy-rc.d" : "";
  return {model.number, model.package_version, changed_at_, clean(), left_over};
}

base::Result<ports::ReleaseDriver::Installed> Packages::installed() { return now(); }

ports::ReleaseDriver::Staged Packages::shown(ReleaseId release) const {
  const ReleaseModel& model = model_of(release);
  Staged staged{model.package_version, "sha256:" + model.head, {}};
  for (std::size_t i = 0; i <= static_cast<std::size_t>(release); ++i)
    staged.pins.push_back(core::to_string(model_of(static_cast<ReleaseId>(i)).number));
  return staged;
}

base::Result<std::optional<ports::ReleaseDriver::Staged>> Packages::staged(
    const core::ReleaseNumber& release) {
  const auto id = release_id(release);
  if (!id || !staged_[static_cast<std::size_t>(*id)]) return std::optional<Staged>();
  return std::optional<Staged>(shown(*id));
}

base::Result<ports::ReleaseDriver::Staged> Packages::stage(const core::ReleaseNumber& release) {
  const auto id = release_id(release);
  if (!id) return unknown(release);
  if (*id == release_ && clean()) {  // Nothing to fetch: what is installed is kept as staged.
    staged_[static_cast<std::size_t>(*id)] = true;
    return shown(*id);
  }
  const base::Duration takes{random_.between(1500, 6000)};
  const ports::CommandResult fetched = keeper_.run({Deed::Stage, *id, 0}, takes, [this, id = *id] {
    if (machine_.disk_full) return exit_with(100);
    staged_[static_cast<std::size_t>(id)] = true;
    return exit_with(0);
  });
  if (fetched.exit_code == 0 && !fetched.interrupted) return shown(*id);
  return Error{ErrorCode::Unavailable, "apt-get could not fetch the packages"};
}

base::Duration Packages::takes(ReleaseId wanted) {
  const base::Duration usual = model_of(std::max(wanted, release_)).install_takes;
  return usual * random_.between(80, 150) / 100;
}

/// What apt has done when it ends.
ports::CommandResult Packages::apt(ReleaseId wanted) {
  if (machine_.disk_full) return exit_with(100);
  if (failures_ > 0) {
    --failures_;
    return exit_with(100);
  }
  if (interrupt_) {
    interrupt_ = false;
    was_cut({Deed::Install, wanted, 0});
    return exit_with(100);
  }
  release_ = wanted;
  half_.reset();
  changed_at_ = site_.time.now() + machine_.clock_offset;
  return exit_with(0);
}

void Packages::was_cut(const Invocation& program) {
  const bool installs = program.deed == Deed::Install || program.deed == Deed::Configure;
  if (!installs) return;
  half_ = program.release;
  if (random_.chance(500)) release_ = program.release;  // Unpacked so far that dpkg says so.
  changed_at_ = site_.time.now() + machine_.clock_offset;
}

bool Packages::finish() {
  if (!half_) return false;
  release_ = *half_;
  half_.reset();
  changed_at_ = site_.time.now() + machine_.clock_offset;
  return true;
}

/// apt, and when that was not enough dpkg and apt once more, as the real driver does.
base::Result<ports::ReleaseDriver::Installed> Packages::install(
    const core::ReleaseNumber& release) {
  const auto id = release_id(release);
  if (!id) return unknown(release);
  if (!staged_[static_cast<std::size_t>(*id)])
    return Error{ErrorCode::FailedPrecondition, "the release is not staged on this host"};
  if (release_ == *id && clean() && !guard_) return now();
  guard_ = true;
  base::Result<Installed> after = install_guarded(*id);
  guard_ = false;
  return after ? now() : after;
}

base::Status Packages::finish_install() {
  if (!guard_) return base::success();
  if (keeper_.task() != nullptr) (void)keeper_.settle(*keeper_.task());
  guard_ = false;
  return base::success();
}

base::Result<ports::ReleaseDriver::Installed> Packages::install_guarded(ReleaseId wanted) {
  for (int round = 0; round < 2; ++round) {
    keeper_.run({Deed::Install, wanted, 0}, takes(wanted), [this, wanted] { return apt(wanted); });
    if (release_ == wanted && clean()) return now();
    if (round == 1) break;
    const ReleaseId half = half_.value_or(release_);
    keeper_.run({Deed::Configure, half, 0}, std::chrono::seconds{2}, [this] {
      finish();
      return exit_with(0);
    });
  }
  return Error{ErrorCode::Unavailable, "after the installation this host does not have " +
                                           core::to_string(model_of(wanted).number) + " whole"};
}

}  // namespace rollmill::sim
