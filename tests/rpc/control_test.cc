#include <gtest/gtest.h>

#include "rpc/houses.h"

namespace rollmill::rpc {
namespace {

using std::chrono::milliseconds;

base::Result<std::unique_ptr<ControlClient>> client_of(const std::string& address) {
  ControlClientOptions options;
  options.controller = address;
  options.user = "ann@desk";
  return make_control_client(options);
}

core::UpgradeView view_of(const std::string& id, int created) {
  core::UpgradeView view = sample_view();
  view.id = id;
  view.created_at = base::TimePoint{milliseconds{created}};
  return view;
}

/// A server with two upgrades and a client at its door.
class Control : public testing::Test {
 protected:
  Control() {
    house.control.upgrades = {view_of("u1", 1000), view_of("u2", 2000)};
    house.open();
    client = client_of(house.address()).value();
  }

  template <typename Deed>
  const Deed& last_deed(const std::string& upgrade) {
    deeds = house.control.deeds.all();
    EXPECT_EQ(deeds.back().first, upgrade);
    EXPECT_TRUE(std::holds_alternative<Deed>(deeds.back().second));
    return std::get<Deed>(deeds.back().second);
  }

  ControllerHouse house;
  std::unique_ptr<ControlClient> client;
  std::vector<std::pair<std::string, core::Event>> deeds;
};

const core::Actor kAnn{"ann@desk (claimed)", "because"};

TEST_F(Control, plan_is_shown_and_printed) {
  house.loop.run_and_wait([&] { house.control.planned = sample_plan(); });
  const auto shown = client->plan({{39, 2}, sample_policy()});
  ASSERT_TRUE(shown.ok()) << shown.error().message;
  EXPECT_EQ(shown->plan, sample_plan());
  EXPECT_EQ(shown->printed, core::print_plan(sample_plan()));
  EXPECT_EQ(house.control.plans.all()[0].to, (core::ReleaseNumber{39, 2}));
  EXPECT_EQ(house.control.plans.all()[0].policy, sample_policy());
}

TEST_F(Control, start_says_what_was_shown_who_asks_and_why) {
  ports::StartAsked asked;
  asked.to = {39, 2};
  asked.policy = sample_policy();
  asked.plan_id = "p1";
  asked.request_id = "r1";
  asked.actor = {"", "because"};
  asked.approve = {"expand", "unpin"};
  const auto started = client->start(asked);
  ASSERT_TRUE(started.ok()) << started.error().message;
  EXPECT_EQ(*started, house.control.upgrades[1]);
  const ports::StartAsked heard = house.control.starts.all().at(0);
  EXPECT_EQ(heard.to, asked.to);
  EXPECT_EQ(heard.policy, asked.policy);
  EXPECT_EQ(heard.plan_id, "p1");
  EXPECT_EQ(heard.request_id, "r1");
  EXPECT_EQ(heard.actor, kAnn);
  EXPECT_EQ(heard.approve, asked.approve);
}

TEST_F(Control, upgrade_is_found_by_id_or_as_the_newest_with_steps_when_asked) {
  EXPECT_EQ(client->get({"u1"}, core::Detail::Steps)->id, "u1");
  EXPECT_EQ(client->get({}, core::Detail::Steps)->id, "u2");
  EXPECT_EQ(client->get({}, core::Detail::Steps)->steps.size(), 1U);
  EXPECT_EQ(client->get({}, core::Detail::Summary)->steps.size(), 0U);
}

TEST_F(Control, list_is_newest_first) {
  const auto listed = client->list();
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ(listed->at(0).id, "u2");
  EXPECT_EQ(listed->at(1).id, "u1");
}

TEST_F(Control, deeds_carry_upgrade_actor_and_arguments) {
  ASSERT_TRUE(client->pause({"u1"}, "because").ok());
  EXPECT_EQ(last_deed<core::PauseRequested>("u1").actor, kAnn);
  ASSERT_TRUE(client->resume({"u1"}, "because").ok());
  EXPECT_EQ(last_deed<core::ResumeRequested>("u1").actor, kAnn);
  ASSERT_TRUE(client->rollback({"u1"}, false, "because").ok());
  EXPECT_EQ(last_deed<core::TurnRequested>("u1").actor, kAnn);
  EXPECT_EQ(last_deed<core::TurnRequested>("u1").direction, core::Direction::Back);
  ASSERT_TRUE(client->rollback({"u1"}, true, "because").ok());
  EXPECT_EQ(last_deed<core::TurnRequested>("u1").direction, core::Direction::Forward);
  ASSERT_TRUE(client->quarantine({"u1"}, {"cond2"}, true, "because").ok());
  EXPECT_EQ(last_deed<core::QuarantineRequested>("u1").host.text, "cond2");
  EXPECT_TRUE(last_deed<core::QuarantineRequested>("u1").api_is_out);
  ASSERT_TRUE(client->abort({}, "because").ok());
  EXPECT_EQ(last_deed<core::AbortRequested>("u2").actor, kAnn);
  ASSERT_TRUE(client->approve({"u1"}, "unpin", std::chrono::minutes{90}, "because").ok());
  EXPECT_EQ(last_deed<core::ApproveRequested>("u1").actor, kAnn);
  EXPECT_EQ(last_deed<core::ApproveRequested>("u1").gate, "unpin");
  EXPECT_EQ(last_deed<core::ApproveRequested>("u1").valid_for, std::chrono::minutes{90});
  ASSERT_TRUE(client->approve({"u1"}, "unpin", {}, "because").ok());
  EXPECT_EQ(last_deed<core::ApproveRequested>("u1").valid_for, std::chrono::hours{24});
  ASSERT_TRUE(client->retry({"u1"}, base::StepIndex{0}, "because").ok());
  EXPECT_EQ(last_deed<core::RetryRequested>("u1").step, base::StepIndex{0});
  ASSERT_TRUE(client->retry({"u1"}, {}, "because").ok());
  EXPECT_EQ(last_deed<core::RetryRequested>("u1").step, std::nullopt);
  ASSERT_TRUE(client->skip({"u1"}, {17}, "because").ok());
  EXPECT_EQ(last_deed<core::SkipRequested>("u1").step.value, 17U);
  EXPECT_EQ(last_deed<core::SkipRequested>("u1").actor, kAnn);
}

TEST_F(Control, deeds_without_what_they_need_are_refused_before_the_controller_hears) {
  const auto approved = client->approve({"u1"}, "", {}, "because");
  ASSERT_FALSE(approved.ok());
  EXPECT_EQ(approved.error().message, "gate is empty: say which gate is approved");
  EXPECT_EQ(client->approve({"u1"}, "unpin", base::Duration{0}, "").error().code,
            base::ErrorCode::InvalidArgument);
  for (const char* none : {"", "  "}) {
    EXPECT_EQ(client->skip({"u1"}, {17}, none).error().message,
              "reason is empty: say why the step may be skipped");
  }
  EXPECT_EQ(client->pause({"u1"}, std::string(5000, 'x')).error().code,
            base::ErrorCode::InvalidArgument);
  EXPECT_EQ(client->pause({"a/b"}, "").error().code, base::ErrorCode::InvalidArgument);
  EXPECT_EQ(house.control.deeds.all().size(), 0U);
}

TEST_F(Control, every_kind_of_failure_arrives_with_its_sentence) {
  using base::ErrorCode;
  for (const ErrorCode code :
       {ErrorCode::InvalidArgument, ErrorCode::NotFound, ErrorCode::AlreadyExists,
        ErrorCode::FailedPrecondition, ErrorCode::Aborted, ErrorCode::PermissionDenied,
        ErrorCode::Unavailable, ErrorCode::DeadlineExceeded, ErrorCode::DataLoss,
        ErrorCode::Internal}) {
    const base::Error error{code, "cond1: step 17 is busy, wait for n01"};
    house.loop.run_and_wait([&] { house.control.planned = error; });
    const auto shown = client->plan({});
    ASSERT_FALSE(shown.ok());
    EXPECT_EQ(shown.error(), error);
  }
  EXPECT_EQ(client->get({"u9"}, core::Detail::Summary).error(),
            (base::Error{ErrorCode::NotFound, "there is no upgrade u9"}));
}

TEST_F(Control, hosts_and_events_come_whole_though_they_are_pages) {
  house.loop.run_and_wait([&] {
    for (int i = 0; i < 2500; ++i) {
      house.control.fleet.push_back(sample_fleet_host("h" + std::to_string(i)));
      house.control.history.push_back(sample_event(static_cast<base::Sequence>(i) + 1));
    }
  });
  const auto hosts = client->hosts();
  ASSERT_TRUE(hosts.ok()) << hosts.error().message;
  ASSERT_EQ(hosts->size(), 2500U);
  EXPECT_EQ(hosts->at(1000).name, "h1000");
  EXPECT_EQ(hosts->back().facts, sample_facts());
  const auto events = client->events({"u1"}, 100);
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2400U);
  EXPECT_EQ(events->front(), sample_event(101));
  EXPECT_EQ(events->back(), sample_event(2500));
}

TEST_F(Control, info_is_told) {
  house.loop.run_and_wait([&] { house.control.about = sample_info(); });
  const auto info = client->info();
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->version, "0.1.0");
  EXPECT_EQ(info->epoch, 7U);
  EXPECT_TRUE(info->ready);
  EXPECT_EQ(info->hosts_connected, 5U);
}

