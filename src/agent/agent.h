#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/log_pump.h"
#include "agent/pacer.h"
#include "agent/task_context.h"
#include "rollmill/agent/executor.h"
#include "rollmill/agent/settings.h"
#include "rollmill/ports/clock.h"
#include "rollmill/ports/controller_link.h"
#include "rollmill/ports/journal.h"
#include "rollmill/ports/task_codec.h"
#include "rollmill/ports/task_output.h"

namespace rollmill::agent {

/// What the loop works with; all outlive the agent.
struct AgentPorts {
  ports::Journal& journal;
  const ports::TaskCodec& codec;
  ports::Worker& worker;
  ports::ControllerLink& link;
  ports::Clock& clock;
  ports::TaskOutput& output;
  Pacer& pacer;                                 ///< Of the worker's thread.
  std::function<void(const std::string&)> log;  ///< One line; THREAD: loop.
};

/// The agent's loop: event, decide, append, evolve, perform. Tasks run one at a time on the
/// worker; between them the host is read there. Must outlive what it posted.
/// Members THREAD: loop.
class Agent : public ports::AgentInbox {
 public:
  Agent(AgentSettings settings, HostPorts host, AgentPorts ports);

  /// Folds the journal, reads the host, and goes on with the task that had begun. Once, before
  /// anything else.
  base::Status begin();

  /// @name THREAD: any; each posts to the loop
  /// @{
  void welcomed(base::Epoch epoch) override;
  void link_lost(std::string reason) override;
  void task(core::Task task) override;
  void cancel(core::TaskKey key) override;
  void acked(core::TaskKey key) override;
  void logs_wanted(std::uint64_t request, core::TaskKey key, bool follow) override;
  void logs_cancelled(std::uint64_t request) override;
  void hello(std::function<void(ports::AgentHello)> reply) override;
  /// @}

  const Executor& executor() const { return executor_; }

 private:
  void post(std::function<void()> work);
  void handle(const Event& event);
  /// Durable, or the process ends: the state must never be ahead of the journal.
  void append(const std::vector<core::TaskFact>& facts);
  void perform(const Command& command);

  bool is_asked(const core::TaskKey& key) const;
  void forget_asked();
  bool has_begun(const core::TaskKey& key) const;
  void start_next();
  void run_job(const StartTask& start, TaskContext& context);
  core::TaskOutcome run(const StartTask& start, TaskContext& context);
  void task_ended(core::TaskReport report);
  void task_waits(const core::TaskKey& key, const core::TaskWaiting& cause);
  void send_waiting();

  void read_facts();
  void facts_read(core::HostFacts facts);
  void push_facts();
  void answer_hellos();

  void on_welcome(base::Epoch epoch);
  void on_hello(std::function<void(ports::AgentHello)> reply);
  /// Does what is due and sets the alarm for what is due next.
  void tick();

  const AgentSettings settings_;
  const HostPorts host_;
  const AgentPorts ports_;
  Executor executor_;
  LogPump logs_;

  bool connected_ = false;
  std::string lost_reason_;  ///< Why the stream was lost last; empty once there is one.
  bool worker_busy_ = false;
  std::vector<core::TaskKey> asked_;      ///< Tasks that came to this process and have not ended.
  std::optional<StartTask> to_start_;     ///< Waits for the reading of the host to end.
  std::shared_ptr<TaskContext> context_;  ///< Of the task on the worker.
  core::TaskKey on_thread_;               ///< Of that task.
  core::TaskWaiting waiting_;             ///< Of that task; an empty code: it does not wait.
  core::HostFacts facts_;                 ///< Of the last reading between two tasks.
  core::HostFacts sent_facts_;
  std::vector<std::function<void(ports::AgentHello)>> hellos_;  ///< Wait for the first reading.
  base::TimePoint facts_due_{};
  base::TimePoint resend_due_{};
};

}  // namespace rollmill::agent
