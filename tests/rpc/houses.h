#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "rpc/agent_client.h"
#include "rpc/control_client.h"
#include "rpc/fake_control.h"
#include "rpc/fake_inbox.h"
#include "rpc/samples.h"
#include "rpc/server.h"

/// Both ends of the wire, ready to use. Members are let go of in the order that server.h asks for.
namespace rollmill::rpc {

/// A server on a free port of this machine in front of a fake controller.
struct ControllerHouse {
  explicit ControllerHouse(ServerOptions options = {}) : server(make(std::move(options))) {}
  ~ControllerHouse() { server->shutdown(); }

  /// Starts to serve; the controller can be prepared before.
  void open() {
    const auto started = server->start(control);
    ASSERT_TRUE(started.ok()) << started.error().message;
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server->port()); }
  /// Calls the link to the agents as the controller does: on its loop.
  void command(const std::function<void(ports::AgentLink&)>& deed) {
    loop.run_and_wait([&] { deed(server->agent_link()); });
  }

  Loop loop;
  FakeControl control{loop};
  Record<std::string> log;
  std::unique_ptr<RpcServer> server;

 private:
  std::unique_ptr<RpcServer> make(ServerOptions options) {
    if (options.address.empty()) options.address = "127.0.0.1:0";
    options.log = [this](Severity, const std::string& text) { log.add(text); };
    return make_server(std::move(options));
  }
};

/// An agent that dials soon again.
inline AgentClientOptions dialling(const std::string& address) {
  AgentClientOptions options;
  options.controller = address;
  options.backoff_min = std::chrono::milliseconds{20};
  options.backoff_max = std::chrono::milliseconds{100};
  return options;
}

/// Whether a thread that posts goes on at once, or only when the work is done.
enum class Posting { AtOnce, LoopIsQuicker };

struct AgentHouse {
  AgentHouse(const std::string& host, AgentClientOptions options, Posting posting = Posting::AtOnce,
             base::Epoch obeyed = 0)
      : inbox(loop, sample_hello(host, obeyed)) {
    options.post = posting == Posting::AtOnce ? loop.poster() : loop.slow_poster();
    auto made = make_agent_client(std::move(options));
    EXPECT_TRUE(made.ok()) << made.error().message;
    client = std::move(made).value();
    client->start(inbox);
  }
  ~AgentHouse() { stop(); }
  void stop() {
    loop.run_and_wait([this] { client->stop(); });
  }
  /// Calls the link to the controller as the agent does: on its loop.
  void say(const std::function<void(ports::ControllerLink&)>& deed) {
    loop.run_and_wait([&] { deed(*client); });
  }

  Loop loop;
  FakeInbox inbox;
  std::unique_ptr<AgentClient> client;
};

}  // namespace rollmill::rpc
