#include "agent/agent.h"

#include <gtest/gtest.h>

#include "agent/agent_story.h"

namespace rollmill::test {
namespace {

using core::Verb;
using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

/// An agent on a conductor host of 35.0, begun and welcomed.
struct Running {
  Running() : life(host_ready(host), journal) {
    EXPECT_TRUE(life.agent->begin().ok());
    life.agent->welcomed(life.epoch);
    life.loop.settle();
  }
  static FakeHost& host_ready(FakeHost& host) {
    host.be_conductor();
    host.services.daemons[FakeHost::kConductor].window = minutes{15};
    return host;
  }
  void ask(const core::Task& task) {
    life.agent->task(task);
    life.loop.settle();
  }

  FakeHost host;
  MemoryJournal journal;
  AgentLife life;
};

TEST(Agent, runs_a_task_and_reports_it_from_its_journal) {
  Running story;
  story.ask(story.life.task(3, Verb::Stop));
  EXPECT_EQ(story.life.link.said, (Words{"accepted", "succeeded"}));
  EXPECT_EQ(story.host.world.effects, (Words{"stop ironic-conductor"}));
  EXPECT_EQ(story.life.kinds(story.journal), (Words{"EpochRaised", "TaskTaken", "TaskEnded"}));
  EXPECT_EQ(story.life.link.reports.back().key, story.life.task(3, Verb::Stop).key);
}

TEST(Agent, appends_before_it_acts_and_before_it_reports) {
  Running story;
  Words seen;
  story.life.link.on_report = [&](const core::TaskReport&) {
    seen.push_back(story.journal.records().back().kind + " " +
                   std::to_string(story.host.world.effects.size()));
  };
  story.ask(story.life.task(3, Verb::Stop));
  EXPECT_EQ(seen, (Words{"TaskTaken 0", "TaskEnded 1"}));
}

TEST(AgentDeathTest, stops_when_its_journal_does_not_take_a_fact) {
  Running story;
  story.journal.fail_after(0);
  EXPECT_DEATH(story.ask(story.life.task(3, Verb::Stop)),
               "could not be written: the journal was told to fail");
}

TEST(Agent, answers_a_repeat_from_the_journal_and_does_nothing_again) {
  Running story;
  story.ask(story.life.task(3, Verb::Stop));
  story.life.epoch = 6;
  story.ask(story.life.task(3, Verb::Stop));
  EXPECT_EQ(story.life.link.said, (Words{"accepted", "succeeded", "succeeded"}));
  EXPECT_EQ(story.life.link.reports.back().key.epoch, 6U);
  EXPECT_EQ(story.host.world.effects.size(), 1U);
}

TEST(Agent, refuses_a_controller_whose_term_is_over) {
  Running story;
  story.life.epoch = 4;
  story.ask(story.life.task(3, Verb::Stop));
  EXPECT_EQ(story.life.link.said, (Words{"refused STALE_EPOCH"}));
  EXPECT_TRUE(story.host.world.effects.empty());
}

TEST(Agent, resends_an_outcome_until_it_is_acknowledged) {
  Running story;
  story.ask(story.life.task(3, Verb::Stop));
  story.life.loop.pass(seconds{11});
  EXPECT_EQ(story.life.link.said, (Words{"accepted", "succeeded", "succeeded", "succeeded"}));
  story.life.agent->acked(story.life.task(3, Verb::Stop).key);
  story.life.loop.pass(minutes{1});
  EXPECT_EQ(story.life.link.said.size(), 4U);
}

TEST(Agent, keeps_an_outcome_for_the_next_stream) {
  Running story;
  story.life.agent->link_lost("reset by peer");
  story.ask(story.life.task(3, Verb::Stop));
  story.life.link.said.clear();
  story.life.loop.pass(minutes{1});
  EXPECT_TRUE(story.life.link.said.empty());
  story.life.agent->welcomed(7);
  story.life.loop.settle();
  EXPECT_EQ(story.life.link.said, (Words{"succeeded"}));
  EXPECT_EQ(story.life.link.reports.back().key.epoch, 7U);
}

TEST(Agent, logs_once_why_it_is_not_connected) {
  Running story;
  story.life.loop.settle();
  story.life.log.clear();
  for (int attempt = 0; attempt < 3; ++attempt) story.life.agent->link_lost("turned away");
  story.life.agent->link_lost("no route");
  story.life.agent->welcomed(7);
  story.life.agent->link_lost("no route");
  story.life.loop.settle();
  EXPECT_EQ(story.life.log, (Words{"not connected: turned away", "not connected: no route",
                                   "connected; the controller's term is 7",
                                   "not connected: no route"}));
}

TEST(Agent, tells_why_a_task_waits_and_when_it_goes_on) {
  Running story;
  story.host.ironic.nodes[0].reservation = "cond1";
  story.host.world.in(seconds{30}, [&] { story.host.ironic.nodes[0].reservation = ""; });
  const base::TimePoint before = story.host.world.now();
  story.ask(story.life.task(3, Verb::Drain));
  EXPECT_EQ(story.life.link.said, (Words{"accepted", "NODES_BUSY", "goes on", "succeeded"}));
  const auto& waiting = std::get<core::TaskWaiting>(story.life.link.reports[1].outcome);
  EXPECT_EQ(waiting.since, before);
  EXPECT_NE(waiting.reason.find("n01"), std::string::npos);
}

TEST(Agent, tells_a_new_stream_what_runs_and_why_it_waits) {
  Running story;
  story.host.ironic.nodes[0].reservation = "cond1";
  story.host.world.in(seconds{10}, [&] { story.life.agent->link_lost("gone"); });
  story.host.world.in(seconds{20}, [&] { story.life.agent->welcomed(6); });
  story.host.world.in(seconds{30}, [&] { story.host.ironic.nodes[0].reservation = ""; });
  story.ask(story.life.task(3, Verb::Drain));
  EXPECT_EQ(story.life.link.said,
            (Words{"accepted", "NODES_BUSY", "accepted", "NODES_BUSY", "goes on", "succeeded"}));
}

TEST(Agent, cancels_a_task_in_its_wait) {
  Running story;
  story.host.ironic.nodes[0].reservation = "cond1";
  const core::Task task = story.life.task(3, Verb::Drain);
  story.host.world.in(seconds{30}, [&] { story.life.agent->cancel(task.key); });
  const base::TimePoint before = story.host.world.now();
  story.ask(task);
  EXPECT_EQ(story.life.link.said.back(), "failed CANCELLED");
  EXPECT_LE(story.host.world.now() - before, seconds{32});
}

TEST(Agent, gives_up_an_attempt_for_the_next_one_of_the_same_step) {
  Running story;
  story.host.ironic.nodes[0].reservation = "cond1";
  story.host.world.in(seconds{30}, [&] {
    story.life.agent->task(story.life.task(3, Verb::Drain, 2));
    story.host.ironic.nodes[0].reservation = "";
  });
  story.ask(story.life.task(3, Verb::Drain));
  const auto& reports = story.life.link.reports;
  EXPECT_EQ(reports.back().key.attempt, 2U);
  EXPECT_EQ(story.life.link.said.back(), "succeeded");
  EXPECT_TRUE(
      std::count(story.life.link.said.begin(), story.life.link.said.end(), "failed CANCELLED"));
}

/// An agent that was killed when it had taken a task, and has come back to its controller.
struct Restarted {
  Restarted() : cut(story.journal, 2), next(story.host, cut) {
    EXPECT_TRUE(next.agent->begin().ok());
    next.agent->welcomed(5);
    next.loop.settle();
  }
  /// The journal is cut where the task had been taken; then the host is as it was before.
  struct Killed : Running {
    Killed() {
      ask(life.task(3, Verb::Stop));
      host.be_conductor();
      host.world.effects.clear();
    }
  } story;
  MemoryJournal cut;
  AgentLife next;
};

TEST(Agent, runs_again_after_a_restart_what_had_begun_when_the_controller_sends_it_again) {
  Restarted story;
  EXPECT_EQ(story.next.link.said, (Words{"accepted"}));
  EXPECT_EQ(story.story.host.world.effects, Words{});
  story.next.agent->task(story.next.task(3, Verb::Stop));
  story.next.loop.settle();
  EXPECT_EQ(story.next.link.said, (Words{"accepted", "accepted", "succeeded"}));
  EXPECT_EQ(story.story.host.world.effects, (Words{"stop ironic-conductor"}));
}

TEST(Agent, touches_nothing_after_a_restart_for_a_task_that_was_given_up_meanwhile) {
  Restarted story;
  story.next.agent->cancel(story.next.task(3, Verb::Stop).key);
  story.next.loop.settle();
  EXPECT_EQ(story.next.link.said, (Words{"accepted", "failed CANCELLED"}));
  EXPECT_EQ(story.story.host.world.effects, Words{});
}

TEST(Agent, ends_after_a_restart_a_stop_that_had_begun_even_when_it_is_given_up) {
  Restarted story;
  FakeHost& host = story.story.host;
  auto& daemon = host.services.daemons[FakeHost::kConductor];
  daemon.stopping = true;
  const base::TimePoint before = host.world.now();
  host.world.in(seconds{7}, [&] { daemon.main.reset(); });
  story.next.agent->cancel(story.next.task(3, Verb::Stop).key);
  story.next.loop.settle();
  EXPECT_EQ(story.next.link.said, (Words{"accepted", "failed CANCELLED"}));
  EXPECT_GE(host.world.now() - before, seconds{7}) << "what is read next is what came of it";
  EXPECT_EQ(host.world.effects, Words{}) << "a second signal makes some releases die at once";
}

TEST(Agent, leaves_a_service_alone_that_a_person_started_after_the_stop_that_is_given_up) {
  Restarted story;
  story.next.output.begun = true;
  FakeHost& host = story.story.host;
  host.world.pass(seconds{60});
  host.services.daemons[FakeHost::kConductor].main->started_at = host.world.now();
  story.next.agent->cancel(story.next.task(3, Verb::Stop).key);
  story.next.loop.settle();
  EXPECT_EQ(host.world.effects, Words{});
}

TEST(Agent, runs_after_a_restart_no_task_that_had_only_waited_behind_another) {
  Running story;
  story.life.agent->task(story.life.task(3, Verb::Drain));
  story.life.agent->task(story.life.task(4, Verb::Stop));
  story.life.loop.settle();
  // Both had been taken; nothing of either had ended.
  MemoryJournal cut(story.journal, 3);
  story.host.be_conductor();
  story.host.world.effects.clear();
  AgentLife next(story.host, cut);
  ASSERT_TRUE(next.agent->begin().ok());
  next.agent->welcomed(5);
  next.agent->cancel(next.task(3, Verb::Drain).key);
  next.loop.settle();
  EXPECT_EQ(story.host.world.effects, Words{});
  next.agent->task(next.task(4, Verb::Stop));
  next.loop.settle();
  EXPECT_EQ(story.host.world.effects, (Words{"stop ironic-conductor"}));
}

TEST(Agent, takes_up_the_commands_of_a_stop_that_is_given_up) {
  Restarted story;
  story.next.output.begun = true;
  story.next.agent->cancel(story.next.task(3, Verb::Stop).key);
  story.next.loop.settle();
  EXPECT_EQ(story.next.link.said, (Words{"accepted", "failed CANCELLED"}));
  EXPECT_EQ(story.story.host.world.effects, (Words{"stop ironic-conductor"}));
}

TEST(Agent, does_not_begin_on_a_damaged_journal) {
  FakeHost host;
  host.be_conductor();
  MemoryJournal journal;
  ASSERT_TRUE(journal.append(1, {{0, {}, "tasks", "TaskMangled", "{}"}}).ok());
  AgentLife life(host, journal);
  const base::Status begun = life.agent->begin();
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code, base::ErrorCode::DataLoss);
}

TEST(Agent, fails_a_task_whose_output_cannot_be_kept) {
  Running story;
  story.life.output.broken = true;
  story.ask(story.life.task(3, Verb::Stop));
  EXPECT_EQ(story.life.link.said.back(), "failed READING_FAILED");
  EXPECT_TRUE(story.host.world.effects.empty());
}

TEST(Agent, says_hello_with_the_host_as_it_is) {
  FakeHost host;
  host.be_conductor();
  host.settings.agent_version = "0.1.0";
  MemoryJournal journal;
  AgentLife life(host, journal);
  std::vector<ports::AgentHello> hellos;
  life.agent->hello([&](ports::AgentHello hello) { hellos.push_back(std::move(hello)); });
  ASSERT_TRUE(life.agent->begin().ok());
  life.loop.settle();
  ASSERT_EQ(hellos.size(), 1U);
  EXPECT_EQ(hellos[0].host.text, "cond1");
  EXPECT_EQ(hellos[0].agent_version, "0.1.0");
  EXPECT_EQ(hellos[0].facts.installed_release, "35.0");
  EXPECT_EQ(hellos[0].facts.read_at, host.world.now());
}

TEST(Agent, pushes_what_changed_on_the_host_and_nothing_else) {
  Running story;
  story.life.loop.pass(minutes{1});
  const std::size_t before = story.life.link.facts_sent.size();
  story.host.machine.free -= 1;
  story.life.loop.pass(minutes{1});
  EXPECT_EQ(story.life.link.facts_sent.size(), before);
  story.host.services.daemons[FakeHost::kConductor].main.reset();
  story.life.loop.pass(seconds{11});
  ASSERT_EQ(story.life.link.facts_sent.size(), before + 1);
  EXPECT_FALSE(story.life.link.facts_sent.back().services[0].running);
}

TEST(Agent, serves_logs_to_their_end_and_follows_a_running_task) {
  Running story;
  story.host.be_schema();
  story.host.release.number = {39, 0};
  core::Task task = story.life.task(3, Verb::Migrate);
  task.args.service = "";
  task.args.migrate_batch = 20;
  task.args.migrate_pause = seconds{2};
  story.host.world.in(seconds{1}, [&] { story.life.agent->logs_wanted(1, task.key, true); });
  story.ask(task);
  story.life.loop.pass(seconds{1});
  const std::string& text = story.life.link.logs[1];
  EXPECT_NE(text.find("migrated 20 of 36 rows\nmigrated 16 of 16 rows\n"), std::string::npos);
  EXPECT_NE(text.find("ok contract.second-run-zero: "), std::string::npos);
  EXPECT_EQ(text.substr(text.size() - 6), "\n<end>");
  story.life.agent->logs_wanted(2, task.key, false);
  story.life.loop.pass(seconds{1});
  EXPECT_EQ(story.life.link.logs[2], story.life.link.logs[1]);
  story.life.agent->logs_wanted(3, story.life.task(9, Verb::Stop).key, true);
  story.life.loop.pass(seconds{1});
  EXPECT_EQ(story.life.link.logs[3], "<end>");
}

/// A controller that wants one turn done: sends a step when the one before has succeeded.
class Turn {
 public:
  explicit Turn(std::vector<Verb> verbs) : verbs_(std::move(verbs)) {}

