#include "agent/agent.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "agent/host_reading.h"
#include "agent/verbs/verbs.h"
#include "rollmill/base/check.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::agent {
namespace {

constexpr const char* kStream = "tasks";
constexpr std::uint32_t kProtocol = 1;
constexpr base::Duration kLogsEvery{200};

core::TaskOutcome fault(const std::string& what) {
  core::TaskFailed failed;
  failed.code = "AGENT_FAULT";
  failed.message = "A fault of the agent's own code ended the task: " + what;
  return failed;
}

}  // namespace

Agent::Agent(AgentSettings settings, HostPorts host, AgentPorts ports)
    : settings_(std::move(settings)),
      host_(host),
      ports_(std::move(ports)),
      logs_(ports_.output, ports_.link, [this](const core::TaskKey& key) {
        const TaskRun* run = find_task(executor_, key);
        return run != nullptr && run->state < TaskState::Ended;
      }) {}

base::Status Agent::begin() {
  std::optional<base::Error> damaged;
  const auto fold = [&](const ports::Record& record) {
    const auto fact = ports_.codec.decode(record);
    if (!fact) damaged = fact.error();
    if (fact) evolve(executor_, *fact);
    return fact.ok();
  };
  if (const auto read = ports_.journal.read(0, kStream, fold); !read) return read.error();
  if (damaged) return *damaged;
  read_facts();
  handle(Restarted{});
  tick();
  return base::success();
}

void Agent::welcomed(base::Epoch epoch) {
  post([this, epoch] { on_welcome(epoch); });
}

void Agent::link_lost(std::string reason) {
  post([this, reason = std::move(reason)] {
    connected_ = false;
    logs_.cancel_all();
    // Told once, however often the same attempt fails.
    if (reason != lost_reason_) ports_.log("not connected: " + reason);
    lost_reason_ = reason;
  });
}

void Agent::task(core::Task task) {
  post([this, task = std::move(task)] {
    if (!is_asked(task.key)) asked_.push_back(task.key);
    handle(TaskCame{task});
    forget_asked();
  });
}

void Agent::cancel(core::TaskKey key) {
  post([this, key = std::move(key)] { handle(CancelCame{key}); });
}

void Agent::acked(core::TaskKey key) {
  post([this, key = std::move(key)] { handle(AckCame{key}); });
}

void Agent::logs_wanted(std::uint64_t request, core::TaskKey key, bool follow) {
  post([this, request, key = std::move(key), follow] {
    logs_.want(request, key, follow);
    tick();
  });
}

void Agent::logs_cancelled(std::uint64_t request) {
  post([this, request] { logs_.cancel(request); });
}

void Agent::hello(std::function<void(ports::AgentHello)> reply) {
  post([this, reply = std::move(reply)]() mutable { on_hello(std::move(reply)); });
}

void Agent::post(std::function<void()> work) { ports_.worker.post_to_loop(std::move(work)); }

void Agent::handle(const Event& event) {
  const Decision decision = decide(executor_, event);
  if (decision.refusal) ports_.log("refused: " + *decision.refusal);
  append(decision.facts);
  for (const core::TaskFact& fact : decision.facts) evolve(executor_, fact);
  for (const Command& command : decision.commands) perform(command);
}

void Agent::append(const std::vector<core::TaskFact>& facts) {
  if (facts.empty()) return;
  std::vector<ports::Record> records;
  for (const core::TaskFact& fact : facts) {
    ports::EncodedTaskFact encoded = ports_.codec.encode(fact);
    records.push_back(
        {0, ports_.clock.now(), kStream, std::move(encoded.kind), std::move(encoded.body)});
  }
  const base::Status written = ports_.journal.append(ports_.journal.next(), records);
  if (!written) base::lost_durability(written.error().message.c_str());
}

void Agent::perform(const Command& command) {
  std::visit(base::Overloaded{
                 [this](const StartTask& start) {
                   if (has_begun(start.task.key)) return;
                   if (!start.cancelled && !is_asked(start.task.key)) return;
                   to_start_ = start;
                   start_next();
                 },
                 [this](const GiveUpTask& give_up) {
                   const TaskRun* run = active_task(executor_);
                   if (run == nullptr || !run->task.key.same_task(give_up.key)) return;
                   if (to_start_) to_start_->cancelled = true;
                   if (context_) context_->cancel();
                 },
                 [this](const SendReport& send) { ports_.link.send(send.report); },
             },
             command);
}

/// Sent to this process: one that is only known from the journal waits for the controller's word.
bool Agent::is_asked(const core::TaskKey& key) const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [&](const core::TaskKey& each) { return each.same_task(key); });
}

/// What was refused or has ended.
void Agent::forget_asked() {
  std::erase_if(asked_, [&](const core::TaskKey& key) {
    const TaskRun* run = find_task(executor_, key);
    return run == nullptr || run->state >= TaskState::Ended;
  });
}

/// On the task thread, or next on it.
bool Agent::has_begun(const core::TaskKey& key) const {
  return (context_ && on_thread_.same_task(key)) ||
         (to_start_ && to_start_->task.key.same_task(key));
}

