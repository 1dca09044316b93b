#include "http/prober.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

#include "http/api_request.h"

namespace rollmill::http {
namespace {

using Steady = std::chrono::steady_clock;

/// "http://host:port" -> host and port.
std::pair<std::string, std::string> split(const std::string& url) {
  std::string authority = url.substr(url.find("://") + 3);
  authority = authority.substr(0, authority.find('/'));
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  std::string host = has_port ? authority.substr(0, colon) : authority;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return {host, has_port ? authority.substr(colon + 1) : "80"};
}

std::string read_token(const std::string& file) {
  if (file.empty()) return "";
  std::ifstream stream(file);
  std::string token;
  std::getline(stream, token);
  return token;
}

/// What was counted since the last report, and since when no answer has come.
class Counts {
 public:
  void begin(Steady::time_point now) { last_answer_ = now; }

  void add(const std::string& error, Steady::time_point now) {
    ++counted_.sent;
    note_gap(now);
    if (error.empty()) {
      last_answer_ = now;
      return;
    }
    ++counted_.failed;
    counted_.last_error = error;
  }

  /// The gap that still lasts counts too.
  core::ProberCounted take(Steady::time_point now) {
    if (counted_.sent > 0) note_gap(now);
    return std::exchange(counted_, {});
  }
  bool empty() const { return counted_.sent == 0; }
  bool has_failures() const { return counted_.failed > 0; }

 private:
  void note_gap(Steady::time_point now) {
    const auto gap = std::chrono::duration_cast<base::Duration>(now - last_answer_);
    counted_.longest_gap = std::max(counted_.longest_gap, gap);
  }

  core::ProberCounted counted_;
  Steady::time_point last_answer_{};
};

class ThreadProber final : public Prober {
 public:
  ThreadProber(ProberOptions options, std::function<void(core::ProberCounted)> report)
      : options_(std::move(options)), report_(std::move(report)) {}
  ~ThreadProber() override { stop(); }

  void start() override {
    const std::lock_guard lock(doors_);
    if (thread_.joinable() || options_.urls.empty()) return;
    stopping_ = false;
    thread_ = std::thread([this] { run(); });
  }

  void stop() override {
    const std::lock_guard lock(doors_);
    if (!thread_.joinable()) return;
    {
      const std::lock_guard flag(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void run() {
    counts_.begin(Steady::now());
    Steady::time_point flushed = Steady::now();
    Steady::time_point next = Steady::now();
    const base::Duration shorter = std::min(options_.flush, options_.flush_failed);
    do {
      round();
      if (Steady::now() - flushed >= (counts_.has_failures() ? shorter : options_.flush)) {
        flush();
        flushed = Steady::now();
      }
      next = std::max(next + options_.interval, Steady::now());
    } while (rest_until(next));
    flush();
  }

  void round() {
    const std::string token = read_token(options_.token_file);
    for (const std::string& url : options_.urls) {
      const auto [host, port] = split(url);
      ask({host, port, "/v1/nodes?limit=1", "nodes", "", token});
      ask({host, port, "/v1/conductors", "conductors", options_.microversion, token});
    }
  }

  void ask(const ApiRequest& request) {
    if (stopping()) return;
    const std::string error = ask_api(request, options_.timeout, [this] { return stopping(); });
    // A request cut off by ourselves says nothing about the API.
    if (error != "stopped") counts_.add(error, Steady::now());
  }

  void flush() {
    if (!counts_.empty()) report_(counts_.take(Steady::now()));
  }

  bool stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  /// False when the prober is to stop.
  bool rest_until(Steady::time_point time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_until(lock, time, [this] { return stopping_; });
  }

  const ProberOptions options_;
  const std::function<void(core::ProberCounted)> report_;
  std::mutex doors_;  ///< Orders `start` and `stop`.
  std::thread thread_;
  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable wake_;
  bool stopping_ = false;
  Counts counts_;  ///< Prober's thread only.
};

}  // namespace

std::unique_ptr<Prober> make_prober(ProberOptions options,
                                    std::function<void(core::ProberCounted)> report) {
  return std::make_unique<ThreadProber>(std::move(options), std::move(report));
}

}  // namespace rollmill::http
