#include "http/api_request.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <optional>

#include "codec/json/value.h"

namespace rollmill::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr base::Duration kSlice{50};
constexpr std::uint64_t kBodyLimit = std::uint64_t{4} << 20;

/// The chain resolve, connect, write, read; `outcome` is set when it has ended.
class Exchange {
 public:
  Exchange(asio::io_context& context, const ApiRequest& wanted)
      : wanted_(wanted), resolver_(context), stream_(context) {
    parser_.body_limit(kBodyLimit);
    request_.method(beast::http::verb::get);
    request_.target(wanted.target);
    request_.version(11);
    request_.set(beast::http::field::host, wanted.host + ":" + wanted.port);
    request_.set(beast::http::field::accept, "application/json");
    request_.set(beast::http::field::connection, "close");
    if (!wanted.microversion.empty()) {
      request_.set("X-OpenStack-Ironic-API-Version", wanted.microversion);
    }
    if (!wanted.token.empty()) request_.set("X-Auth-Token", wanted.token);
  }

  void begin() {
    resolver_.async_resolve(wanted_.host, wanted_.port,
                            [this](error_code error, const tcp::resolver::results_type& found) {
                              if (error) return end("cannot find " + wanted_.host, error);
                              connect(found);
                            });
  }
  void give_up() {
    resolver_.cancel();
    stream_.close();
  }

  std::optional<std::string> outcome;

 private:
  void connect(const tcp::resolver::results_type& found) {
    stream_.async_connect(found, [this](error_code error, const tcp::endpoint&) {
      if (error) return end("cannot connect", error);
      write();
    });
  }
  void write() {
    beast::http::async_write(stream_, request_, [this](error_code error, std::size_t) {
      if (error) return end("cannot send", error);
      read();
    });
  }
  void read() {
    beast::http::async_read(stream_, buffer_, parser_, [this](error_code error, std::size_t) {
      if (error) return end("no whole answer", error);
      outcome = judge();
    });
  }
  void end(const std::string& what, error_code error) { outcome = what + ": " + error.message(); }

  std::string judge() const {
    const auto& answer = parser_.get();
    if (answer.result_int() != 200) return "status " + std::to_string(answer.result_int());
    const auto document = codec::JsonDocument::parse(answer.body());
    if (!document.ok()) return "status 200, but the body is not JSON";
    const auto list = document->root().find(wanted_.list);
    if (!list || !list->is_array()) {
      return "status 200, but the body has no list \"" + wanted_.list + "\"";
    }
    return "";
  }

  const ApiRequest& wanted_;
  tcp::resolver resolver_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  beast::http::request<beast::http::empty_body> request_;
  beast::http::response_parser<beast::http::string_body> parser_;
};

}  // namespace

std::string ask_api(const ApiRequest& request, base::Duration timeout,
                    const std::function<bool()>& stopping) {
  const auto over = std::chrono::steady_clock::now() + timeout;
  asio::io_context context{1};
  Exchange exchange(context, request);
  exchange.begin();
  while (!exchange.outcome && !stopping() && std::chrono::steady_clock::now() < over) {
    context.run_for(kSlice);
    context.restart();
  }
  const std::string outcome = exchange.outcome ? *exchange.outcome
                              : stopping()     ? "stopped"
                                           : "no answer within " + base::format_duration(timeout);
  // The handlers refer to the exchange: all must have run before it goes.
  exchange.give_up();
  context.run();
  if (outcome.empty() || outcome == "stopped") return outcome;
  return "GET " + request.target + " at " + request.host + ":" + request.port + ": " + outcome;
}

}  // namespace rollmill::http