void Agent::start_next() {
  if (worker_busy_ || !to_start_) return;
  const StartTask start = *std::exchange(to_start_, std::nullopt);
  waiting_ = {};
  const core::TaskKey key = start.task.key;
  on_thread_ = key;
  context_ = std::make_shared<TaskContext>(ports_.pacer, ports_.output, start.task.time_limit,
                                           [this, key](const core::TaskWaiting& cause) {
                                             post([this, key, cause] { task_waits(key, cause); });
                                           });
  worker_busy_ = true;
  ports_.worker.start([this, start, context = context_] { run_job(start, *context); });
}

/// On the task thread.
void Agent::run_job(const StartTask& start, TaskContext& context) {
  core::TaskReport report{start.task.key, run(start, context)};
  post([this, report = std::move(report)]() mutable { task_ended(std::move(report)); });
}

core::TaskOutcome Agent::run(const StartTask& start, TaskContext& context) {
  try {
    Job job(settings_, host_, start.task, context, context.started_at());
    const auto bound = ports_.output.bind(start.task.key);
    if (!bound) return *job.unreadable("The folder for the task's output", bound.error());
    const auto begun = start.cancelled ? ports_.output.settle(start.task.key) : false;
    if (!begun) return *job.unreadable("A command of the task", begun.error());
    core::TaskOutcome outcome = start.cancelled ? give_up_task(job, *begun) : run_task(job);
    const auto freed = ports_.output.bind(std::nullopt);
    if (!freed) context.say("the task's output stays open: " + freed.error().message);
    return outcome;
  } catch (const std::exception& error) {
    return fault(error.what());
  }
}

void Agent::task_ended(core::TaskReport report) {
  worker_busy_ = false;
  context_.reset();
  waiting_ = {};
  facts_due_ = ports_.clock.now();
  resend_due_ = ports_.clock.now() + settings_.resend_every;
  handle(TaskDone{std::move(report)});
  forget_asked();
  start_next();
  tick();
}

void Agent::task_waits(const core::TaskKey& key, const core::TaskWaiting& cause) {
  const TaskRun* run = active_task(executor_);
  if (run == nullptr || !run->task.key.same_task(key)) return;
  waiting_ = cause;
  send_waiting();
}

void Agent::send_waiting() {
  const TaskRun* run = active_task(executor_);
  if (run == nullptr || !connected_) return;
  core::TaskKey key = run->task.key;
  key.epoch = executor_.epoch;
  ports_.link.send(core::TaskReport{std::move(key), waiting_});
}

void Agent::read_facts() {
  worker_busy_ = true;
  ports_.worker.start([this] {
    core::HostFacts facts;
    try {
      facts = read_host(settings_, host_, Reading::Own);
    } catch (const std::exception& error) {
      facts.details["unread.host"] = error.what();
    }
    facts.read_at = ports_.pacer.now();
    post([this, facts = std::move(facts)]() mutable { facts_read(std::move(facts)); });
  });
}

void Agent::facts_read(core::HostFacts facts) {
  worker_busy_ = false;
  facts_ = std::move(facts);
  facts_due_ = ports_.clock.now() + settings_.facts_every;
  answer_hellos();
  push_facts();
  start_next();
  tick();
}

void Agent::push_facts() {
  if (!connected_ || same_reading(facts_, sent_facts_)) return;
  sent_facts_ = facts_;
  ports_.link.send(facts_);
}

void Agent::answer_hellos() {
  for (auto& reply : std::exchange(hellos_, {})) {
    sent_facts_ = facts_;
    reply({settings_.fleet, settings_.host, settings_.boot_id, settings_.agent_version, kProtocol,
           facts_, executor_.epoch});
  }
}

void Agent::on_welcome(base::Epoch epoch) {
  connected_ = true;
  lost_reason_.clear();
  ports_.log("connected; the controller's term is " + std::to_string(epoch));
  resend_due_ = ports_.clock.now() + settings_.resend_every;
  handle(Welcomed{epoch});
  if (!waiting_.code.empty()) send_waiting();
  tick();
}

/// The first hello waits for the first reading of the host.
void Agent::on_hello(std::function<void(ports::AgentHello)> reply) {
  hellos_.push_back(std::move(reply));
  const bool unread = facts_.read_at == base::TimePoint{};
  if (!unread) answer_hellos();
  tick();
}

void Agent::tick() {
  const base::TimePoint now = ports_.clock.now();
  logs_.pump();
  if (connected_ && now >= resend_due_) {
    resend_due_ = now + settings_.resend_every;
    handle(ResendDue{});
  }
  if (!worker_busy_ && now >= facts_due_) read_facts();
  base::TimePoint next = now + settings_.resend_every;
  if (connected_) next = std::min(next, resend_due_);
  if (!worker_busy_) next = std::min(next, facts_due_);
  if (!logs_.idle()) next = std::min(next, now + kLogsEvery);
  ports_.clock.set_alarm(next, [this] { tick(); });
}

}  // namespace rollmill::agent
