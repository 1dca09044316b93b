#include "apps/crash/host.h"

#include <utility>

#include "apps/crash/points.h"

namespace rollmill::apps::crash {
namespace {

/// Does one effect with a place before, in and after it.
template <typename Do>
auto around(const std::string& what, Do&& effect) {
  const std::uint64_t number = next_effect();
  pass("effect-before", number, number, what);
  pass_soon("effect-during", number, what);
  auto done = effect();
  pass("effect-after", number, number, what);
  return done;
}

std::string words(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + word;
  return text;
}

class Commands final : public drivers::TaskCommands {
 public:
  explicit Commands(std::shared_ptr<drivers::TaskCommands> real) : real_(std::move(real)) {}

  base::Result<ports::CommandResult> run(const ports::CommandSpec& spec) override {
    return around("run " + words(spec.argv), [&] { return real_->run(spec); });
  }
  base::Result<ports::CommandResult> read(const ports::CommandSpec& spec) override {
    return real_->read(spec);
  }
  base::Status await_begun() override { return real_->await_begun(); }
  base::Status bind(const std::optional<core::TaskKey>& key) override { return real_->bind(key); }
  base::Result<bool> settle(const core::TaskKey& key) override { return real_->settle(key); }
  void say(const std::string& line) override { real_->say(line); }
  base::Result<std::optional<ports::OutputPart>> read(const core::TaskKey& key,
                                                      ports::OutputPosition& position) override {
    return real_->read(key, position);
  }

 private:
  const std::shared_ptr<drivers::TaskCommands> real_;
};

class Services final : public ports::ServiceDriver {
 public:
  explicit Services(std::shared_ptr<ports::ServiceDriver> real) : real_(std::move(real)) {}

  base::Result<Status> status(const std::string& service) override {
    return real_->status(service);
  }
  base::Status stop(const std::string& service, base::Duration limit) override {
    return around("stop " + service, [&] { return real_->stop(service, limit); });
  }
  base::Status start(const std::string& service) override {
    return around("start " + service, [&] { return real_->start(service); });
  }
  base::Status set_window(const std::string& service, base::Duration limit) override {
    return around("set-window " + service, [&] { return real_->set_window(service, limit); });
  }
  base::Status clear_window(const std::string& service) override {
    return around("clear-window " + service, [&] { return real_->clear_window(service); });
  }

 private:
  const std::shared_ptr<ports::ServiceDriver> real_;
};

class Config final : public ports::ConfigDriver {
 public:
  explicit Config(std::shared_ptr<ports::ConfigDriver> real) : real_(std::move(real)) {}

  base::Result<DropIn> read() override { return real_->read(); }
  base::Status write(const std::vector<ports::Setting>& settings) override {
    return around("write-settings", [&] { return real_->write(settings); });
  }
  base::Result<std::optional<std::string>> effective(const std::string& section,
                                                     const std::string& key) override {
    return real_->effective(section, key);
  }
  base::Result<base::TimePoint> changed_at() override { return real_->changed_at(); }

 private:
  const std::shared_ptr<ports::ConfigDriver> real_;
};

class Balancer final : public ports::BalancerDriver {
 public:
  explicit Balancer(std::shared_ptr<ports::BalancerDriver> real) : real_(std::move(real)) {}

  base::Result<State> state(const std::string& service) override { return real_->state(service); }
  base::Status take_out(const std::string& service) override {
    return around("take-out " + service, [&] { return real_->take_out(service); });
  }
  base::Status put_in(const std::string& service) override {
    return around("put-in " + service, [&] { return real_->put_in(service); });
  }

 private:
  const std::shared_ptr<ports::BalancerDriver> real_;
};

class Machine final : public ports::Machine {
 public:
  explicit Machine(std::shared_ptr<ports::Machine> real) : real_(std::move(real)) {}

  base::Result<std::uint64_t> free_megabytes() override { return real_->free_megabytes(); }
  base::Status keep(const std::string& name, const std::string& text) override {
    return around("keep " + name, [&] { return real_->keep(name, text); });
  }
  base::Result<std::optional<std::string>> kept(const std::string& name) override {
    return real_->kept(name);
  }

 private:
  const std::shared_ptr<ports::Machine> real_;
};

}  // namespace

std::shared_ptr<drivers::TaskCommands> with_points(
    std::shared_ptr<drivers::TaskCommands> commands) {
  return std::make_shared<Commands>(std::move(commands));
}

HostDrivers with_points(HostDrivers drivers) {
  drivers.service = std::make_shared<Services>(std::move(drivers.service));
  drivers.config = std::make_shared<Config>(std::move(drivers.config));
  drivers.machine = std::make_shared<Machine>(std::move(drivers.machine));
  if (drivers.balancer) drivers.balancer = std::make_shared<Balancer>(std::move(drivers.balancer));
  return drivers;
}

}  // namespace rollmill::apps::crash
