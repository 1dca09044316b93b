#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "rollmill/ports/host.h"
#include "sim/ironic/release_table.h"

namespace rollmill::sim {

/// The one database of a deployment: revision, rows by object version, and what the tools of a
/// release say and do with it (IRONIC.md 1 and 2). Commands give what a terminal would show; the
/// agent's own readers judge that.
class Database {
 public:
  /// As the release left it: at its head, all rows in its versions.
  explicit Database(ReleaseId release);

  /// The schema has what the models of this release select.
  bool has_schema_of(ReleaseId release) const { return revision_ >= release; }
  ReleaseId revision() const { return revision_; }
  /// A run of `dbsync upgrade` was cut off; the next one stumbles over what it made.
  bool half_expanded() const { return half_; }

  /// @name Rows
  /// @{
  void add(Table table, Rank rank, std::uint64_t rows = 1);
  void move(Table table, Rank from, Rank to);
  /// No row is newer than what code of this release understands.
  bool readable(Table table, ReleaseId release) const {
    return newest(table) <= rank_of(table, release);
  }
  Rank newest(Table table) const { return newest_[static_cast<std::size_t>(table)]; }
  std::uint64_t rows(Table table, Rank rank) const {
    return rows_[static_cast<std::size_t>(table)][rank];
  }
  /// @}

  /// @name `ironic-dbsync` and `ironic-status` of a release
  /// @{
  std::string version() const { return model_of(revision_).head; }
  ports::CommandResult upgrade(ReleaseId code);
  /// The same, cut off in the middle: nothing is printed, the schema is half done.
  void cut_upgrade(ReleaseId code);
  ports::CommandResult migrate(ReleaseId code, std::uint32_t max_count);
  ports::CommandResult status_check(ReleaseId code) const;
  /// @}

  ports::SchemaDriver::Histogram histogram() const;
  /// A person puts right what a cut off migration left.
  void mend() { half_ = false; }
  void break_half() { half_ = true; }
  /// A person puts the backup back: no row is newer than what this release writes.
  void restore(ReleaseId release);

 private:
  bool compatible(ReleaseId code) const;
  void recount(std::size_t table);

  ReleaseId revision_;
  bool half_ = false;
  std::array<std::array<std::uint64_t, kReleases>, kTables> rows_{};
  std::array<Rank, kTables> newest_{};
};

}  // namespace rollmill::sim
