#include "sim/ironic/release_table.h"

#include <algorithm>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

using std::chrono::seconds;

constexpr std::array<const char*, kTables> kTableNames = {
    "nodes", "conductors", "ports", "node_history", "firmware_information", "runbooks"};

const core::ReleaseInfo& info_of(const core::ReleaseNumber& number) {
  const core::ReleaseInfo* info = core::find_release(core::ironic_profile(), number);
  ROLLMILL_CHECK(info != nullptr);
  return *info;
}

ReleaseModel make_model(core::ReleaseNumber number, const char* package, base::Duration install,
                        base::Duration expand, std::array<const char*, kTables> versions) {
  const core::ReleaseInfo& info = info_of(number);
  return {number,      package,  info.schema_head, info.max_microversion,
          info.quirks, versions, install,          expand};
}

using Models = std::array<ReleaseModel, kReleases>;

// nodes, conductors, ports, node_history, firmware_information, runbooks (IRONIC.md 3). 21.4 has
// no firmware and no runbooks; 29.0's histories and runbooks are of 35.0's versions here, since
// only what differs from 35.0 to 39.0 was recorded.
const Models& models() {
  static const Models kModels = {make_model({21, 4}, "21.4.4-1", seconds{20}, seconds{2},
                                            {"1.37", "1.3", "1.11", "1.0", "", ""}),
                                 make_model({29, 0}, "29.0.5-0+deb13u3", seconds{21}, seconds{3},
                                            {"1.41", "1.4", "1.11", "1.0", "1.0", "1.0"}),
                                 make_model({35, 0}, "35.0.1-10", seconds{21}, seconds{40},
                                            {"1.44", "1.6", "1.16", "1.1", "1.1", "1.1"}),
                                 make_model({39, 0}, "39.0.0-6", seconds{4}, seconds{2},
                                            {"1.44", "1.6", "1.16", "1.3", "1.2", "1.2"})};
  return kModels;
}

struct Ranks {
  std::array<std::array<Rank, kReleases>, kTables> rank{};
  std::array<std::array<const char*, kReleases>, kTables> version{};
  std::array<Rank, kTables> count{};
};

/// Versions only grow from release to release.
Ranks make_ranks() {
  Ranks ranks;
  for (std::size_t table = 0; table < kTables; ++table) {
    std::string last;
    for (std::size_t release = 0; release < kReleases; ++release) {
      const char* version = models()[release].versions[table];
      if (ranks.count[table] == 0 || version != last) {
        ranks.version[table][ranks.count[table]] = version;
        ++ranks.count[table];
        last = version;
      }
      ranks.rank[table][release] = static_cast<Rank>(ranks.count[table] - 1);
    }
  }
  return ranks;
}

const Ranks& ranks() {
  static const Ranks kRanks = make_ranks();
  return kRanks;
}

std::size_t at(Table table) { return static_cast<std::size_t>(table); }
std::size_t at(ReleaseId release) { return static_cast<std::size_t>(release); }

}  // namespace

const ReleaseModel& model_of(ReleaseId id) { return models()[at(id)]; }

std::optional<ReleaseId> release_id(const core::ReleaseNumber& number) {
  for (std::size_t i = 0; i < kReleases; ++i)
    if (models()[i].number == number) return static_cast<ReleaseId>(i);
  return std::nullopt;
}

const char* table_name(Table table) { return kTableNames[at(table)]; }
Rank rank_of(Table table, ReleaseId release) { return ranks().rank[at(table)][at(release)]; }
const char* version_of(Table table, Rank rank) { return ranks().version[at(table)][rank]; }
Rank ranks_of(Table table) { return ranks().count[at(table)]; }

}  // namespace rollmill::sim
