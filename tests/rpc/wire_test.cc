#include <google/protobuf/any.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include "rollmill/agent/v1/agent.grpc.pb.h"
#include "rollmill/v1/control.grpc.pb.h"
#include "rollmill/v1/errors.pb.h"
#include "rpc/codec/task_codec.h"
#include "rpc/houses.h"

/// What the other side may do wrong: both ends against a peer that speaks the bare protocol.
namespace rollmill::rpc {
namespace {

/// An agent that says what it is told to say.
class BareAgent {
 public:
  explicit BareAgent(const std::string& address)
      : stub_(agent_pb::AgentGatewayService::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {
    context_.set_deadline(std::chrono::system_clock::now() + kBound);
    stream_ = stub_->Session(&context_);
  }

  void hello(const std::string& host, std::uint32_t min = 1, std::uint32_t max = 1) {
    agent_pb::SessionRequest message;
    encode(sample_hello(host), message.mutable_hello());
    message.mutable_hello()->set_protocol_min(min);
    message.mutable_hello()->set_protocol_max(max);
    say(message);
  }
  void say(const agent_pb::SessionRequest& message) { EXPECT_TRUE(stream_->Write(message)); }
  agent_pb::SessionResponse hear() {
    agent_pb::SessionResponse message;
    EXPECT_TRUE(stream_->Read(&message));
    return message;
  }
  /// Reads to the end; the reason.
  std::string end() {
    agent_pb::SessionResponse message;
    while (stream_->Read(&message)) {
    }
    return stream_->Finish().error_message();
  }

 private:
  std::unique_ptr<agent_pb::AgentGatewayService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<agent_pb::SessionRequest, agent_pb::SessionResponse>>
      stream_;
};

/// A controller that does what it is told to do with each stream.
class BareController final : public agent_pb::AgentGatewayService::Service {
 public:
  using Stream = grpc::ServerReaderWriter<agent_pb::SessionResponse, agent_pb::SessionRequest>;

