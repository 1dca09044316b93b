// The only source of this library that holds Boost.Beast.
#include "drivers/api/http_get.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>

namespace rollmill::drivers {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using base::Error;
using base::ErrorCode;
using base::Result;
using Failure = boost::system::error_code;

constexpr std::uint64_t kBodyBytes = 64U << 20U;

/// Runs one asynchronous step after the other, all inside one deadline.
class Exchange {
 public:
  explicit Exchange(const HttpRequest& request)
      : request_(request), deadline_(std::chrono::steady_clock::now() + request.time_limit) {}

  Result<HttpAnswer> run() { return request_.address.tls ? run_tls() : run_plain(); }

 private:
  using Response = http::response_parser<http::string_body>;

  Result<HttpAnswer> run_plain() {
    beast::tcp_stream stream(io_);
    if (const auto error = connect(stream)) return *error;
    return talk(stream);
  }

  Result<HttpAnswer> run_tls() {
    asio::ssl::context context(asio::ssl::context::tls_client);
    Failure failure;
    if (request_.ca_file.empty()) {
      context.set_default_verify_paths(failure);
    } else {
      context.load_verify_file(request_.ca_file, failure);
    }
    if (failure) return error("the CA file " + request_.ca_file, failure);
    context.set_verify_mode(asio::ssl::verify_peer);
    beast::ssl_stream<beast::tcp_stream> stream(io_, context);
    stream.set_verify_callback(asio::ssl::host_name_verification(request_.address.host));
    SSL_set_tlsext_host_name(stream.native_handle(), request_.address.host.c_str());
    if (const auto failed = connect(beast::get_lowest_layer(stream))) return *failed;
    stream.async_handshake(asio::ssl::stream_base::client,
                           [&](const Failure& result) { failure = result; });
    if (const auto failed = finish("TLS", failure)) return *failed;
    return talk(stream);
  }

  std::optional<Error> connect(beast::tcp_stream& stream) {
    Failure failure;
    asio::ip::tcp::resolver resolver(io_);
    asio::ip::tcp::resolver::results_type places;
    resolver.async_resolve(request_.address.host, request_.address.port,
                           [&](const Failure& result, auto found) {
                             failure = result;
                             places = found;
                           });
    if (const auto failed = finish("finding the host", failure)) return failed;
    stream.expires_at(deadline_);
    stream.async_connect(places, [&](const Failure& result, const auto&) { failure = result; });
    return finish("connecting", failure);
  }

  template <typename Stream>
  Result<HttpAnswer> talk(Stream& stream) {
    http::request<http::empty_body> message(http::verb::get,
                                            request_.address.prefix + request_.target, 11);
    const bool v6 = request_.address.host.find(':') != std::string::npos;
    const std::string host = v6 ? "[" + request_.address.host + "]" : request_.address.host;
    message.set(http::field::host, host + ":" + request_.address.port);
    message.set(http::field::accept, "application/json");
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request_.headers) message.set(name, value);
    Failure failure;
    http::async_write(stream, message,
                      [&](const Failure& result, std::size_t) { failure = result; });
    if (const auto failed = finish("asking", failure)) return *failed;
    Response response;
    response.body_limit(kBodyBytes);
    beast::flat_buffer buffer;
    http::async_read(stream, buffer, response,
                     [&](const Failure& result, std::size_t) { failure = result; });
    if (const auto failed = finish("reading the answer", failure)) return *failed;
    return HttpAnswer{static_cast<int>(response.get().result_int()),
                      std::move(response.get().body())};
  }

  // Runs what was begun to its end, or to the deadline.
  std::optional<Error> finish(const std::string& deed, Failure& failure) {
    io_.restart();
    io_.run_until(deadline_ + std::chrono::milliseconds(100));
    if (!io_.stopped()) failure = asio::error::timed_out;
    if (!failure) return std::nullopt;
    return error(deed, failure);
  }

  Error error(const std::string& deed, const Failure& failure) const {
    const bool late = failure == beast::error::timeout || failure == asio::error::timed_out;
    return {ErrorCode::Unavailable, "http" + std::string(request_.address.tls ? "s" : "") + "://" +
                                        request_.address.host + ":" + request_.address.port +
                                        request_.address.prefix + request_.target + ": " + deed +
                                        ": " + (late ? "no answer in time" : failure.message())};
  }

  const HttpRequest& request_;
  const std::chrono::steady_clock::time_point deadline_;
  asio::io_context io_;
};

}  // namespace

Result<HttpAddress> parse_address(const std::string& url) {
  const Error wrong{ErrorCode::InvalidArgument,
                    "'" + url + "' is no address: write http://HOST:PORT or https://HOST:PORT"};
  HttpAddress address;
  address.tls = url.rfind("https://", 0) == 0;
  if (!address.tls && url.rfind("http://", 0) != 0) return wrong;
  std::string rest = url.substr(address.tls ? 8 : 7);
  const std::size_t slash = rest.find('/');
  if (slash != std::string::npos) {
    address.prefix = rest.substr(slash);
    rest.resize(slash);
  }
  while (!address.prefix.empty() && address.prefix.back() == '/') address.prefix.pop_back();
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  address.port = has_port ? rest.substr(colon + 1) : address.tls ? "443" : "80";
  address.host = rest.substr(0, has_port ? colon : std::string::npos);
  if (address.host.size() > 2 && address.host.front() == '[') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  const bool digits = address.port.find_first_not_of("0123456789") == std::string::npos;
  if (address.host.empty() || address.port.empty() || !digits ||
      address.host.find_first_of(" @?#") != std::string::npos) {
    return wrong;
  }
  return address;
}

Result<HttpAnswer> http_get(const HttpRequest& request) {
  try {
    return Exchange(request).run();
  } catch (const std::exception& failure) {
    return Error{ErrorCode::Internal, "GET " + request.target + ": " + failure.what()};
  }
}

}  // namespace rollmill::drivers
