#include "http/prober.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace rollmill::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::seconds kLongest{20};

/// Answers each request with what the test says; no answer at all for an empty text.
class FakeApi {
 public:
  using Answer = std::function<std::string(const std::string& request)>;
  explicit FakeApi(Answer answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeApi() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored);  // wakes the accept
    thread_.join();
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  void serve() {
    while (true) {
      boost::system::error_code error;
      tcp::socket socket = acceptor_.accept(error);
      if (stopping_) return;
      std::string request;
      asio::read_until(socket, asio::dynamic_buffer(request), "\r\n\r\n", error);
      const std::string answer = answer_(request);
      if (answer.empty()) {
        kept_.push_back(std::move(socket));
      } else {
        asio::write(socket, asio::buffer(answer), error);
      }
    }
  }

  const Answer answer_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, {asio::ip::make_address("127.0.0.1"), 0}};
  std::vector<tcp::socket> kept_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

std::string answer(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" +
         body;
}

std::string good(const std::string& request) {
  const bool nodes = request.starts_with("GET /v1/nodes?limit=1 ");
  return answer(200, nodes ? R"({"nodes": []})" : R"({"conductors": []})");
}

/// Sums up what a prober reports, and waits for it.
class Sum {
 public:
  void add(const core::ProberCounted& counted) {
    const std::lock_guard lock(mutex_);
    total_.sent += counted.sent;
    total_.failed += counted.failed;
    total_.longest_gap = std::max(total_.longest_gap, counted.longest_gap);
    if (!counted.last_error.empty()) total_.last_error = counted.last_error;
    changed_.notify_all();
  }
  /// What there is once `sent` requests are counted.
  core::ProberCounted when_sent(std::uint64_t sent) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kLongest, [&] { return total_.sent >= sent; }));
    return total_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  core::ProberCounted total_;
};

ProberOptions fast(const std::string& url) {
  ProberOptions options;
  options.urls = {url};
  options.interval = base::Duration{1};
  options.flush = base::Duration{1};
  options.timeout = base::Duration{100};
  return options;
}

core::ProberCounted probe(const FakeApi::Answer& says, std::uint64_t requests) {
  Sum sum;
  FakeApi api(says);
  const auto prober =
      make_prober(fast(api.url()), [&](const core::ProberCounted& counted) { sum.add(counted); });
  prober->start();
  core::ProberCounted counted = sum.when_sent(requests);
  prober->stop();
  return counted;
}

TEST(Prober, counts_good_answers_of_both_calls) {
  std::mutex mutex;
  std::vector<std::string> seen;
  const core::ProberCounted counted = probe(
      [&](const std::string& request) {
        const std::lock_guard lock(mutex);
        seen.push_back(request);
        return good(request);
      },
      4);
  EXPECT_EQ(counted.failed, 0U);
  EXPECT_EQ(counted.last_error, "");
  ASSERT_GE(seen.size(), 2U);
  EXPECT_TRUE(seen[0].starts_with("GET /v1/nodes?limit=1 HTTP/1.1\r\n"));
  EXPECT_EQ(seen[0].find("X-OpenStack-Ironic-API-Version"), std::string::npos);
  EXPECT_TRUE(seen[1].starts_with("GET /v1/conductors HTTP/1.1\r\n"));
  EXPECT_NE(seen[1].find("X-OpenStack-Ironic-API-Version: 1.49\r\n"), std::string::npos);
}

TEST(Prober, a_200_without_the_list_is_a_failure) {
  const core::ProberCounted counted =
      probe([](const std::string&) { return answer(200, "OK"); }, 2);
  EXPECT_EQ(counted.failed, counted.sent);
  EXPECT_NE(counted.last_error.find("status 200, but the body is not JSON"), std::string::npos);
  const core::ProberCounted other =
      probe([](const std::string&) { return answer(200, "{\"nodes\": 7}"); }, 2);
  EXPECT_EQ(other.failed, other.sent);
  EXPECT_NE(other.last_error.find("but the body has no list"), std::string::npos);
}

TEST(Prober, a_bad_status_is_named) {
  const core::ProberCounted counted =
      probe([](const std::string&) { return answer(502, "bad gateway"); }, 2);
  EXPECT_EQ(counted.failed, counted.sent);
  EXPECT_NE(counted.last_error.find(": status 502"), std::string::npos);
}

TEST(Prober, a_failure_is_told_before_its_time) {
  FakeApi api([](const std::string&) { return answer(503, ""); });
  ProberOptions options = fast(api.url());
  options.flush = std::chrono::hours{1};
  options.flush_failed = base::Duration{1};
  Sum sum;
  const auto prober = make_prober(options, [&](const core::ProberCounted& counted) {
    sum.add(counted);
  });
  prober->start();
  EXPECT_GT(sum.when_sent(1).failed, 0U);
  prober->stop();
}

TEST(Prober, an_api_that_never_answers_is_given_up_and_the_gap_is_counted) {
  const core::ProberCounted counted = probe([](const std::string&) { return ""; }, 3);
  EXPECT_EQ(counted.failed, counted.sent);
  EXPECT_GE(counted.longest_gap, base::Duration{300});
  EXPECT_NE(counted.last_error.find("no answer within 100ms"), std::string::npos);
}

TEST(Prober, the_gap_is_the_time_between_two_answers) {
  std::atomic<int> count{0};
  const core::ProberCounted counted = probe(
      [&](const std::string& request) {
        const int now = ++count;
        return now == 3 || now == 4 ? "" : good(request);  // two time limits of 100 ms each
      },
      8);
  EXPECT_EQ(counted.failed, 2U);
  EXPECT_GE(counted.longest_gap, base::Duration{200});
}

TEST(Prober, nobody_listening_is_a_failure) {
  std::string url;
  { url = FakeApi(good).url(); }
  Sum sum;
  const auto prober =
      make_prober(fast(url), [&](const core::ProberCounted& counted) { sum.add(counted); });
  prober->start();
  EXPECT_NE(sum.when_sent(1).last_error.find("cannot connect: Connection refused"),
            std::string::npos);
}

TEST(Prober, starts_and_stops_as_often_as_one_likes) {
  Sum sum;
  FakeApi api(good);
  const auto prober =
      make_prober(fast(api.url()), [&](const core::ProberCounted& counted) { sum.add(counted); });
  prober->stop();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    prober->start();
    prober->start();
    sum.when_sent(2 * i);
    prober->stop();
    prober->stop();
  }
}

TEST(Prober, stop_cuts_a_waiting_request_short_and_does_not_count_it) {
  std::mutex mutex;
  std::condition_variable asked;
  bool was_asked = false;
  FakeApi api([&](const std::string&) {
    const std::lock_guard lock(mutex);
    was_asked = true;
    asked.notify_all();
    return "";
  });
  ProberOptions options = fast(api.url());
  options.timeout = std::chrono::hours{1};
  Sum sum;
  const auto prober =
      make_prober(options, [&](const core::ProberCounted& counted) { sum.add(counted); });
  prober->start();
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(asked.wait_for(lock, kLongest, [&] { return was_asked; }));
  }
  prober->stop();
  EXPECT_EQ(sum.when_sent(0).sent, 0U);
}

}  // namespace
}  // namespace rollmill::http
