#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "rollmill/ports/agent_link.h"
#include "rollmill/ports/controller_link.h"
#include "sim/world/loop.h"

/// The network between agents and controllers: one stream an agent, as the gateway of the product
/// has it (src/rpc): hello, welcome, a newer stream takes the older one's place, three silent
/// heartbeats end a stream.
namespace rollmill::sim {

class Gateway;
class Uplink;

/// What the network does to the messages of one host now.
struct Weather {
  base::Duration slow_least{1};  ///< A message takes at least this long,
  base::Duration slow_most{3};   ///< and at most this long.
  std::uint32_t twice = 0;       ///< So many of a thousand messages come twice.
  std::uint32_t late = 0;        ///< So many of a thousand are overtaken by those behind them.
  bool no_way_up = false;        ///< Nothing gets from the agent to the controller.
  bool no_way_down = false;      ///< Nothing gets from the controller to the agent.
};

/// Who watches what is said.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void task_sent(const Gateway& gateway, const core::SendTask& command) = 0;
  virtual void ack_sent(const Gateway& gateway, const core::AckReport& command) = 0;
  virtual void report_sent(const Uplink& uplink, const core::TaskReport& report) = 0;
};

/// One connection of an agent to a controller. Each end may know or not know that it has ended.
struct Stream {
  struct Way {
    base::TimePoint last_arrival{};
    std::vector<Work> held;  ///< Sent while nothing gets through.
  };
  base::HostName host;
  Uplink* agent = nullptr;     ///< Null when that end has closed.
  Gateway* gateway = nullptr;  ///< Null when that end has closed.
  Way up;
  Way down;
};
using StreamPtr = std::shared_ptr<Stream>;

class Network {
 public:
  /// `listener` outlives this.
  Network(Scheduler& scheduler, Random random, Listener& listener)
      : scheduler_(scheduler), random_(random), listener_(listener) {}

  Weather& weather(const base::HostName& host) { return weather_[host]; }
  /// To be called after `weather` was changed: what was held up goes on, and what is silent now is
  /// noticed in time.
  void weather_changed(const base::HostName& host);
  /// Both ends of the host's stream see it break.
  void cut(const base::HostName& host);

  /// Nothing comes from this gateway for so long: agents that hear nothing give it up.
  void gateway_stands(Gateway& gateway, base::Duration lasts);

  /// New streams of a host go to the newest gateway that listens, unless it was told otherwise.
  void send_to(const base::HostName& host, Gateway* gateway);

  // Of Gateway and Uplink only.
  void open(Gateway& gateway) { gateways_.push_back(&gateway); }
  void close(Gateway& gateway, bool tell_peers);
  void close(Uplink& uplink, bool tell_peer);
  StreamPtr connect(Uplink& uplink);
  void carry_up(const StreamPtr& stream, std::function<void(Gateway&)> deed);
  void carry_down(const StreamPtr& stream, std::function<void(Uplink&)> deed);
  /// One end closes; the other hears of it when the network lets it.
  void hang_up(const StreamPtr& stream, bool by_agent, const std::string& reason);
  Listener& listener() { return listener_; }
  Random& random() { return random_; }

 private:
  base::Duration delay(const Weather& weather, Stream::Way& way);
  void carry(const StreamPtr& stream, bool up, Work deed);
  void give_up(const StreamPtr& stream);
  void check_silence(const base::HostName& host, bool up);

  Scheduler& scheduler_;
  Random random_;
  Listener& listener_;
  std::map<base::HostName, Weather> weather_;
  std::vector<Gateway*> gateways_;  ///< Oldest first.
  std::map<base::HostName, Gateway*> routes_;
  std::vector<std::weak_ptr<Stream>> streams_;
  struct Silence {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
  };
  std::map<base::HostName, Silence> silence_;  ///< Counts changes, to know a silence again.
};

/// The controller's end: what rpc::Gateway is in the product. One life of a controller.
class Gateway : public ports::AgentLink {
 public:
  Gateway(Network& network, Loop& loop, std::string name)
      : network_(network), loop_(loop), name_(std::move(name)) {}
  ~Gateway() override { network_.close(*this, true); }
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// From here on agents can dial it.
  void serve(controller::Controller& controller);

  void send(const core::SendTask& command) override;
  void send(const core::CancelTask& command) override;
  void send(const core::AckReport& command) override;
  bool request_logs(const base::HostName& host, std::uint64_t request, const core::TaskKey& key,
                    bool follow) override;
  void cancel_logs(const base::HostName& host, std::uint64_t request) override;

  // What arrives.
  void hello(const StreamPtr& stream, const ports::AgentHello& hello);
  void left(const StreamPtr& stream, const std::string& reason);
  void beat(const StreamPtr& stream, base::Epoch agents_epoch);
  controller::Controller* controller() { return controller_; }
  Loop& loop() { return loop_; }
  const std::string& name() const { return name_; }
  /// Of the stream in force; null when the agent is away.
  StreamPtr seat(const base::HostName& host) const;

 private:
  Network& network_;
  Loop& loop_;
  const std::string name_;
  controller::Controller* controller_ = nullptr;
  base::Epoch epoch_ = 0;
  std::map<base::HostName, StreamPtr> seats_;
};

/// The agent's end: dials, and dials again when the stream is lost. One life of an agent.
class Uplink : public ports::ControllerLink {
 public:
  Uplink(Network& network, Loop& loop, base::HostName host)
      : network_(network), loop_(loop), host_(std::move(host)) {}
  ~Uplink() override { network_.close(*this, tell_peer_); }
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;

  /// `epoch` says which term the agent obeys.
  void start(ports::AgentInbox& inbox, std::function<base::Epoch()> epoch);
  /// The machine goes down: nobody tells the other end.
  void die_silently() { tell_peer_ = false; }

  void send(const core::TaskReport& report) override;
  void send(const core::HostFacts& facts) override;
  void send_logs(std::uint64_t request, const ports::LogChunk& chunk) override;

  void lost(const StreamPtr& stream, const std::string& reason);
  void welcomed(const StreamPtr& stream, base::Epoch epoch);
  ports::AgentInbox* inbox() { return inbox_; }
  Loop& loop() { return loop_; }
  const base::HostName& host() const { return host_; }
  const StreamPtr& stream() const { return stream_; }

 private:
  void dial();
  void dial_later(const std::string& reason);
  void beat(const StreamPtr& stream);

  Network& network_;
  Loop& loop_;
  const base::HostName host_;
  ports::AgentInbox* inbox_ = nullptr;
  std::function<base::Epoch()> epoch_;
  StreamPtr stream_;
  base::Duration backoff_{500};
  bool tell_peer_ = true;
};

}  // namespace rollmill::sim