TEST_F(Control, reply_that_the_controller_drops_is_an_answer_too) {
  house.loop.run_and_wait([&] { house.control.silent = true; });
  const auto info = client->info();
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().message, "the controller is stopping; ask again when it is back");
}

TEST_F(Control, output_of_a_step_is_read_to_its_end) {
  house.loop.run_and_wait([&] {
    house.control.output = std::vector<ports::LogChunk>{
        {"apt-get update", "Hit:1\n", false}, {"apt-get install", "\xFFnpacking\n", true}};
  });
  std::string text;
  const auto read = client->logs({}, {17}, false,
                                 [&](const ports::LogChunk& chunk) {
                                   text += chunk.command + ": " + chunk.text;
                                   return true;
                                 },
                                 {});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(text, "apt-get update: Hit:1\napt-get install: \xFFnpacking\n");
  house.loop.run_and_wait([&] {
    house.control.output = base::Error{base::ErrorCode::Unavailable, "cond1's agent is away"};
  });
  EXPECT_EQ(client->logs({}, {17}, false, [](const auto&) { return true; }, {}).error().message,
            "cond1's agent is away");
}

TEST(ControlDoor, nobody_there_is_said_with_what_to_do) {
  const auto client = client_of("127.0.0.1:1");
  const auto info = (*client)->info();
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.error().code, base::ErrorCode::Unavailable);
  EXPECT_TRUE(info.error().message.starts_with("cannot reach rollmilld at 127.0.0.1:1: "));
  EXPECT_TRUE(
      info.error().message.ends_with("; is it running? Start it with: rollmilld --config FILE"));
}

TEST(ControlDoor, without_a_certificate_the_request_must_say_who_asks) {
  ControllerHouse house;
  house.open();
  ControlClientOptions options;
  options.controller = house.address();
  const auto client = make_control_client(options);
  EXPECT_EQ((*client)->pause({"u1"}, "").error().code, base::ErrorCode::InvalidArgument);
  EXPECT_EQ(house.control.deeds.all().size(), 0U);
}

TEST(ControlDoor, second_server_on_the_same_address_is_refused) {
  ControllerHouse first;
  first.open();
  ServerOptions options;
  options.address = first.address();
  ControllerHouse second(options);
  const auto started = second.server->start(second.control);
  ASSERT_FALSE(started.ok());
  EXPECT_TRUE(started.error().message.starts_with("cannot listen on " + first.address() +
                                                  ": Address already in use; "))
      << started.error().message;
}

}  // namespace
}  // namespace rollmill::rpc