  explicit BareController(std::function<void(Stream&)> deed) : deed_(std::move(deed)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~BareController() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  static void welcome(Stream& stream, std::uint64_t epoch) {
    agent_pb::SessionResponse message;
    message.mutable_welcome()->set_epoch(epoch);
    stream.Write(message);
  }

 private:
  grpc::Status Session(grpc::ServerContext*, Stream* stream) override {
    deed_(*stream);
    return grpc::Status::OK;
  }

  const std::function<void(Stream&)> deed_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

agent_pb::SessionRequest heartbeat(std::uint64_t epoch) {
  agent_pb::SessionRequest message;
  message.mutable_heartbeat()->set_epoch(epoch);
  return message;
}

TEST(Wire, first_message_must_be_a_hello) {
  ControllerHouse house;
  house.open();
  BareAgent agent(house.address());
  agent.say(heartbeat(7));
  EXPECT_EQ(agent.end(), "the first message was not a hello");
  EXPECT_EQ(house.control.agents.all().size(), 0U);
}

TEST(Wire, hello_must_name_a_host) {
  ControllerHouse house;
  house.open();
  BareAgent agent(house.address());
  agent.hello("");
  EXPECT_EQ(agent.end(), "the hello names no host");
}

TEST(Wire, second_hello_ends_the_stream) {
  ControllerHouse house;
  house.open();
  BareAgent agent(house.address());
  agent.hello("cond1");
  EXPECT_EQ(agent.hear().welcome().epoch(), 7U);
  agent.hello("cond2");
  EXPECT_EQ(agent.end(), "a second hello on one stream");
  EXPECT_EQ(house.control.hellos.all().size(), 1U);
}

TEST(Wire, protocols_must_overlap_and_the_highest_common_one_is_spoken) {
  ControllerHouse house;
  house.open();
  BareAgent newer(house.address());
  newer.hello("cond1", 2, 3);
  const auto refused = newer.hear();
  EXPECT_EQ(refused.turned_away().reason(),
            "the agent speaks protocol 2 to 3, this controller 1 to 1: bring both to the same "
            "version of rollmill");
  EXPECT_EQ(newer.end(), refused.turned_away().reason());
  EXPECT_EQ(house.control.hellos.all().size(), 0U);
  BareAgent both(house.address());
  both.hello("cond1", 1, 9);
  EXPECT_EQ(both.hear().welcome().protocol(), 1U);
}

TEST(Wire, agent_of_a_newer_controller_is_let_go) {
  ControllerHouse house;
  house.open();
  BareAgent agent(house.address());
  agent.hello("cond1");
  agent.hear();
  agent.say(heartbeat(7));
  agent.say(heartbeat(8));
  EXPECT_EQ(agent.end(),
            "the agent obeys epoch 8, this controller holds 7: another controller has taken over");
}

TEST(Wire, report_without_outcome_ends_the_stream) {
  ControllerHouse house;
  house.open();
  BareAgent agent(house.address());
  agent.hello("cond1");
  agent.hear();
  agent_pb::SessionRequest message;
  message.mutable_report()->mutable_key()->set_upgrade("u1");
  agent.say(message);
  EXPECT_NE(agent.end().find("an outcome that this version does not know"), std::string::npos);
  EXPECT_EQ(house.control.reports.all().size(), 0U);
}

TEST(Wire, agent_hears_heartbeats) {
  ServerOptions options;
  options.heartbeat = std::chrono::milliseconds{500};
  ControllerHouse house(options);
  house.open();
  BareAgent agent(house.address());
  agent.hello("cond1");
  EXPECT_TRUE(agent.hear().has_welcome());
  EXPECT_EQ(agent.hear().heartbeat().epoch(), 7U);
}

TEST(Wire, silent_agent_is_given_up) {
  ServerOptions options;
  options.heartbeat = std::chrono::milliseconds{100};
  ControllerHouse house(options);
  house.open();
  BareAgent agent(house.address());
  agent.hello("cond1");
  EXPECT_TRUE(agent.hear().has_welcome());
  const auto agents = house.control.agents.wait_for(2);
  agent.end();  // only now: an agent that hangs up is not a silent one
  ASSERT_EQ(agents.size(), 2U);
  EXPECT_TRUE(agents[1].starts_with("went cond1: the agent said nothing for ")) << agents[1];
}

TEST(Wire, silent_controller_is_given_up) {
  BareController controller([](BareController::Stream& stream) {
    agent_pb::SessionRequest message;
    stream.Read(&message);
    BareController::welcome(stream, 7);
    while (stream.Read(&message)) EXPECT_EQ(message.heartbeat().epoch(), 7U);
  });
  AgentClientOptions options = dialling(controller.address());
  options.heartbeat = std::chrono::milliseconds{30};
  AgentHouse agent("cond1", options);
  const auto told = agent.inbox.told.wait_for(2);
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told[0], "welcomed 7");
  EXPECT_TRUE(told[1].starts_with("lost: the controller said nothing for ")) << told[1];
}

TEST(Wire, controller_that_does_not_answer_the_hello_is_given_up) {
  BareController controller([](BareController::Stream& stream) {
    agent_pb::SessionRequest message;
    while (stream.Read(&message)) {
    }
  });
  AgentClientOptions options = dialling(controller.address());
  options.answer_limit = std::chrono::milliseconds{50};
  AgentHouse agent("cond1", options);
  EXPECT_EQ(agent.inbox.told.wait_for(1).at(0), "lost: the controller at " + controller.address() +
                                                    " did not answer the hello within 50ms");
}

TEST(Wire, controller_that_changes_its_epoch_inside_a_stream_is_left) {
  BareController controller([](BareController::Stream& stream) {
    agent_pb::SessionRequest request;
    stream.Read(&request);
    BareController::welcome(stream, 7);
    agent_pb::SessionResponse message;
    message.mutable_heartbeat()->set_epoch(8);
    stream.Write(message);
    while (stream.Read(&request)) {
    }
  });
  AgentHouse agent("cond1", dialling(controller.address()));
  EXPECT_EQ(agent.inbox.told.wait_for(2).at(1),
            "lost: the controller went from epoch 7 to 8 inside one stream");
}

TEST(Wire, task_that_cannot_be_read_is_refused_by_the_link) {
  Record<agent_pb::TaskReport> reports;
  BareController controller([&reports](BareController::Stream& stream) {
    agent_pb::SessionRequest request;
    stream.Read(&request);
    BareController::welcome(stream, 7);
    agent_pb::SessionResponse message;
    encode(sample_task(), message.mutable_task());
    message.mutable_task()->set_verb(static_cast<pb::Verb>(99));
    stream.Write(message);
    while (stream.Read(&request)) {
      if (request.has_report()) reports.add(request.report());
    }
  });
  AgentHouse agent("cond1", dialling(controller.address()));
  const auto report = decode(reports.wait_for(1).at(0));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->key, sample_task().key);
  EXPECT_NE(std::get<core::TaskRefused>(report->outcome).message.find("verb number 99"),
            std::string::npos);
  EXPECT_EQ(agent.inbox.tasks.all().size(), 0U);
}

TEST(Wire, failure_carries_an_error_info_that_any_client_can_read) {
  ControllerHouse house;
  house.open();
  const auto stub = pb::UpgradeService::NewStub(
      grpc::CreateChannel(house.address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kBound);
  pb::GetUpgradeRequest request;
  request.set_name("upgrades/u9");
  pb::GetUpgradeResponse response;
  const grpc::Status status = stub->GetUpgrade(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  pb::ErrorStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(details.message(), "there is no upgrade u9");
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  pb::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "NOT_FOUND");
  EXPECT_EQ(info.domain(), "rollmill");
}

}  // namespace
}  // namespace rollmill::rpc
