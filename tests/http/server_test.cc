#include "http/server.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "http/fake_control.h"

namespace rollmill::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

core::UpgradeView upgrade() {
  core::UpgradeView view;
  view.id = "u-1";
  view.state = "RUNNING";
  view.steps.resize(1);
  return view;
}

class StatusServer : public testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    options.version = "0.1.0";
    auto started = start_http_server(std::move(options), control_);
    ASSERT_TRUE(started.ok()) << started.error().message;
    server_ = std::move(*started);
  }

  tcp::socket connect() {
    tcp::socket socket(context_);
    socket.connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(server_->port())});
    return socket;
  }

  /// Sends bytes and reads until the server closes.
  std::string talk(const std::string& bytes) {
    tcp::socket socket = connect();
    asio::write(socket, asio::buffer(bytes));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer;
  }
  std::string ask(const std::string& method, const std::string& target) {
    return talk(method + " " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }
  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  static std::string first_line(const std::string& answer) {
    return answer.substr(0, answer.find("\r\n"));
  }

  FakeControl control_;
  asio::io_context context_;
  std::unique_ptr<Server> server_;
};

TEST_F(StatusServer, pages_answer_with_their_types) {
  control_.upgrades = {upgrade()};
  start();
  const std::string metrics = ask("GET", "/metrics");
  EXPECT_EQ(first_line(metrics), "HTTP/1.1 200 OK");
  EXPECT_NE(metrics.find("Content-Type: text/plain; version=0.0.4; charset=utf-8"),
            std::string::npos);
  EXPECT_NE(metrics.find("rollmill_build_info{version=\"0.1.0\"} 1\n"), std::string::npos);
  EXPECT_EQ(body_of(ask("GET", "/livez")), "ok\n");
  EXPECT_EQ(body_of(ask("GET", "/readyz?verbose")), "[+]loop ok\n[+]journal ok\nready\n");
  EXPECT_EQ(body_of(ask("GET", "/version")), "{\"version\":\"0.1.0\"}\n");
  EXPECT_EQ(body_of(ask("GET", "/api/v1/hosts")), "[]\n");
  EXPECT_EQ(body_of(ask("GET", "/api/v1/upgrades")).substr(0, 13), "[{\"id\":\"u-1\",");
  EXPECT_EQ(control_.misuses, 0);
}

TEST_F(StatusServer, one_upgrade_has_its_steps_only_when_asked) {
  control_.upgrades = {upgrade()};
  start();
  EXPECT_EQ(body_of(ask("GET", "/api/v1/upgrades/u-1")).find("\"verb\""), std::string::npos);
  EXPECT_EQ(body_of(ask("GET", "/api/v1/upgrades/latest")),
            body_of(ask("GET", "/api/v1/upgrades/u-1")));
  EXPECT_NE(body_of(ask("GET", "/api/v1/upgrades/u-1?steps")).find("\"verb\""), std::string::npos);
}

TEST_F(StatusServer, what_is_not_there_is_404_in_json) {
  start();
  const std::string unknown = ask("GET", "/api/v1/upgrades/u-9");
  EXPECT_EQ(first_line(unknown), "HTTP/1.1 404 Not Found");
  EXPECT_EQ(body_of(unknown),
            "{\"error\":{\"status\":404,\"message\":\"there is no upgrade \\\"u-9\\\"\"}}\n");
  EXPECT_EQ(first_line(ask("GET", "/api/v1/upgrades/..%2f..")), "HTTP/1.1 404 Not Found");
  EXPECT_NE(body_of(ask("GET", "/nothing")).find("there is no such page"), std::string::npos);
}

TEST_F(StatusServer, nothing_can_be_changed) {
  start();
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const std::string answer = ask(method, "/api/v1/upgrades");
    EXPECT_EQ(first_line(answer), "HTTP/1.1 405 Method Not Allowed") << method;
    EXPECT_NE(answer.find("Allow: GET, HEAD\r\n"), std::string::npos);
  }
  EXPECT_EQ(control_.misuses, 0);
}

TEST_F(StatusServer, head_is_get_without_the_body) {
  start();
  const std::string answer = ask("HEAD", "/version");
  EXPECT_EQ(first_line(answer), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("Content-Length: 20\r\n"), std::string::npos);
  EXPECT_EQ(body_of(answer), "");
}

TEST_F(StatusServer, not_ready_is_503) {
  control_.information.ready = false;
  start();
  EXPECT_EQ(first_line(ask("GET", "/readyz")), "HTTP/1.1 503 Service Unavailable");
  EXPECT_EQ(first_line(ask("GET", "/livez")), "HTTP/1.1 200 OK");
}

TEST_F(StatusServer, a_loop_that_does_not_answer_is_503_and_its_late_reply_harms_nobody) {
  control_.silent = true;
  ServerOptions options;
  options.reply_limit = base::Duration{50};
  start(options);
  const std::string answer = ask("GET", "/livez");
  EXPECT_EQ(first_line(answer), "HTTP/1.1 503 Service Unavailable");
  EXPECT_NE(body_of(answer).find("did not answer in time"), std::string::npos);
  ASSERT_EQ(control_.held.size(), 1U);
  control_.held[0](control_.information);  // the connection is gone
  EXPECT_EQ(first_line(ask("GET", "/version")), "HTTP/1.1 200 OK");
  server_->stop();
  server_.reset();
  control_.held[0](control_.information);  // the server is gone
}

TEST_F(StatusServer, several_requests_share_a_connection) {
  start();
  const std::string two = talk(
      "GET /version HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(two.find("{\"version\":\"0.1.0\"}"), std::string::npos);
  EXPECT_TRUE(two.ends_with("ok\n"));
}

TEST_F(StatusServer, huge_requests_are_refused) {
  start();
  const std::string answer = talk("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\n\r\n");
  EXPECT_EQ(first_line(answer), "HTTP/1.1 431 Request Header Fields Too Large");
}

TEST_F(StatusServer, nonsense_and_idlers_are_cut_off) {
  ServerOptions options;
  options.idle_limit = base::Duration{50};
  start(options);
  EXPECT_EQ(talk("\x16\x03\x01 this is TLS\r\n\r\n"), "");
  EXPECT_EQ(talk("GET /livez HTTP/1.1\r\n"), "");  // never finished; the time limit ends it
}

TEST_F(StatusServer, one_connection_too_many_is_closed_and_a_place_comes_free_again) {
  ServerOptions options;
  options.max_connections = 1;
  start(options);
  {
    tcp::socket first = connect();
    asio::write(first, asio::buffer(std::string("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")));
    std::string answer;
    asio::read(first, asio::dynamic_buffer(answer, 15), asio::transfer_exactly(15));
    EXPECT_EQ(answer, "HTTP/1.1 200 OK");
    EXPECT_EQ(ask("GET", "/livez"), "");
  }
  std::string answer;
  for (int tries = 0; tries < 1000 && answer.empty(); ++tries) answer = ask("GET", "/livez");
  EXPECT_EQ(first_line(answer), "HTTP/1.1 200 OK");
}

TEST_F(StatusServer, an_address_that_is_taken_is_named_with_what_to_do) {
  start();
  ServerOptions options;
  options.port = server_->port();
  const auto second = start_http_server(options, control_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message,
            "the status endpoint cannot listen on 127.0.0.1:" + std::to_string(server_->port()) +
                ": Address already in use; choose another \"status_listen\" in the controller "
                "file");
}

}  // namespace
}  // namespace rollmill::http
