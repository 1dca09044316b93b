#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "rollmill/core/upgrade.h"
#include "rollmill/core/views.h"
#include "rollmill/ports/fact_codec.h"
#include "rollmill/ports/journal.h"

namespace rollmill::controller {

/// One upgrade in memory. Old finished ones keep their summary only; the rest is in the journal.
struct Run {
  base::UpgradeId id;
  std::string request_id;
  core::Upgrade upgrade;               ///< Empty (state None) when it was put away.
  std::deque<core::EventView> events;  ///< The newest ones, oldest first.
  bool events_complete = true;         ///< Nothing was dropped from the front of `events`.
  core::UpgradeView summary;           ///< Only when it was put away.

  bool put_away() const { return upgrade.state == core::UpgradeState::None; }
};

/// All upgrades as the journal has them: the one place that writes facts and folds them. An append
/// that fails stops the process (base::lost_durability). Owned by the controller. THREAD: loop.
class History {
 public:
  static constexpr std::size_t kLoadedRuns = 8;      ///< Newest upgrades kept whole in memory.
  static constexpr std::size_t kKeptEvents = 10000;  ///< Of one upgrade.
  static constexpr std::size_t kShownPlans = 16;     ///< Newest plans that can be compared with.

  /// Both outlive this.
  History(ports::Journal& journal, const ports::FactCodec& codec)
      : journal_(journal), codec_(codec) {}

  /// Folds the whole journal, once, before anything else. FailedPrecondition for a journal that is
  /// no controller's, DataLoss for one that does not make sense.
  base::Status replay();

  /// The largest epoch ever taken; 0 for none.
  base::Epoch last_epoch() const { return last_epoch_; }
  base::Sequence last_sequence() const { return journal_.next() - 1; }
  /// The one upgrade that is not finished, or null.
  Run* unfinished();
  /// Null when there is none of that name.
  Run* find(const base::UpgradeId& id);
  const Run* newest() const { return runs_.empty() ? nullptr : runs_.back().get(); }
  Run* newest() { return runs_.empty() ? nullptr : runs_.back().get(); }
  /// Oldest first.
  const std::vector<std::unique_ptr<Run>>& runs() const { return runs_; }

  /// A new upgrade with its first facts, in one transaction. Its id must be new.
  Run& begin(const base::UpgradeId& id, const std::vector<core::Fact>& facts);
  /// Appends the facts in one transaction, then applies them. The run must not be put away.
  void append(Run& run, const std::vector<core::Fact>& facts);
  /// Records that a controller took this epoch, whether or not an upgrade is under way.
  void take_epoch(base::Epoch epoch, base::TimePoint now);

  /// Remembers a plan as shown, durably; a plan that is known already is not stored again.
  void remember_plan(const core::Plan& plan, base::TimePoint now);
  /// NotFound for a plan that was never shown, or too long ago.
  base::Result<core::Plan> shown_plan(const base::PlanId& id) const;

  /// The state of any upgrade; one that was put away is folded anew, at the cost of reading it.
  base::Result<std::shared_ptr<const core::Upgrade>> state_of(const Run& run) const;
  /// At most `limit` events after a sequence, oldest first; from memory when they are there.
  base::Result<std::vector<core::EventView>> events(const Run& run, base::Sequence after,
                                                    std::size_t limit) const;

 private:
  struct ShownPlan {
    base::PlanId id;
    std::string text;
  };

  base::Status take(const ports::Record& record);
  base::Status take_upgrade_fact(const ports::Record& record);
  void write(const std::vector<ports::Record>& records);
  std::vector<ports::Record> encode(const base::UpgradeId& id,
                                    const std::vector<core::Fact>& facts) const;
  Run& add_run(const base::UpgradeId& id);
  void put_away_old_runs();
  static void apply(Run& run, base::Sequence sequence, const core::Fact& fact);
  void keep_plan(base::PlanId id, std::string text);
  using Visit = std::function<bool(const core::Upgrade&, base::Sequence, const core::Fact&)>;
  base::Status fold(const base::UpgradeId& id, core::Upgrade& into, const Visit& visit) const;

  ports::Journal& journal_;
  const ports::FactCodec& codec_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::deque<ShownPlan> plans_;
  base::Epoch last_epoch_ = 0;
};

}  // namespace rollmill::controller
