#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/core/release.h"
#include "rollmill/ports/host.h"
#include "rollmill/ports/ironic_api.h"
#include "support/fake_world.h"

/// In-memory twins of Ironic itself as an agent meets it: its database tools and its API.
namespace rollmill::test {

/// Tools and database of 35.0 and 39.0 (and 29.0, older): heads, object versions, rows.
class FakeSchema : public ports::SchemaDriver {
 public:
  FakeSchema(FakeWorld& world, const core::ReleaseNumber& installed);
  base::Result<std::string> revision() override;
  base::Result<std::string> head() override;
  base::Result<UpgradeResult> upgrade() override;
  base::Result<StatusCheck> status_check() override;
  base::Result<MigrateBatch> migrate(std::uint32_t max_count) override;
  base::Result<Histogram> histogram() override;
  base::Result<std::map<std::string, std::string>> versions_of(
      const core::ReleaseNumber& release) override;
  base::Result<std::string> database_version() override;

  std::string at = "2a3b4c5d6e7f";
  Histogram rows;
  StatusCheck check{0, ""};
  UpgradeResult upgrade_result{UpgradeState::Done, ""};
  MigrateState migrate_result = MigrateState::Done;  ///< Other than Done: always this.
  std::uint64_t come_back = 0;                       ///< Rows that are old again after each run.
  bool moves_nothing = false;                        ///< Asks for more, moves no row.
  std::string overlooks;  ///< A table whose rows the migrations do not see.
  std::string server = "10.11.6-MariaDB";

 private:
  FakeWorld& world_;
  const core::ReleaseNumber& installed_;
};

/// One address of the API. Rows and nodes may be shared by the test between two of them.
class FakeApi : public ports::IronicApi {
 public:
  explicit FakeApi(FakeWorld& world) : world_(world) {}
  base::Result<Versions> versions() override;
  base::Result<std::vector<Conductor>> conductors() override;
  base::Result<std::vector<Node>> nodes() override;
  base::Status list_once() override;
  base::Status round_trip(const std::string& uuid) override;
  base::Status driver_round_trip(const std::string& driver) override;
  base::Result<int> status_at(const std::string& microversion) override;

  /// A conductor as the registry sees it: beats every ten seconds from its registration on.
  struct Beating {
    Conductor row;
    bool beats = true;
    base::TimePoint registered_at{};
    std::optional<base::TimePoint> frozen_at;  ///< Called alive, but this was its last beat.
  };
  struct Deployment {
    std::vector<Beating> conductors;
    std::vector<Node> nodes;
  };
  Deployment* shared = nullptr;  ///< What it reads; never null in use.
  bool up = true;
  bool swallowed = false;  ///< Answers 200 with a health text on every path.
  std::string maximum = "1.111";
  bool uncapped = false;        ///< Answers 200 above its maximum.
  std::function<void()> asked;  ///< Called by each reading of the nodes.

  /// Registers a conductor, or lets it beat again from now on.
  static void beat(FakeWorld& world, Deployment& deployment, const std::string& hostname);
  static void fall_silent(Deployment& deployment, const std::string& hostname);

 private:
  base::Status answers(const std::string& operation) const;

  FakeWorld& world_;
};

/// "n01", available, on cond1, by fake-hardware.
ports::IronicApi::Node node(const std::string& name, const std::string& conductor,
                            const std::string& state = "active");

}  // namespace rollmill::test
