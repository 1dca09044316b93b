#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rollmill/agent/settings.h"
#include "rollmill/core/profile.h"
#include "rollmill/ports/host.h"
#include "support/fake_ironic.h"
#include "support/fake_world.h"

/// In-memory twins of one host's drivers: they keep a state like a real host's, and everything that
/// changes it is an effect in the world's list, once for each change.
namespace rollmill::test {

class FakeRelease : public ports::ReleaseDriver {
 public:
  explicit FakeRelease(FakeWorld& world) : world_(world) {}
  base::Result<Installed> installed() override;
  base::Result<std::optional<Staged>> staged(const core::ReleaseNumber& release) override;
  base::Result<Staged> stage(const core::ReleaseNumber& release) override;
  base::Result<Installed> install(const core::ReleaseNumber& release) override;
  base::Status finish_install() override;
  bool side_by_side() const override { return beside; }

  core::ReleaseNumber number{35, 0};
  base::TimePoint changed_at{};
  bool clean = true;
  bool beside = false;
  std::string left_over;  ///< There while an install is under way, and after a crash in it.
  std::set<core::ReleaseNumber> there;            ///< Staged.
  std::vector<std::string> pins{"35.0", "29.0"};  ///< That a staged release accepts.
  std::optional<core::ReleaseNumber> gives;       ///< What an install really installs.
  std::function<void()> after_install;            ///< A maintainer script's doing.

 private:
  FakeWorld& world_;
};

/// The twin's service ends when told to and lives when started, unless told otherwise.
class FakeServices : public ports::ServiceDriver {
 public:
  FakeServices(FakeWorld& world, FakeRelease& release) : world_(world), release_(release) {}
  base::Result<Status> status(const std::string& service) override;
  base::Status stop(const std::string& service, base::Duration limit) override;
  base::Status start(const std::string& service) override;
  base::Status set_window(const std::string& service, base::Duration limit) override;
  base::Status clear_window(const std::string& service) override;

  struct Daemon {
    std::optional<Process> main;
    bool stopping = false;  ///< Somebody has asked for its stop, and it is under way.
    bool restarting = false;  ///< It has died, and its manager starts it again in a moment.
    std::string release;  ///< Of the process.
    std::optional<std::string> pin;
    std::vector<Process> workers;  ///< A master's; a service of an old release has none.
    std::uint32_t restarts = 0;
    base::Duration stop_limit{std::chrono::seconds{15}};
    base::Duration window{};
  };
  std::map<std::string, Daemon> daemons;
  std::map<std::string, std::vector<std::int64_t>> leftovers;  ///< After a stop.
  base::Duration stop_takes{std::chrono::seconds{5}};
  bool dies_at_once = false;  ///< A start succeeds and leaves no process.
  bool dies_soon = false;     ///< A start leaves a process for a second.
  bool ignores_window = false;
  /// The pin a process reads at its start.
  std::function<std::optional<std::string>()> read_pin;
  /// Called with each change of a daemon.
  std::function<void(const std::string& service, const Daemon& daemon)> changed;

  /// Runs since before everything else.
  void run_old(const std::string& service);

 private:
  FakeWorld& world_;
  FakeRelease& release_;
  std::int64_t next_pid_ = 100;
};

class FakeConfig : public ports::ConfigDriver {
 public:
  explicit FakeConfig(FakeWorld& world) : world_(world) {}
  base::Result<DropIn> read() override;
  base::Status write(const std::vector<ports::Setting>& settings) override;
  base::Result<std::optional<std::string>> effective(const std::string& section,
                                                     const std::string& key) override;
  base::Result<base::TimePoint> changed_at() override;

  std::map<std::pair<std::string, std::string>, std::string> operators;   ///< The main file.
  std::map<std::pair<std::string, std::string>, std::string> overruling;  ///< A later drop-in.
  std::vector<ports::Setting> ours;
  bool edited = false;
  base::TimePoint changed{};

 private:
  FakeWorld& world_;
};

class FakeMachine : public ports::Machine {
 public:
  explicit FakeMachine(FakeWorld& world) : world_(world) {}
  base::Result<std::uint64_t> free_megabytes() override;
  base::Status keep(const std::string& name, const std::string& text) override;
  base::Result<std::optional<std::string>> kept(const std::string& name) override;

  std::uint64_t free = 20000;
  std::map<std::string, std::string> notes;

 private:
  FakeWorld& world_;
};

class FakeBalancer : public ports::BalancerDriver {
 public:
  explicit FakeBalancer(FakeWorld& world) : world_(world) {}
  base::Result<State> state(const std::string& service) override;
  base::Status take_out(const std::string& service) override;
  base::Status put_in(const std::string& service) override;

  State now{true, 0, "UP"};
  bool stuck = false;  ///< It says yes and does nothing.

 private:
  FakeWorld& world_;
};

/// One host with its drivers, as an agent has it: a conductor host or an API host of 35.0 beside
/// a second one of each that is well, and a database.
class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  static constexpr const char* kConductor = "ironic-conductor";
  static constexpr const char* kApi = "ironic-api";
  void be_conductor();  ///< cond1, old conductor running.
  void be_api();        ///< api1, old API running behind the balancer.
  void be_schema();     ///< admin, no service.

  agent::HostPorts ports();

  FakeWorld world;
  FakeRelease release{world};
  FakeServices services{world, release};
  FakeConfig config{world};
  FakeMachine machine{world};
  FakeSchema schema{world, release.number};
  FakeBalancer balancer{world};
  FakeApi::Deployment ironic;  ///< Two living conductors and four nodes.
  FakeApi deployment{world};
  FakeApi own_api{world};
  agent::AgentSettings settings;
  bool has_schema = true;
  bool has_balancer = false;
  bool has_own_api = false;
  bool has_deployment = true;

 private:
  void follow(const std::string& service, const FakeServices::Daemon& daemon);
};

}  // namespace rollmill::test
