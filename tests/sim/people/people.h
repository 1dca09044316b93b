#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "rollmill/core/event.h"
#include "rollmill/core/fact.h"
#include "rollmill/core/upgrade.h"
#include "rollmill/ports/control.h"
#include "sim/faults/fault.h"
#include "sim/random.h"

namespace rollmill::sim {

class World;

/// The people of a run. One wants the fleet upgraded: starts, looks now and then why nothing moves,
/// and does what a sensible operator would do about it. Others do deeds at bad moments.
class People {
 public:
  explicit People(World& world);

  void begin();
  /// Something became durable.
  void fact(const core::Upgrade& upgrade, const core::Fact& fact);
  /// A deed at a bad moment; kinds that are no deeds do nothing.
  void do_deed(const Fault& fault);

  /// The fleet is as wanted, or everybody has given up trying, and all is quiet.
  bool content() const { return content_; }
  /// A start that was asked for long ago came late: an upgrade goes on that nobody looks at.
  bool has_work() const;
  /// Looks at such an upgrade until it ends; false when there is none.
  bool find_work();
  /// What somebody waits for, for a report.
  std::string trouble() const;

  std::string end() const;
  std::uint32_t upgrades() const { return upgrades_; }
  std::uint32_t succeeded() const { return succeeded_; }
  bool rolled_back() const { return rolled_back_; }

 private:
  void look();
  void look_again();
  void read_status(const core::Upgrade& upgrade) const;
  void look_at(const core::Upgrade& upgrade);
  void clear(const core::Upgrade& upgrade, const core::Blocked& blocked);
  void ended(const core::Upgrade& upgrade);
  void start();
  void approve(const core::Upgrade& upgrade, const std::string& by);
  void request(const core::Upgrade& upgrade, core::Event event);
  void retry_or_resume(const core::Upgrade& upgrade);
  bool leave_out(const core::Upgrade& upgrade);
  bool skip_proof(const core::Upgrade& upgrade);
  bool still_sleeps(const core::Blocked& blocked) const;
  void clear_gate(const core::Upgrade& upgrade);
  void repair_hosts(const core::Upgrade& upgrade);
  void do_as_told(const core::Upgrade& upgrade, std::string messages);
  void follow(const std::string& line);
  void set_hosts_right();
  void judge_success();
  void judge_way_back(const core::Upgrade& upgrade);
  const core::Actor& actor() const { return actor_; }

  World& world_;
  Random random_;
  const core::Actor actor_{"operator", "the simulator's operator"};
  std::uint32_t starts_left_;
  std::uint32_t starts_ = 0;
  std::uint32_t upgrades_ = 0;
  std::uint32_t succeeded_ = 0;
  std::uint32_t deeds_ = 0;
  bool rolled_back_ = false;
  bool skipped_ = false;  ///< A person said of some step that it is done.
  bool resumed_late_ = false;
  std::set<std::pair<base::UpgradeId, base::HostIndex>> left_out_;  ///< Asked for already.
  bool content_ = false;
  bool waits_for_quiet_ = false;
  std::string last_trouble_;
  std::uint64_t last_facts_ = 0;
  base::TimePoint moved_at_{};
};

}  // namespace rollmill::sim
