#include "apps/status_doors.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "http/prober.h"
#include "http/server.h"
#include "rollmill/base/address.h"

namespace rollmill::apps {
namespace {

constexpr base::Duration kLook{250};

http::ServerOptions server_options(const config::ControllerConfig& config) {
  http::ServerOptions options;
  const auto address = base::parse_address(config.status_listen).value_or(base::HostPort{});
  options.address = address.host == "localhost" ? "127.0.0.1" : address.host;
  options.port = address.port;
  options.version = ROLLMILL_VERSION;
  return options;
}

http::ProberOptions prober_options(const config::ProberConfig& config) {
  http::ProberOptions options;
  options.urls = config.urls;
  options.interval = config.interval;
  options.timeout = config.timeout;
  options.microversion = config.microversion;
  options.token_file = config.token_file;
  options.flush = std::chrono::seconds{5};  // a durable fact each
  return options;
}

}  // namespace

/// The prober runs while an upgrade is under way: a thread looks at the newest upgrade after each
/// change and starts or stops it. Replies of the loop only set flags.
struct StatusDoors::Parts : std::enable_shared_from_this<StatusDoors::Parts> {
  Parts(const config::ControllerConfig& given, ports::Control& door, LogLine line)
      : config(given),
        control(door),
        log(std::move(line)),
        prober(http::make_prober(prober_options(given.prober), [this](core::ProberCounted counted) {
          control.prober_counted(std::move(counted));
        })) {}

  void look() {
    control.get({}, core::Detail::Summary,
                [self = weak_from_this()](const base::Result<core::UpgradeView>& view) {
                  const auto parts = self.lock();
                  if (!parts) return;
                  const bool ended = !view.ok() || view->finished_at != base::TimePoint{};
                  parts->wanted = !ended;
                });
  }

  void run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      if (changed.exchange(false)) look();
      if (wanted) {
        prober->start();
      } else {
        prober->stop();
      }
      wake.wait_for(lock, kLook, [this] { return stopping; });
    }
    prober->stop();
  }

  const config::ControllerConfig& config;
  ports::Control& control;
  const LogLine log;
  std::unique_ptr<http::Prober> prober;
  std::unique_ptr<http::Server> server;
  std::shared_ptr<void> ticket;
  std::thread thread;
  std::atomic<bool> changed{true};
  std::atomic<bool> wanted{false};
  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
};

StatusDoors::StatusDoors(const config::ControllerConfig& config, ports::Control& control,
                         LogLine log)
    : parts_(std::make_shared<Parts>(config, control, std::move(log))) {}

StatusDoors::~StatusDoors() { stop(); }

base::Status StatusDoors::start() {
  Parts& parts = *parts_;
  if (!parts.config.status_listen.empty()) {
    auto server = http::start_http_server(server_options(parts.config), parts.control);
    if (!server) return server.error();
    parts.server = std::move(*server);
    parts.log(LogLevel::Info, "status endpoint on " + parts.config.status_listen);
  }
  if (parts.config.prober.urls.empty()) return base::success();
  parts.ticket = parts.control.subscribe([self = parts_->weak_from_this()] {
    if (const auto alive = self.lock()) alive->changed = true;
  });
  parts.thread = std::thread([&parts] { parts.run(); });
  return base::success();
}

void StatusDoors::stop() {
  Parts& parts = *parts_;
  if (parts.thread.joinable()) {
    {
      const std::lock_guard lock(parts.mutex);
      parts.stopping = true;
    }
    parts.wake.notify_all();
    parts.thread.join();
  }
  parts.ticket.reset();
  if (parts.server) parts.server->stop();
}

}  // namespace rollmill::apps
