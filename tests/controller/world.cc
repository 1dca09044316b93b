#include "controller/world.h"

#include "codec/fact_codec.h"

namespace rollmill::test {

base::Status CrashingJournal::append(base::Sequence expected_next,
                                     const std::vector<ports::Record>& records) {
  const bool now = left_ && (*left_)-- == 0;
  if (now) left_.reset();
  if (now && moment_ == Moment::BeforeAppend) throw Crash{};
  const base::Status done = MemoryJournal::append(expected_next, records);
  if (now) throw Crash{};
  return done;
}

World::World(const std::string& fleet_words)
    : fleet(test::fleet(fleet_words)),
      hosts(fleet, {35, 0}),
      clock(start_time()),
      codec(codec::make_fact_codec()),
      policy(usual_policy()) {
  hosts.policy = policy;
}

base::Status World::boot() {
  controller = std::make_unique<controller::Controller>(
      controller::ControllerPorts{journal, *codec, link, clock}, core::ironic_profile(), fleet,
      usual_policy(), "0.1.0");
  return controller->recover();
}

void World::die() {
  controller.reset();
  clock.cancel_alarm();
  link.present.clear();
  link.tasks.clear();
  link.acks.clear();
}

ports::AgentHello World::hello(const std::string& host) const {
  return {fleet.id, base::HostName{host},
          "boot-1", "0.1.0",
          1,        hosts.read(base::HostName{host}, clock.now())};
}

base::Result<base::Epoch> World::come(const std::string& host) {
  std::optional<base::Result<base::Epoch>> answer;
  controller->agent_came(hello(host), [&](const base::Result<ports::AgentWelcome>& welcome) {
    if (!welcome.ok()) {
      answer = welcome.error();
      return;
    }
    link.present.insert(base::HostName{host});
    answer = welcome->epoch;
  });
  EXPECT_TRUE(answer.has_value());
  if (!answer->ok()) return *answer;
  AgentMemory& memory = memory_[base::HostName{host}];
  for (const TaskId& id : std::set<TaskId>{memory.unacknowledged}) {
    controller->agent_reported(base::HostName{host}, memory.ended.at(id));
  }
  take_acks();
  return *answer;
}

void World::come_all() {
  for (const core::Host& host : fleet.hosts) {
    const auto welcomed = come(host.name.text);
    EXPECT_TRUE(welcomed.ok()) << welcomed.error().message;
  }
}

void World::go(const std::string& host) {
  link.present.erase(base::HostName{host});
  std::erase_if(link.tasks, [&](const core::SendTask& task) { return task.host.text == host; });
  controller->agent_went(base::HostName{host}, "its stream ended");
}

base::Result<core::Plan> World::plan() { return controller->plan({{39, 0}, policy}); }

ports::StartAsked World::start_asked(const std::string& request_id) const {
  ports::StartAsked asked{{39, 0}, policy, "", request_id, actor(), {}};
  const auto plan = controller->plan({asked.to, asked.policy});
  EXPECT_TRUE(plan.ok()) << plan.error().message;
  if (!plan.ok()) return asked;
  for (const core::Phase& phase : plan->phases) {
    if (phase.gate) asked.approve.push_back(phase.gate->name);
  }
  return asked;
}

base::Result<core::UpgradeView> World::start(const std::string& request_id) {
  return controller->start(start_asked(request_id));
}

World::TaskId World::id_of(const core::TaskKey& key) {
  return {key.upgrade.text, key.step.value, key.attempt};
}

void World::take_acks() {
  for (const core::AckReport& ack : link.acks)
    memory_[ack.host].unacknowledged.erase(id_of(ack.key));
  link.acks.clear();
}

core::SendTask World::take_task() {
  EXPECT_FALSE(link.tasks.empty());
  const core::SendTask task = link.tasks.front();
  link.tasks.erase(link.tasks.begin());
  controller->agent_reported(task.host, {task.task.key, core::TaskAccepted{}});
  return task;
}

bool World::go_on() {
  if (link.tasks.empty()) return clock.ring_next();
  const core::SendTask sent = link.tasks.front();
  link.tasks.erase(link.tasks.begin());
  AgentMemory& memory = memory_[sent.host];
  const TaskId id = id_of(sent.task.key);
  if (!memory.ended.contains(id)) {
    controller->agent_reported(sent.host, {sent.task.key, core::TaskAccepted{}});
    ++effects[id];
    memory.ended[id] = {sent.task.key, hosts.perform(sent.host, sent.task, clock.now())};
    memory.unacknowledged.insert(id);
  }
  controller->agent_reported(sent.host, memory.ended.at(id));
  take_acks();
  return true;
}

void World::finish() {
  constexpr int kMostMoves = 5000;
  for (int moves = 0; moves < kMostMoves; ++moves) {
    if (!go_on()) return;
  }
  FAIL() << "it does not end";
}

core::UpgradeView World::view(core::Detail detail) {
  return controller->get({}, detail).value_or(core::UpgradeView{});
}

}  // namespace rollmill::test
