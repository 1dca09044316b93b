#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rollmill/base/time.h"
#include "rollmill/core/profile.h"
#include "rollmill/core/release.h"

/// What the model knows of each release of Ironic. Sources: IRONIC.md 1, 3 and 5, LAB.md 2 and 6.
namespace rollmill::sim {

/// In ascending order.
enum class ReleaseId : std::uint8_t { R21, R29, R35, R39 };
inline constexpr std::size_t kReleases = 4;

/// Tables whose rows carry an object version that differs between the releases, or that every
/// request reads.
enum class Table : std::uint8_t { Nodes, Conductors, Ports, NodeHistory, Firmware, Runbooks };
inline constexpr std::size_t kTables = 6;

/// Place of an object version among all versions of its table, oldest first.
using Rank = std::uint8_t;

struct ReleaseModel {
  core::ReleaseNumber number;
  std::string package_version;   ///< "35.0.1-10"
  std::string head;              ///< Alembic revision.
  std::string max_microversion;  ///< Of an unpinned API.
  core::ReleaseQuirks quirks;
  std::array<const char*, kTables> versions;  ///< By table; empty: the table is not there.
  base::Duration install_takes;               ///< In place, from the release before.
  base::Duration expand_takes;                ///< From the release before, on small tables.
};

const ReleaseModel& model_of(ReleaseId id);
/// Nothing when the model does not know the release.
std::optional<ReleaseId> release_id(const core::ReleaseNumber& number);
const char* table_name(Table table);

/// Rank of the version that a release writes.
Rank rank_of(Table table, ReleaseId release);
/// The version of a rank: "1.44".
const char* version_of(Table table, Rank rank);
/// Number of different versions of a table.
Rank ranks_of(Table table);

}  // namespace rollmill::sim
