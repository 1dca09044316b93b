#pragma once

#include <map>
#include <string>

#include "rollmill/ports/host.h"
#include "rollmill/ports/ironic_api.h"
#include "sim/ironic/packages.h"
#include "sim/ironic/services.h"

/// The smaller drivers of a host.
namespace rollmill::sim {

/// `ironic-dbsync` and `ironic-status` of the installed release, on the one database.
class Tools : public ports::SchemaDriver {
 public:
  Tools(Site& site, MachineState& machine, Keeper& keeper, Packages& packages);

  base::Result<std::string> revision() override;
  base::Result<std::string> head() override;
  base::Result<UpgradeResult> upgrade() override;
  base::Result<StatusCheck> status_check() override;
  base::Result<MigrateBatch> migrate(std::uint32_t max_count) override;
  base::Result<Histogram> histogram() override;
  base::Result<std::map<std::string, std::string>> versions_of(
      const core::ReleaseNumber& release) override;
  base::Result<std::string> database_version() override;

  void cut_next() { cut_next_ = true; }
  void calm() { cut_next_ = false; }

 private:
  /// Reading takes its time; an error when the packages are half configured.
  base::Status ask(base::Duration takes);

  Site& site_;
  MachineState& machine_;
  Keeper& keeper_;
  Packages& packages_;
  Random random_;
  bool cut_next_ = false;
};

/// One backend server of HAProxy (LAB.md 4 and 6): it checks servers every second, calls one down
/// after three failures and up after two answers.
class Balancer : public ports::BalancerDriver {
 public:
  Balancer(Site& site, Services& services, Keeper& keeper, std::size_t place);

  base::Result<State> state(const std::string& service) override;
  base::Status take_out(const std::string& service) override;
  base::Status put_in(const std::string& service) override;

  /// It sends new requests there.
  static bool in_rotation(const Site& site, const Daemon& api);

 private:
  Daemon* find(const std::string& service) const;
  base::Status reachable() const;
  std::uint64_t subject() const { return 0; }

  Site& site_;
  Services& services_;
  Keeper& keeper_;
  Random random_;
};

/// The API as an agent asks it: one process, or any that the balancer sends to.
class ApiClient : public ports::IronicApi {
 public:
  /// `own` null: through the balancer, or any API where there is none.
  ApiClient(Site& site, const Daemon* own, std::size_t place);

  base::Result<Versions> versions() override;
  base::Result<std::vector<Conductor>> conductors() override;
  base::Result<std::vector<Node>> nodes() override;
  base::Status list_once() override;
  base::Status round_trip(const std::string& uuid) override;
  base::Status driver_round_trip(const std::string& driver) override;
  base::Result<int> status_at(const std::string& microversion) override;

 private:
  /// The process that gets this request, after the time that it takes; null: none.
  const Daemon* ask();

  Site& site_;
  const Daemon* own_;
  Random random_;
};

/// An API that the balancer sends a request to, drawn; null when it has none.
const Daemon* pick_api(const Site& site, Random& random);

/// The agent's notes and the room on the disk.
class Disk : public ports::Machine {
 public:
  explicit Disk(MachineState& machine) : machine_(machine) {}
  base::Result<std::uint64_t> free_megabytes() override;
  base::Status keep(const std::string& name, const std::string& text) override;
  base::Result<std::optional<std::string>> kept(const std::string& name) override;

 private:
  MachineState& machine_;
  std::map<std::string, std::string> notes_;
};

}  // namespace rollmill::sim
