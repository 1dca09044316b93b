#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "drivers/balancer/haproxy_text.h"
#include "drivers/balancer/line_socket.h"
#include "drivers/drivers.h"
#include "drivers/fake_commands.h"
#include "drivers/scratch.h"
#include "drivers/support/files.h"

namespace rollmill::drivers {
namespace {

// Cut after the columns that are read; HAProxy 2.6.
const std::string kStatHead =
    "# "
    "pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,"
    "status,weight,act,\n";
std::string stat(const std::string& status, const std::string& sessions = "2") {
  return kStatHead + "ironic,FRONTEND,,,0,4,500,172,36190,193978,0,0,0,,,,,OPEN,,,\n" +
         "apis,api1,1,0," + sessions + ",4,,9,1,1,,0,,0,0,0,0," + status + ",1,1,\n" +
         "apis,BACKEND,0,0,3,4,,9,1,1,,0,,0,0,0,0,UP,2,2,\n\n";
}
std::string states(const std::string& admin) {
  return "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight\n"
         "3 apis 1 api1 10.99.0.21 2 " +
         admin + " 1 1 0 15 3 3 6 0 0 0 - 6385 - 0 0 - - 0\n\n";
}

TEST(HaproxyText, stat_row_gives_status_and_requests) {
  const auto server = read_stat(stat("UP"), "apis", "api1");
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(server->status, "UP");
  EXPECT_EQ(server->sessions, 3U) << "queued ones count";
  EXPECT_TRUE(server->serving);
}

TEST(HaproxyText, only_some_states_serve) {
  for (const char* yes : {"UP", "UP 1/2", "no check"}) {
    EXPECT_TRUE(read_stat(stat(yes), "apis", "api1")->serving) << yes;
  }
  for (const char* no : {"DRAIN", "DOWN", "DOWN 1/2", "MAINT", "MAINT (via a/b)", "NOLB", ""}) {
    EXPECT_FALSE(read_stat(stat(no), "apis", "api1")->serving) << no;
  }
}

TEST(HaproxyText, missing_server_and_nonsense_are_told) {
  EXPECT_EQ(read_stat(stat("UP"), "apis", "api9").error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(read_stat("Permission denied\n", "apis", "api1").error().code,
            base::ErrorCode::DataLoss);
  EXPECT_EQ(read_stat("# a,b\nc,d\n", "apis", "api1").error().code, base::ErrorCode::DataLoss);
  EXPECT_EQ(read_taken_out(states("0"), "apis", "api9").error().code, base::ErrorCode::NotFound);
  EXPECT_EQ(read_taken_out("Can't find backend.\n", "apis", "api1").error().code,
            base::ErrorCode::DataLoss);
}

TEST(HaproxyText, admin_state_bits) {
  EXPECT_FALSE(*read_taken_out(states("0"), "apis", "api1"));
  EXPECT_TRUE(*read_taken_out(states("1"), "apis", "api1"));
  EXPECT_TRUE(*read_taken_out(states("8"), "apis", "api1"));
  EXPECT_FALSE(*read_taken_out(states("2"), "apis", "api1")) << "inherited is not ours";
}

/// A socket that answers each line with what a function says, then closes.
class FakeSocket {
 public:
  using Answer = std::function<std::string(const std::string&)>;
  FakeSocket(const std::string& path, Answer answer) : answer_(std::move(answer)) {
    listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_.get(), 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  FakeSocket(const FakeSocket&) = delete;
  FakeSocket& operator=(const FakeSocket&) = delete;
  ~FakeSocket() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void serve() {
    for (;;) {
      const Fd peer(accept(listener_.get(), nullptr, nullptr));
      if (!peer.ok()) return;
      char line[1024];
      const ssize_t got = read(peer.get(), line, sizeof line);
      if (got <= 0) continue;
      write_all(peer.get(), answer_(trim({line, static_cast<std::size_t>(got)})));
    }
  }
  Answer answer_;
  Fd listener_;
  std::thread thread_;
};

/// One HAProxy with one server, as far as the driver sees it.
struct FakeHaproxy {
  std::atomic<bool> drained{false};
  std::atomic<bool> deaf{false};
  std::string answer(const std::string& line) {
    if (line == "show stat") return stat(drained ? "DRAIN" : "UP", drained ? "0" : "2");
    if (line == "show servers state apis") return states(drained ? "8" : "0");
    if (line.rfind("set server apis/api1 state ", 0) != 0) return "No such server.\n\n";
    if (!deaf) drained = line.find("drain") != std::string::npos;
    return "\n";
  }
};

class HaproxyTest : public ::testing::Test {
 protected:
  std::shared_ptr<ports::BalancerDriver> make(const std::string& server = "api1") {
    return make_haproxy_balancer(
        {{scratch_ / "a", scratch_ / "b"}, "apis", server, std::chrono::seconds(5)});
  }
  Scratch scratch_;
  FakeHaproxy first_;
  FakeHaproxy second_;
  FakeSocket a_{scratch_ / "a", [this](const std::string& line) { return first_.answer(line); }};
  FakeSocket b_{scratch_ / "b", [this](const std::string& line) { return second_.answer(line); }};
};

TEST_F(HaproxyTest, out_and_in_again_on_every_socket) {
  const auto balancer = make();
  ASSERT_TRUE(balancer->take_out("ironic-api").ok());
  EXPECT_TRUE(first_.drained && second_.drained);
  const auto out = balancer->state("ironic-api");
  ASSERT_TRUE(out.ok()) << out.error().message;
  EXPECT_FALSE(out->serving);
  EXPECT_EQ(out->connections, 2U) << "the queued ones of both";
  EXPECT_EQ(out->text, "DRAIN");
  ASSERT_TRUE(balancer->put_in("ironic-api").ok());
  EXPECT_FALSE(first_.drained || second_.drained);
  EXPECT_TRUE(balancer->state("ironic-api")->serving);
}

TEST_F(HaproxyTest, disagreement_is_neither_in_nor_quiet) {
  first_.drained = true;
  const auto state = make()->state("ironic-api");
  ASSERT_TRUE(state.ok());
  EXPECT_FALSE(state->serving);
  EXPECT_GE(state->connections, 1U);
  EXPECT_EQ(state->text, "DRAIN, UP");
}

TEST_F(HaproxyTest, accepted_but_not_done_is_an_error_that_names_the_socket) {
  second_.deaf = true;
  const auto status = make()->take_out("ironic-api");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message.rfind(scratch_ / "b", 0), 0U) << status.error().message;
}

TEST_F(HaproxyTest, complaint_is_passed_on) {
  const auto status = make("api7")->take_out("ironic-api");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("No such server."), std::string::npos);
}

TEST(Haproxy, dead_socket_and_empty_settings_are_told) {
  const Scratch scratch;
  const auto dead = make_haproxy_balancer({{scratch / "none"}, "apis", "api1", {}});
  EXPECT_EQ(dead->state("x").error().code, base::ErrorCode::Unavailable);
  EXPECT_EQ(make_haproxy_balancer({})->state("x").error().code, base::ErrorCode::InvalidArgument);
  EXPECT_EQ(ask_socket("nonsense", "x", std::chrono::seconds(1)).error().code,
            base::ErrorCode::InvalidArgument);
}

TEST(HealthFile, file_is_made_and_removed_and_time_is_given) {
  const Scratch scratch;
  base::Duration rested{};
  const Pace pace{[] { return base::TimePoint(); }, [&](base::Duration d) { rested += d; }};
  const auto balancer =
      make_health_file_balancer({scratch / "disabled", "", std::chrono::seconds(7)}, pace);
  EXPECT_TRUE(balancer->state("x")->serving);
  ASSERT_TRUE(balancer->take_out("x").ok());
  EXPECT_TRUE(exists(scratch / "disabled"));
  EXPECT_FALSE(balancer->state("x")->serving);
  EXPECT_EQ(rested, std::chrono::seconds(7));
  ASSERT_TRUE(balancer->put_in("x").ok());
  EXPECT_FALSE(exists(scratch / "disabled"));
  EXPECT_EQ(rested, std::chrono::seconds(14));
  ASSERT_TRUE(balancer->put_in("x").ok());
  EXPECT_EQ(rested, std::chrono::seconds(14)) << "nothing to notice";
}

TEST(ScriptBalancer, commands_get_the_service_and_their_word_is_read) {
  std::string answer = "log\nUP 3\n";
  const auto commands =
      std::make_shared<FakeCommands>([&](const ports::CommandSpec&) { return printed(answer); });
  const auto balancer = make_script_balancer(
      {{"/x", "out", "{service}"}, {"/x", "in", "{service}"}, {"/x", "state", "{service}"}},
      commands);
  ASSERT_TRUE(balancer->take_out("ironic-api").ok());
  ASSERT_TRUE(balancer->put_in("ironic-api").ok());
  const auto state = balancer->state("ironic-api");
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->serving);
  EXPECT_EQ(state->connections, 3U);
  EXPECT_EQ(commands->log,
            (std::vector<std::string>{"run: /x out ironic-api", "run: /x in ironic-api",
                                      "read: /x state ironic-api"}));
  for (const char* bad : {"", "UP", "UP three", "UP 3 4"}) {
    answer = bad;
    EXPECT_EQ(balancer->state("x").error().code, base::ErrorCode::DataLoss) << bad;
  }
}

TEST(NoBalancer, remembers_what_it_was_told) {
  const auto balancer = make_no_balancer();
  EXPECT_TRUE(balancer->state("x")->serving);
  ASSERT_TRUE(balancer->take_out("x").ok());
  EXPECT_FALSE(balancer->state("x")->serving);
  ASSERT_TRUE(balancer->put_in("x").ok());
  EXPECT_TRUE(balancer->state("x")->serving);
}

TEST(Machine, kept_texts_come_back_and_names_stay_plain) {
  const Scratch scratch;
  const auto machine = make_machine({scratch / "state", {scratch.path()}});
  EXPECT_EQ(*machine->kept("survey.json"), std::nullopt);
  ASSERT_TRUE(machine->keep("survey.json", "{}").ok());
  EXPECT_EQ(*machine->kept("survey.json"), "{}");
  EXPECT_FALSE(machine->keep("../x", "").ok());
  EXPECT_GT(*machine->free_megabytes(), 0U);
}

}  // namespace
}  // namespace rollmill::drivers