  void drive(AgentLife& life) {
    life.args.new_release = life.args.pinned = true;
    life.link.on_report = [this, &life](const core::TaskReport& report) {
      if (!core::is_final(report.outcome)) return;
      life.agent->acked(report.key);
      if (report.key.step.value != at_) return;
      if (!std::holds_alternative<core::TaskSucceeded>(report.outcome)) return;
      if (++at_ < verbs_.size()) life.agent->task(life.task(at_, verbs_[at_]));
    };
    life.agent->welcomed(life.epoch);
    if (at_ < verbs_.size()) life.agent->task(life.task(at_, verbs_[at_]));
    life.loop.settle();
  }
  bool done() const { return at_ == verbs_.size(); }

 private:
  const std::vector<Verb> verbs_;
  std::uint32_t at_ = 0;
};

/// Drives a conductor's turn with a crash at one append, then to its end. False when the turn was
/// over before that append.
bool crashes_at(std::size_t append, bool durable, Words& effects) {
  FakeHost host;
  Running::host_ready(host);
  host.config.ours = {{"DEFAULT", "pin_release_version", "35.0"}};
  Turn turn({Verb::Drain, Verb::Stop, Verb::Install, Verb::Start, Verb::Probe});
  MemoryJournal memory;
  CrashingJournal journal(memory);
  journal.crash_at = append;
  journal.crash_when_durable = durable;
  bool crashed = false;
  for (int life_number = 0; life_number < 3 && !turn.done(); ++life_number) {
    AgentLife life(host, journal);
    life.epoch = static_cast<base::Epoch>(5 + life_number);
    try {
      EXPECT_TRUE(life.agent->begin().ok());
      turn.drive(life);
      life.loop.pass(minutes{1});
    } catch (const Crash&) {
      crashed = true;
    }
  }
  EXPECT_TRUE(turn.done()) << "append " << append;
  effects = host.world.effects;
  return crashed;
}

TEST(Agent, crashed_at_any_append_does_every_effect_of_a_turn_once) {
  const Words expected = {"stop ironic-conductor", "install 39.0",
                          "start ironic-conductor 39.0 35.0"};
  std::size_t crashes = 0;
  for (const bool durable : {false, true}) {
    for (std::size_t append = 0; append < 100; ++append) {
      Words effects;
      const bool crashed = crashes_at(append, durable, effects);
      EXPECT_EQ(effects, expected) << "append " << append << (durable ? ", durable" : "");
      if (!crashed) break;
      ++crashes;
    }
  }
  EXPECT_GE(crashes, 20U);
}

}  // namespace
}  // namespace rollmill::test
