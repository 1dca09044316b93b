#include "rpc/fake_control.h"

#include <utility>

namespace rollmill::rpc {

void FakeControl::happen(core::EventView event) {
  loop_.post([this, event = std::move(event)] {
    history.push_back(event);
    for (const auto& watcher : watchers_) {
      if (const auto wake = watcher.lock()) (*wake)();
    }
  });
}

base::Result<core::UpgradeView> FakeControl::find(const base::UpgradeId& id) const {
  for (auto upgrade = upgrades.rbegin(); upgrade != upgrades.rend(); ++upgrade) {
    if (id.empty() || upgrade->id == id.text) return *upgrade;
  }
  return base::Error{base::ErrorCode::NotFound, "there is no upgrade " + id.text};
}

void FakeControl::plan(ports::PlanAsked asked, ports::Reply<core::Plan> reply) {
  plans.add(std::move(asked));
  answer(std::move(reply), [this] { return planned; });
}

void FakeControl::start(ports::StartAsked asked, ports::Reply<core::UpgradeView> reply) {
  starts.add(std::move(asked));
  answer(std::move(reply), [this] { return find({}); });
}

void FakeControl::request(base::UpgradeId upgrade, core::Event event,
                          ports::Reply<core::UpgradeView> reply) {
  deeds.add({upgrade.text, std::move(event)});
  answer(std::move(reply), [this, upgrade] { return find(upgrade); });
}

void FakeControl::get(base::UpgradeId upgrade, core::Detail detail,
                      ports::Reply<core::UpgradeView> reply) {
  answer(std::move(reply), [this, upgrade, detail] {
    auto view = find(upgrade);
    if (view.ok() && detail == core::Detail::Summary) view->steps.clear();
    return view;
  });
}

void FakeControl::list(ports::Reply<std::vector<core::UpgradeView>> reply) {
  answer(std::move(reply), [this] { return upgrades; });
}

void FakeControl::hosts(ports::Reply<std::vector<ports::FleetHostView>> reply) {
  answer(std::move(reply), [this] { return fleet; });
}

void FakeControl::info(ports::Reply<ports::ControllerInfo> reply) {
  answer(std::move(reply), [this] { return about; });
}

void FakeControl::events(base::UpgradeId upgrade, base::Sequence after, std::uint32_t limit,
                         ports::Reply<std::vector<core::EventView>> reply) {
  event_reads.add(after);
  answer(std::move(reply),
         [this, upgrade, after, limit]() -> base::Result<std::vector<core::EventView>> {
           if (const auto known = find(upgrade); !known) return known.error();
           std::vector<core::EventView> found;
           for (const auto& event : history) {
             if (event.sequence > after && found.size() < limit) found.push_back(event);
           }
           return found;
         });
}

std::shared_ptr<void> FakeControl::subscribe(std::function<void()> wake) {
  auto ticket = std::make_shared<std::function<void()>>(std::move(wake));
  loop_.post([this, weak = std::weak_ptr(ticket)] { watchers_.push_back(weak); });
  return ticket;
}

void FakeControl::logs(base::UpgradeId, base::StepIndex, bool,
                       std::function<bool(base::Result<ports::LogChunk>)> sink) {
  loop_.post([this, sink = std::move(sink)] {
    if (!output.ok()) {
      sink(output.error());
      return;
    }
    for (const auto& chunk : *output) {
      if (!sink(chunk)) return;
    }
  });
}

void FakeControl::agent_came(ports::AgentHello hello, ports::Reply<ports::AgentWelcome> reply) {
  agents.add("came " + hello.host.text);
  hellos.add(hello);
  answer(std::move(reply), [this, hello = std::move(hello)] { return welcome(hello); });
}

void FakeControl::agent_reported(base::HostName host, core::TaskReport report) {
  agents.add("report " + host.text + " " + std::to_string(report.key.step.value) + "/" +
             std::to_string(report.key.attempt));
  reports.add(std::move(report));
}

void FakeControl::agent_facts(base::HostName host, core::HostFacts read) {
  agents.add("facts " + host.text);
  facts.add(std::move(read));
}

void FakeControl::agent_went(base::HostName host, std::string reason) {
  agents.add("went " + host.text + ": " + reason);
}

void FakeControl::agent_logs(base::HostName host, std::uint64_t request, ports::LogChunk chunk) {
  agents.add("logs " + host.text);
  chunks.add({request, std::move(chunk)});
}

}  // namespace rollmill::rpc
