#include "controller/posted_control.h"

#include <utility>

namespace rollmill::controller {

using std::move;

void PostedControl::plan(ports::PlanAsked asked, ports::Reply<core::Plan> reply) {
  post_([this, asked = move(asked), reply = move(reply)] { reply(controller_.plan(asked)); });
}

void PostedControl::start(ports::StartAsked asked, ports::Reply<core::UpgradeView> reply) {
  post_([this, asked = move(asked), reply = move(reply)] { reply(controller_.start(asked)); });
}

void PostedControl::request(base::UpgradeId upgrade, core::Event event,
                            ports::Reply<core::UpgradeView> reply) {
  post_([this, upgrade = move(upgrade), event = move(event), reply = move(reply)] {
    reply(controller_.request(upgrade, event));
  });
}

void PostedControl::get(base::UpgradeId upgrade, core::Detail detail,
                        ports::Reply<core::UpgradeView> reply) {
  post_([this, upgrade = move(upgrade), detail, reply = move(reply)] {
    reply(controller_.get(upgrade, detail));
  });
}

void PostedControl::list(ports::Reply<std::vector<core::UpgradeView>> reply) {
  post_([this, reply = move(reply)] { reply(controller_.list()); });
}

void PostedControl::hosts(ports::Reply<std::vector<ports::FleetHostView>> reply) {
  post_([this, reply = move(reply)] { reply(controller_.hosts()); });
}

void PostedControl::info(ports::Reply<ports::ControllerInfo> reply) {
  post_([this, reply = move(reply)] { reply(controller_.info()); });
}

void PostedControl::events(base::UpgradeId upgrade, base::Sequence after, std::uint32_t limit,
                           ports::Reply<std::vector<core::EventView>> reply) {
  post_([this, upgrade = move(upgrade), after, limit, reply = move(reply)] {
    reply(controller_.events(upgrade, after, limit));
  });
}

std::shared_ptr<void> PostedControl::subscribe(std::function<void()> wake) {
  auto ticket = std::make_shared<Subscription>(Subscription{move(wake)});
  post_([this, weak = std::weak_ptr<Subscription>{ticket}] { controller_.subscribe(weak); });
  return ticket;
}

void PostedControl::logs(base::UpgradeId upgrade, base::StepIndex step, bool follow,
                         std::function<bool(base::Result<ports::LogChunk>)> sink) {
  post_([this, upgrade = move(upgrade), step, follow, sink = move(sink)] {
    controller_.logs(upgrade, step, follow, sink);
  });
}

void PostedControl::agent_came(ports::AgentHello hello, ports::Reply<ports::AgentWelcome> reply) {
  post_([this, hello = move(hello), reply = move(reply)] { controller_.agent_came(hello, reply); });
}

void PostedControl::agent_reported(base::HostName host, core::TaskReport report) {
  post_([this, host = move(host), report = move(report)] {
    controller_.agent_reported(host, report);
  });
}

void PostedControl::agent_facts(base::HostName host, core::HostFacts facts) {
  post_([this, host = move(host), facts = move(facts)] { controller_.agent_facts(host, facts); });
}

void PostedControl::agent_went(base::HostName host, std::string reason) {
  post_([this, host = move(host), reason = move(reason)] { controller_.agent_went(host, reason); });
}

void PostedControl::agent_logs(base::HostName host, std::uint64_t request, ports::LogChunk chunk) {
  post_([this, host = move(host), request, chunk = move(chunk)] {
    controller_.agent_logs(host, request, chunk);
  });
}

void PostedControl::prober_counted(core::ProberCounted counted) {
  post_([this, counted = move(counted)] { controller_.prober_counted(counted); });
}

}  // namespace rollmill::controller
