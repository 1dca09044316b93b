#include <gtest/gtest.h>

#include <deque>

#include "apps/event_log.h"

namespace rollmill::apps {
namespace {

core::EventView event(base::Sequence sequence, const std::string& severity,
                      const std::string& text) {
  core::EventView made;
  made.sequence = sequence;
  made.kind = "StepSucceeded";
  made.phase = "conductors";
  made.host = "cond1";
  made.severity = severity;
  made.text = text;
  return made;
}

/// One upgrade whose events the test adds; answers come when the test lets the loop turn.
class Journalled final : public ports::Control {
 public:
  std::string upgrade;
  std::vector<core::EventView> written;
  std::function<void()> wake;

  void turn() {
    for (int bound = 0; bound < 1000 && !loop_.empty(); ++bound) {
      const auto work = std::move(loop_.front());
      loop_.pop_front();
      work();
    }
    ASSERT_TRUE(loop_.empty());
  }

  void info(ports::Reply<ports::ControllerInfo> reply) override {
    loop_.emplace_back([this, reply] {
      ports::ControllerInfo info;
      if (!written.empty()) info.last_sequence = written.back().sequence;
      reply(info);
    });
  }
  void get(base::UpgradeId, core::Detail, ports::Reply<core::UpgradeView> reply) override {
    loop_.emplace_back([this, reply] {
      core::UpgradeView view;
      view.id = upgrade;
      if (upgrade.empty()) return reply(base::Error{base::ErrorCode::NotFound, "none"});
      reply(view);
    });
  }
  void events(base::UpgradeId, base::Sequence after, std::uint32_t limit,
              ports::Reply<std::vector<core::EventView>> reply) override {
    loop_.emplace_back([this, after, limit, reply] {
      std::vector<core::EventView> page;
      for (const core::EventView& each : written)
        if (each.sequence > after && page.size() < limit) page.push_back(each);
      reply(page);
    });
  }
  std::shared_ptr<void> subscribe(std::function<void()> call) override {
    wake = std::move(call);
    return std::make_shared<int>(0);
  }

  void plan(ports::PlanAsked, ports::Reply<core::Plan>) override {}
  void start(ports::StartAsked, ports::Reply<core::UpgradeView>) override {}
  void request(base::UpgradeId, core::Event, ports::Reply<core::UpgradeView>) override {}
  void list(ports::Reply<std::vector<core::UpgradeView>>) override {}
  void hosts(ports::Reply<std::vector<ports::FleetHostView>>) override {}
  void logs(base::UpgradeId, base::StepIndex, bool,
            std::function<bool(base::Result<ports::LogChunk>)>) override {}
  void agent_came(ports::AgentHello, ports::Reply<ports::AgentWelcome>) override {}
  void agent_reported(base::HostName, core::TaskReport) override {}
  void agent_facts(base::HostName, core::HostFacts) override {}
  void agent_went(base::HostName, std::string) override {}
  void agent_logs(base::HostName, std::uint64_t, ports::LogChunk) override {}
  void prober_counted(core::ProberCounted) override {}

 private:
  std::deque<std::function<void()>> loop_;
};

class EventLogOf : public testing::Test {
 protected:
  Journalled control_;
  std::vector<std::string> lines_;
  EventLog log_{control_, [this](LogLevel level, const std::string& line) {
                  const char* const name = level == LogLevel::Info      ? "info "
                                           : level == LogLevel::Warning ? "warning "
                                                                        : "error ";
                  lines_.push_back(name + line);
                }};

  void add(core::EventView made) {
    control_.written.push_back(std::move(made));
    control_.wake();
  }
};

TEST_F(EventLogOf, upgrade_tells_each_event_once_with_its_place) {
  log_.start();
  control_.turn();
  control_.upgrade = "u-1";
  add(event(1, "info", "drain sent"));
  add(event(2, "warning", "agent is away"));
  control_.turn();
  add(event(3, "error", "drain failed"));
  control_.turn();
  EXPECT_EQ(lines_, (std::vector<std::string>{
                        "info upgrade u-1: conductors cond1 drain sent",
                        "warning upgrade u-1: conductors cond1 agent is away",
                        "error upgrade u-1: conductors cond1 drain failed"}));
}

TEST_F(EventLogOf, controller_that_was_restarted_tells_only_what_is_new) {
  control_.upgrade = "u-1";
  for (base::Sequence sequence = 1; sequence <= 2500; ++sequence)
    control_.written.push_back(event(sequence, "info", "old"));
  log_.start();
  control_.turn();
  EXPECT_EQ(lines_, std::vector<std::string>{});
  add(event(2501, "info", "new"));
  control_.turn();
  EXPECT_EQ(lines_, std::vector<std::string>{"info upgrade u-1: conductors cond1 new"});
}

TEST_F(EventLogOf, more_than_a_page_is_told_whole) {
  log_.start();
  control_.turn();
  control_.upgrade = "u-1";
  for (base::Sequence sequence = 1; sequence <= 2500; ++sequence)
    control_.written.push_back(event(sequence, "info", std::to_string(sequence)));
  control_.wake();
  control_.turn();
  ASSERT_EQ(lines_.size(), 2500U);
  EXPECT_EQ(lines_.back(), "info upgrade u-1: conductors cond1 2500");
}

TEST_F(EventLogOf, next_upgrade_is_told_from_its_begin) {
  control_.upgrade = "u-1";
  control_.written.push_back(event(7, "info", "old"));
  log_.start();
  control_.turn();
  add(event(8, "info", "ended"));
  control_.turn();
  control_.upgrade = "u-2";
  control_.written = {event(9, "info", "planned"), event(10, "info", "begun")};
  control_.written.front().kind = "UpgradePlanned";
  control_.wake();
  control_.turn();
  EXPECT_EQ(lines_, (std::vector<std::string>{"info upgrade u-1: conductors cond1 ended",
                                              "info upgrade u-2: conductors cond1 planned",
                                              "info upgrade u-2: conductors cond1 begun"}));
}

TEST_F(EventLogOf, counts_of_the_prober_are_told_only_when_something_failed) {
  log_.start();
  control_.turn();
  control_.upgrade = "u-1";
  core::EventView good = event(1, "info", "40 sent");
  good.kind = "ApiProbed";
  core::EventView bad = event(2, "warning", "40 sent, 1 failed");
  bad.kind = "ApiProbed";
  add(good);
  add(bad);
  control_.turn();
  EXPECT_EQ(lines_,
            std::vector<std::string>{"warning upgrade u-1: conductors cond1 40 sent, 1 failed"});
}

}  // namespace
}  // namespace rollmill::apps
