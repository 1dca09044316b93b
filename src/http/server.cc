#include "http/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "http/router.h"

namespace rollmill::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;
/// One thread runs it, so no handler needs a lock. Late replies of the loop look first whether it
/// is still there.
using Context = std::shared_ptr<asio::io_context>;

constexpr std::uint32_t kHeaderLimit = 8 * 1024;
constexpr std::uint64_t kBodyLimit = 1024;

/// What all sessions share; lives until the last of them is gone.
struct Shared {
  Shared(ServerOptions given, ports::Control& control)
      : options(std::move(given)), router(control, options.version) {}
  const ServerOptions options;
  const Router router;
  std::size_t connections = 0;  ///< Server thread only.
};

/// One connection: read a request, ask the loop, write the answer, again. Kept alive by what it
/// waits for; a reply of the loop only knows it weakly, so it always ends on the server's thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(const Context& context, tcp::socket socket, std::shared_ptr<Shared> shared)
      : context_(context),
        stream_(std::move(socket)),
        timer_(*context),
        shared_(std::move(shared)) {
    ++shared_->connections;
  }
  ~Session() { --shared_->connections; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(kBodyLimit);
    stream_.expires_after(shared_->options.idle_limit);
    beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
  }

 private:
  void on_read(error_code error) {
    if (error == beast::http::error::header_limit || error == beast::http::error::body_limit) {
      keep_alive_ = false;
      return write(error_response(431, "the request is too large"));
    }
    if (error) return;
    const auto& request = parser_->get();
    keep_alive_ = request.keep_alive();
    is_head_ = request.method() == beast::http::verb::head;
    answered_ = false;
    stream_.expires_never();
    timer_.expires_after(shared_->options.reply_limit);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (!cancelled) self->answer(error_response(503, "the controller did not answer in time"));
    });
    shared_->router.handle({std::string(request.method_string()), std::string(request.target())},
                           [context = context_, session = weak_from_this()](Response response) {
                             const Context alive = context.lock();
                             if (!alive) return;
                             asio::post(*alive,
                                        [session, response = std::move(response)]() mutable {
                                          if (const auto self = session.lock())
                                            self->answer(response);
                                        });
                           });
  }

  /// The first answer counts; the loop may come after the time limit.
  void answer(Response response) {
    if (answered_) return;
    answered_ = true;
    timer_.cancel();
    write(std::move(response));
  }

  void write(Response response) {
    response_ = {};
    response_.version(11);
    response_.result(static_cast<unsigned>(response.status));
    response_.set(beast::http::field::content_type, response.type);
    response_.set(beast::http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (!response.allow.empty()) response_.set(beast::http::field::allow, response.allow);
    response_.keep_alive(keep_alive_);
    response_.content_length(response.body.size());
    if (!is_head_) response_.body() = std::move(response.body);
    stream_.expires_after(shared_->options.idle_limit);
    beast::http::async_write(
        stream_, response_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
  }

  void on_written(error_code error) {
    if (error) return;
    if (keep_alive_) return read();
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  const std::weak_ptr<asio::io_context> context_;
  beast::tcp_stream stream_;
  asio::steady_timer timer_;
  const std::shared_ptr<Shared> shared_;
  beast::flat_buffer buffer_{kHeaderLimit + kBodyLimit};
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  beast::http::response<beast::http::string_body> response_;
  bool keep_alive_ = false;
  bool is_head_ = false;
  bool answered_ = false;
};

class BeastServer final : public Server {
 public:
  BeastServer(ServerOptions options, ports::Control& control)
      : shared_(std::make_shared<Shared>(std::move(options), control)) {}
  ~BeastServer() override { stop(); }

  base::Status start() {
    try {
      const tcp::endpoint endpoint(asio::ip::make_address(shared_->options.address),
                                   static_cast<unsigned short>(shared_->options.port));
      acceptor_.open(endpoint.protocol());
      acceptor_.set_option(asio::socket_base::reuse_address(true));
      acceptor_.bind(endpoint);
      acceptor_.listen();
      port_ = acceptor_.local_endpoint().port();
    } catch (const boost::system::system_error& failure) {
      return base::Error{base::ErrorCode::Unavailable,
                         "the status endpoint cannot listen on " + shared_->options.address + ":" +
                             std::to_string(shared_->options.port) + ": " +
                             failure.code().message() +
                             "; choose another \"status_listen\" in the controller file"};
    }
    accept();
    thread_ = std::thread([context = context_] { context->run(); });
    return base::success();
  }

  int port() const override { return port_; }

  void stop() override {
    if (!thread_.joinable()) return;
    context_->stop();
    thread_.join();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return rest();
      if (shared_->connections < shared_->options.max_connections) {
        std::make_shared<Session>(context_, std::move(socket), shared_)->read();
      }
      accept();
    });
  }

  /// Out of file descriptors, most likely; trying again at once would only burn the processor.
  void rest() {
    timer_.expires_after(std::chrono::milliseconds{100});
    timer_.async_wait([this](error_code cancelled) {
      if (!cancelled) accept();
    });
  }

  const Context context_ = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor_{*context_};
  asio::steady_timer timer_{*context_};
  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<Server>> start_http_server(ServerOptions options,
                                                        ports::Control& control) {
  auto server = std::make_unique<BeastServer>(std::move(options), control);
  if (const base::Status started = server->start(); !started.ok()) return started.error();
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace rollmill::http
