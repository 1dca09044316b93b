#include "sim/world/network.h"

#include <algorithm>
#include <utility>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

/// Three heartbeats of ten seconds (rpc/options.h).
constexpr base::Duration kPatience = std::chrono::seconds{30};

}  // namespace

void Network::send_to(const base::HostName& host, Gateway* gateway) { routes_[host] = gateway; }

StreamPtr Network::connect(Uplink& uplink) {
  const Weather& weather = weather_[uplink.host()];
  if (gateways_.empty() || weather.no_way_up || weather.no_way_down) return nullptr;
  Gateway* gateway = gateways_.back();
  const auto route = routes_.find(uplink.host());
  if (route != routes_.end() && route->second != nullptr) gateway = route->second;
  if (std::find(gateways_.begin(), gateways_.end(), gateway) == gateways_.end()) return nullptr;
  auto stream = std::make_shared<Stream>();
  stream->host = uplink.host();
  stream->agent = &uplink;
  stream->gateway = gateway;
  std::erase_if(streams_, [](const auto& each) { return each.expired(); });
  streams_.push_back(stream);
  return stream;
}

base::Duration Network::delay(const Weather& weather, Stream::Way& way) {
  const auto least = weather.slow_least.count();
  const base::Duration drawn{random_.between(least, std::max(least, weather.slow_most.count()))};
  base::TimePoint arrival = scheduler_.now() + drawn;
  if (!random_.chance(weather.late)) {
    arrival = std::max(arrival, way.last_arrival);
    way.last_arrival = arrival;
  }
  return arrival - scheduler_.now();
}

void Network::carry(const StreamPtr& stream, bool up, Work deed) {
  const Weather& weather = weather_[stream->host];
  Stream::Way& way = up ? stream->up : stream->down;
  if (up ? weather.no_way_up : weather.no_way_down) {
    way.held.push_back(std::move(deed));
    return;
  }
  Loop* loop = nullptr;
  if (up && stream->gateway != nullptr) loop = &stream->gateway->loop();
  if (!up && stream->agent != nullptr) loop = &stream->agent->loop();
  if (loop == nullptr) return;
  if (random_.chance(weather.twice)) loop->post(deed, delay(weather, way));
  loop->post(std::move(deed), delay(weather, way));
}

void Network::carry_up(const StreamPtr& stream, std::function<void(Gateway&)> deed) {
  carry(stream, true, [stream, deed = std::move(deed)] {
    if (stream->gateway != nullptr) deed(*stream->gateway);
  });
}

void Network::carry_down(const StreamPtr& stream, std::function<void(Uplink&)> deed) {
  carry(stream, false, [stream, deed = std::move(deed)] {
    if (stream->agent != nullptr) deed(*stream->agent);
  });
}

void Network::hang_up(const StreamPtr& stream, bool by_agent, const std::string& reason) {
  if (by_agent) {
    stream->agent = nullptr;
    carry_up(stream, [stream, reason](Gateway& gateway) { gateway.left(stream, reason); });
  } else {
    stream->gateway = nullptr;
    carry_down(stream, [stream, reason](Uplink& uplink) { uplink.lost(stream, reason); });
  }
}

void Network::close(Gateway& gateway, bool tell_peers) {
  std::erase(gateways_, &gateway);
  for (auto& [host, route] : routes_) {
    if (route == &gateway) route = nullptr;
  }
  for (const auto& each : streams_) {
    const StreamPtr stream = each.lock();
    if (stream == nullptr || stream->gateway != &gateway) continue;
    stream->gateway = nullptr;
    if (tell_peers) hang_up(stream, false, "the connection broke");
  }
}

void Network::close(Uplink& uplink, bool tell_peer) {
  for (const auto& each : streams_) {
    const StreamPtr stream = each.lock();
    if (stream == nullptr || stream->agent != &uplink) continue;
    stream->agent = nullptr;
    if (tell_peer) {
      hang_up(stream, true, "the connection broke");
    } else {
      // Nobody says anything any more: the controller's end gives up after its patience.
      scheduler_.after(kPatience, [stream] {
        if (stream->gateway == nullptr) return;
        Gateway* gateway = stream->gateway;
        gateway->loop().post([stream] {
          if (stream->gateway != nullptr) stream->gateway->left(stream, "the agent was silent");
        });
      });
    }
  }
}

void Network::cut(const base::HostName& host) {
  for (const auto& each : streams_) {
    const StreamPtr stream = each.lock();
    if (stream == nullptr || stream->host != host) continue;
    if (stream->gateway != nullptr) {
      stream->gateway->loop().post([stream] {
        if (stream->gateway != nullptr) stream->gateway->left(stream, "the connection broke");
      });
    }
    if (stream->agent != nullptr) {
      stream->agent->loop().post([stream] {
        if (stream->agent != nullptr) stream->agent->lost(stream, "the connection broke");
      });
    }
  }
}

void Network::weather_changed(const base::HostName& host) {
  const Weather& weather = weather_[host];
  Silence& silence = silence_[host];
  const auto watch = [&](bool up, std::uint64_t& count) {
    ++count;
    scheduler_.after(kPatience, [this, host, up, was = count, &count] {
      if (count == was) check_silence(host, up);
    });
  };
  if (weather.no_way_up) watch(true, silence.up);
  if (weather.no_way_down) watch(false, silence.down);
  for (const auto& each : streams_) {
    const StreamPtr stream = each.lock();
    if (stream == nullptr || stream->host != host) continue;
    for (const bool up : {true, false}) {
      if (up ? weather.no_way_up : weather.no_way_down) continue;
      for (const Work& deed : std::exchange((up ? stream->up : stream->down).held, {})) {
        carry(stream, up, deed);
      }
    }
  }
}

/// Nothing came through for so long: the end that hears nothing gives up.
void Network::check_silence(const base::HostName& host, bool up) {
  const Weather& weather = weather_[host];
  if (up ? !weather.no_way_up : !weather.no_way_down) return;
  for (const auto& each : streams_) {
    const StreamPtr stream = each.lock();
    if (stream == nullptr || stream->host != host) continue;
    if (up && stream->gateway != nullptr) {
      stream->gateway->loop().post([this, stream] {
        if (stream->gateway == nullptr) return;
        // The controller may die of what it hears: the connection ends all the same.
        Gateway& gateway = *stream->gateway;
        hang_up(stream, false, "the controller gave it up");
        gateway.left(stream, "the agent was silent");
      });
    } else if (!up && stream->agent != nullptr) {
      give_up(stream);
    }
  }
}

/// By the agent, on its loop.
void Network::give_up(const StreamPtr& stream) {
  stream->agent->loop().post([this, stream] {
    if (stream->agent == nullptr) return;
    stream->agent->lost(stream, "the controller was silent");
    hang_up(stream, true, "the agent gave it up");
  });
}

void Network::gateway_stands(Gateway& gateway, base::Duration lasts) {
  if (lasts <= kPatience) return;
  scheduler_.after(kPatience, [this, standing = &gateway] {
    for (const auto& each : streams_) {
      const StreamPtr stream = each.lock();
      if (stream == nullptr || stream->gateway != standing) continue;
      if (stream->agent != nullptr) give_up(stream);
    }
  });
}

}  // namespace rollmill::sim
