#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rollmill/ports/host.h"
#include "sim/ironic/keeper.h"

namespace rollmill::sim {

/// The machine's own state that several drivers look at.
struct MachineState {
  std::size_t place = 0;
  std::string name;
  base::Duration clock_offset{};
  bool disk_full = false;
};

/// Files of Ironic on one host, in the order in which oslo reads them: the operator's main file,
/// our drop-in, and what the operator may put behind it (IRONIC.md 3, "Drop-in directories").
class Config : public ports::ConfigDriver {
 public:
  Config(Site& site, MachineState& machine, Keeper& keeper);

  base::Result<DropIn> read() override;
  base::Status write(const std::vector<ports::Setting>& settings) override;
  base::Result<std::optional<std::string>> effective(const std::string& section,
                                                     const std::string& key) override;
  base::Result<base::TimePoint> changed_at() override;

  /// What a service reads at its start; nothing when unset.
  const std::string* find(const char* section, const char* key) const;
  base::Duration seconds(const char* section, const char* key, base::Duration usual) const;
  std::optional<std::string> pin() const;
  bool has_drop_in() const { return present_; }

  /// @name By other hands
  /// @{
  void set_operator_pin(const std::string& pin);
  /// False when there is no drop-in of ours.
  bool edit(bool take_pin_out);
  /// Puts back what was there before `edit` and `set_operator_pin`. True when there was anything.
  bool undo_edits();
  bool is_edited() const { return foreign_ || !later_pin_.empty(); }
  /// When other hands changed a file last, in true time; the beginning of time: never.
  base::TimePoint others_changed_at() const { return others_changed_at_; }
  /// Somebody changed a file and nobody has read it for us since.
  bool unseen_edit() const { return unseen_edit_; }
  /// @}

 private:
  void touch();
  void touch_by_others();

  Site& site_;
  MachineState& machine_;
  Keeper& keeper_;
  std::vector<ports::Setting> operators_;
  std::vector<ports::Setting> ours_;
  std::vector<ports::Setting> written_;  ///< By us, last.
  std::string later_pin_;                ///< In a file of the operator behind ours; empty: none.
  bool present_ = false;
  bool foreign_ = false;
  bool unseen_edit_ = false;
  base::TimePoint others_changed_at_{};
  base::TimePoint ours_changed_{};  ///< By the host's clock, as all times of files.
  base::TimePoint changed_{};
};

}  // namespace rollmill::sim
