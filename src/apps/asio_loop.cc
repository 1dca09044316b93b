#include "apps/asio_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/system_timer.hpp>
#include <csignal>
#include <thread>
#include <utility>

namespace rollmill::apps {
namespace asio = boost::asio;
namespace {

class AsioClock final : public ports::Clock {
 public:
  explicit AsioClock(asio::io_context& io) : timer_(io) {}

  base::TimePoint now() const override {
    return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  }
  void set_alarm(base::TimePoint at, std::function<void()> ring) override {
    timer_.expires_at(at);
    timer_.async_wait([ring = std::move(ring)](const boost::system::error_code& error) {
      if (!error) ring();
    });
  }
  void cancel_alarm() override { timer_.cancel(); }

 private:
  asio::system_timer timer_;
};

class ThreadWorker final : public ports::Worker {
 public:
  explicit ThreadWorker(AsioLoop& loop) : loop_(loop) {}
  ~ThreadWorker() override {
    if (thread_.joinable()) thread_.join();
  }
  void start(std::function<void()> job) override {
    if (thread_.joinable()) thread_.join();
    thread_ = std::thread(std::move(job));
  }
  void post_to_loop(std::function<void()> work) override { loop_.post(std::move(work)); }

 private:
  AsioLoop& loop_;
  std::thread thread_;
};

}  // namespace

struct AsioLoop::Parts {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
  asio::signal_set signals{io, SIGINT, SIGTERM};
  AsioClock clock{io};
};

AsioLoop::AsioLoop() : parts_(std::make_unique<Parts>()) {}
AsioLoop::~AsioLoop() = default;

void AsioLoop::run(std::function<void()> on_signal) {
  parts_->signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) on_signal();
  });
  parts_->io.run();
}

void AsioLoop::stop() { parts_->io.stop(); }
void AsioLoop::post(std::function<void()> work) { asio::post(parts_->io, std::move(work)); }

std::function<void(std::function<void()>)> AsioLoop::poster() {
  return [this](std::function<void()> work) { post(std::move(work)); };
}

ports::Clock& AsioLoop::clock() { return parts_->clock; }
std::unique_ptr<ports::Clock> AsioLoop::make_clock() {
  return std::make_unique<AsioClock>(parts_->io);
}

std::unique_ptr<ports::Worker> make_thread_worker(AsioLoop& loop) {
  return std::make_unique<ThreadWorker>(loop);
}

}  // namespace rollmill::apps
