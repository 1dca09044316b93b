#include <cstdio>

#include "rpc/houses.h"

/// A race on purpose, below gRPC's callbacks: readings of hosts are counted on gRPC's threads in a
/// plain integer that another thread reads. Run under ThreadSanitizer only, which must find it;
/// else the suppressions hide races of our own.
namespace rollmill::rpc {
namespace {

/// A controller that does what no controller may: work on gRPC's threads.
class CarelessControl final : public ports::Control {
 public:
  explicit CarelessControl(FakeControl& fake) : fake_(fake) {}

  void agent_facts(base::HostName host, core::HostFacts facts) override {
    ++counted;
    fake_.agent_facts(host, facts);
  }
  void agent_came(ports::AgentHello hello, ports::Reply<ports::AgentWelcome> reply) override {
    fake_.agent_came(std::move(hello), std::move(reply));
  }
  void plan(ports::PlanAsked, ports::Reply<core::Plan>) override {}
  void start(ports::StartAsked, ports::Reply<core::UpgradeView>) override {}
  void request(base::UpgradeId, core::Event, ports::Reply<core::UpgradeView>) override {}
  void get(base::UpgradeId, core::Detail, ports::Reply<core::UpgradeView>) override {}
  void list(ports::Reply<std::vector<core::UpgradeView>>) override {}
  void hosts(ports::Reply<std::vector<ports::FleetHostView>>) override {}
  void info(ports::Reply<ports::ControllerInfo>) override {}
  void events(base::UpgradeId, base::Sequence, std::uint32_t,
              ports::Reply<std::vector<core::EventView>>) override {}
  std::shared_ptr<void> subscribe(std::function<void()>) override { return nullptr; }
  void logs(base::UpgradeId, base::StepIndex, bool,
            std::function<bool(base::Result<ports::LogChunk>)>) override {}
  void agent_reported(base::HostName, core::TaskReport) override {}
  void agent_went(base::HostName, std::string) override {}
  void agent_logs(base::HostName, std::uint64_t, ports::LogChunk) override {}
  void prober_counted(core::ProberCounted) override {}

  int counted = 0;  ///< Guarded by nothing.

 private:
  FakeControl& fake_;
};

void race() {
  Loop loop;
  FakeControl fake(loop);
  CarelessControl careless(fake);
  ServerOptions options;
  options.address = "127.0.0.1:0";
  const auto server = make_server(options);
  if (!server->start(careless).ok()) return;
  const std::string address = "127.0.0.1:" + std::to_string(server->port());
  AgentHouse one("cond1", dialling(address));
  AgentHouse two("cond2", dialling(address));
  one.inbox.told.wait_for(1);
  two.inbox.told.wait_for(1);
  std::thread reader([&] {
    fake.facts.wait_for(1);
    std::printf("counted so far: %d\n", careless.counted);
  });
  for (int i = 0; i < 100; ++i) {
    one.say([](auto& link) { link.send(sample_facts()); });
    two.say([](auto& link) { link.send(sample_facts()); });
  }
  fake.facts.wait_for(200);
  reader.join();
  one.stop();
  two.stop();
  server->shutdown();
}

}  // namespace
}  // namespace rollmill::rpc

int main() {
  rollmill::rpc::race();
  return 0;
}
