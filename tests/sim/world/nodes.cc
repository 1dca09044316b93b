#include "sim/world/nodes.h"

#include <utility>

#include "rollmill/core/profile.h"

namespace rollmill::sim {

ControllerNode::Life::Life(ControllerNode& node)
    : program(node.scheduler_, [&node] { node.life_ended(); }),
      loop(node.scheduler_, program),
      clock(loop, [&node] { return node.scheduler_.now() + node.ahead_; }),
      journal(node.disk_, program, node.hooks_.decide_append, node.hooks_.stored,
              [this](base::Duration takes) { loop.freeze(takes); }),
      gateway(node.network_, loop, node.setup_.name),
      controller(std::make_unique<controller::Controller>(
          controller::ControllerPorts{journal, node.setup_.codec, gateway, clock},
          core::ironic_profile(), node.setup_.fleet, node.setup_.policy, "0.2.0")) {}

ControllerNode::ControllerNode(Scheduler& scheduler, Network& network, ControllerSetup setup,
                               std::shared_ptr<Disk> disk, NodeHooks hooks)
    : scheduler_(scheduler),
      network_(network),
      setup_(std::move(setup)),
      disk_(std::move(disk)),
      hooks_(std::move(hooks)) {}

ControllerNode::~ControllerNode() = default;

void ControllerNode::boot() {
  life_ = std::make_unique<Life>(*this);
  life_->loop.post([this] { serve(); });
}

void ControllerNode::serve() {
  hooks_.serving(&life_->gateway);
  const base::Status recovered = life_->controller->recover();
  if (!recovered.ok()) {
    hooks_.wrong("the controller does not start: " + recovered.error().message);
    life_->program.kill();
  }
  life_->gateway.serve(*life_->controller);
}

void ControllerNode::kill() {
  if (up()) life_->program.kill();
}

void ControllerNode::freeze(base::Duration duration) {
  if (up()) life_->loop.freeze(duration);
}

void ControllerNode::ask(std::function<void(controller::Controller&)> deed) {
  if (!up()) return;
  life_->loop.post([this, deed = std::move(deed)] { deed(*life_->controller); });
}

void ControllerNode::life_ended() {
  life_.reset();
  hooks_.ended();
}

AgentNode::Life::Life(AgentNode& node)
    : program(node.scheduler_, [&node] { node.life_ended(); }),
      loop(node.scheduler_, program),
      clock(loop, [&node] { return node.host_.now(); }),
      thread(node.scheduler_, loop, [&node] { return node.host_.now(); }),
      journal(node.disk_, program, node.hooks_.decide_append, node.hooks_.stored,
              [this](base::Duration takes) { loop.freeze(takes); }),
      uplink(node.network_, loop, node.name_),
      agent(std::make_unique<agent::Agent>(
          node.settings(), node.host_.ports(),
          agent::AgentPorts{journal, node.codec_, thread, uplink, clock, node.host_.output(),
                            thread, [&node](const std::string& line) {
                              if (node.hooks_.log) node.hooks_.log(line);
                            }})) {}

AgentNode::AgentNode(Scheduler& scheduler, Network& network, Host& host, base::FleetId fleet,
                     const ports::TaskCodec& codec, AgentPace pace, NodeHooks hooks)
    : scheduler_(scheduler),
      network_(network),
      host_(host),
      name_{host.name()},
      fleet_(std::move(fleet)),
      codec_(codec),
      pace_(pace),
      hooks_(std::move(hooks)) {}

AgentNode::~AgentNode() = default;

agent::AgentSettings AgentNode::settings() const {
  agent::AgentSettings settings = host_.settings();
  settings.fleet = fleet_;
  settings.host = name_;
  settings.agent_version = "0.2.0";
  settings.boot_id = host_.boot_id();
  settings.poll = pace_.poll;
  settings.settle = pace_.settle;
  settings.facts_every = pace_.facts_every;
  settings.resend_every = pace_.resend_every;
  return settings;
}

void AgentNode::boot() {
  life_ = std::make_unique<Life>(*this);
  life_->loop.post([this] { begin(); });
}

void AgentNode::begin() {
  agent::Agent& agent = *life_->agent;
  const base::Status begun = agent.begin();
  if (!begun.ok()) {
    hooks_.wrong("the agent does not start: " + begun.error().message);
    life_->program.kill();
  }
  life_->uplink.start(agent, [&agent] { return agent.executor().epoch; });
}

void AgentNode::kill(bool silently) {
  if (!up()) return;
  if (silently) life_->uplink.die_silently();
  life_->program.kill();
}

void AgentNode::life_ended() {
  host_.agent_died();
  life_.reset();
  hooks_.ended();
}

}  // namespace rollmill::sim
