#include <optional>
#include <utility>
#include <variant>

#include "controller/controller.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::controller {
namespace {

using base::Error;
using base::ErrorCode;

const base::Shared<core::HostFacts>* facts_in(const core::TaskOutcome& outcome) {
  using Facts = const base::Shared<core::HostFacts>*;
  return std::visit(base::Overloaded{
                        [](const core::TaskAccepted&) -> Facts { return nullptr; },
                        [](const core::TaskWaiting&) -> Facts { return nullptr; },
                        [](const core::TaskSucceeded& result) -> Facts { return &result.host; },
                        [](const core::TaskFailed& failure) -> Facts { return &failure.host; },
                        [](const core::TaskRefused&) -> Facts { return nullptr; },
                    },
                    outcome);
}

}  // namespace

/// Of the fleet file, or of the plan that is under way: a host that was taken out of the file in
/// the middle of an upgrade still has work to finish.
bool Controller::is_known(const base::HostName& host) {
  if (agents_.contains(host)) return true;
  const Run* run = history_.unfinished();
  return run != nullptr && run->upgrade.host_index.contains(host);
}

base::Status Controller::check_hello(const ports::AgentHello& hello) {
  if (hello.fleet != fleet_.id) {
    return Error{ErrorCode::FailedPrecondition,
                 "this controller serves fleet " + fleet_.id.text + "; the agent on " +
                     hello.host.text + " is of fleet " + hello.fleet.text +
                     ": correct \"fleet\" or the controller's address in the agent's file"};
  }
  if (!is_known(hello.host)) {
    return Error{ErrorCode::NotFound, "host " + hello.host.text + " is not in fleet " +
                                          fleet_.id.text +
                                          ": add it to the fleet file, or correct \"host\" in "
                                          "the agent's file"};
  }
  if (hello.epoch > epoch_) {
    return Error{ErrorCode::FailedPrecondition,
                 "the agent on " + hello.host.text + " obeys term " + std::to_string(hello.epoch) +
                     "; this controller's is " + std::to_string(epoch_) +
                     ": another controller has taken over. Stop this one, or, if its journal came "
                     "back from a backup, start it again until its term is higher"};
  }
  if (hello.protocol < kOldestProtocol || hello.protocol > kNewestProtocol) {
    return Error{ErrorCode::FailedPrecondition,
                 "the agent on " + hello.host.text + " (version " + hello.agent_version +
                     ") speaks protocol " + std::to_string(hello.protocol) +
                     "; this controller (version " + version_ + ") speaks " +
                     std::to_string(kOldestProtocol) + " to " + std::to_string(kNewestProtocol) +
                     ": install the same version on both"};
  }
  return base::success();
}

void Controller::agent_came(const ports::AgentHello& hello,
                            const ports::Reply<ports::AgentWelcome>& reply) {
  ROLLMILL_CHECK(ready_);
  const base::Status accepted = check_hello(hello);
  if (!accepted.ok()) {
    reply(accepted.error());
    return;
  }
  logs_.agent_went(hello.host);
  agents_[hello.host] = {true, ports_.clock.now(), hello.agent_version, hello.boot_id, hello.facts};
  reply(ports::AgentWelcome{epoch_});
  give_up_leftovers(hello.host);
  Run* const run = history_.unfinished();
  if (run == nullptr || !run->upgrade.host_index.contains(hello.host)) return;
  (void)handle(*run, core::AgentCame{hello.host, hello.agent_version, hello.boot_id});
}

/// Tasks of an aborted upgrade whose agent was away then.
void Controller::give_up_leftovers(const base::HostName& host) {
  const Run* run = history_.newest();
  if (run == nullptr || run->put_away() || !core::is_final(run->upgrade.state)) return;
  for (core::Command& command : core::outstanding(run->upgrade, host)) {
    auto& cancel = std::get<core::CancelTask>(command);
    cancel.key.epoch = epoch_;
    ports_.link.send(cancel);
  }
}

void Controller::agent_went(const base::HostName& host, const std::string& reason) {
  const auto agent = agents_.find(host);
  if (agent == agents_.end() || !agent->second.connected) return;
  agent->second.connected = false;
  agent->second.since = ports_.clock.now();
  logs_.agent_went(host);
  Run* const run = history_.unfinished();
  if (run != nullptr && run->upgrade.host_index.contains(host)) {
    (void)handle(*run, core::AgentWent{host, reason});
  }
}

void Controller::agent_reported(const base::HostName& host, const core::TaskReport& report) {
  const auto* facts = facts_in(report.outcome);
  if (facts != nullptr && facts->has_value()) take_facts(host, *facts);
  Run* const run = history_.find(report.key.upgrade);
  if (run != nullptr && !run->put_away()) {
    (void)handle(*run, core::TaskReported{host, report});
  } else if (core::is_final(report.outcome)) {
    // Nobody can use it any more; without an answer the agent would send it for ever.
    ports_.link.send(core::AckReport{host, report.key});
  } else {
    ports_.link.send(core::CancelTask{host, report.key});
  }
}

void Controller::agent_facts(const base::HostName& host, const core::HostFacts& facts) {
  take_facts(host, facts);
}

void Controller::agent_logs(const base::HostName& host, std::uint64_t request,
                            ports::LogChunk chunk) {
  logs_.deliver(host, request, std::move(chunk));
}

/// A report that is sent again may bring an older reading than the last one.
void Controller::take_facts(const base::HostName& host,
                            const base::Shared<core::HostFacts>& facts) {
  const auto agent = agents_.find(host);
  if (agent == agents_.end() || facts->read_at < agent->second.facts->read_at) return;
  agent->second.facts = facts;
}

}  // namespace rollmill::controller
