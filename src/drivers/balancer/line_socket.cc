#include "drivers/balancer/line_socket.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include "drivers/support/files.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAnswerBytes = 8U << 20U;

Error unreachable(const std::string& address, const std::string& why) {
  return {ErrorCode::Unavailable, "the socket " + address + " cannot be used: " + why};
}

// False when the time is over first.
bool wait_for(const Fd& socket, short events, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<base::Duration>(deadline - Clock::now());
  if (left.count() <= 0) return false;
  pollfd wait{socket.get(), events, 0};
  return poll(&wait, 1, static_cast<int>(left.count() + 1)) > 0;
}

Result<Fd> connect_to(const sockaddr* to, socklen_t size, const std::string& address,
                      Clock::time_point deadline) {
  Fd socket(::socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.ok()) return unreachable(address, std::strerror(errno));
  if (connect(socket.get(), to, size) == 0) return socket;
  if (errno != EINPROGRESS) return unreachable(address, std::strerror(errno));
  if (!wait_for(socket, POLLOUT, deadline)) return unreachable(address, "connecting took too long");
  int failure = 0;
  socklen_t length = sizeof failure;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure != 0) return unreachable(address, std::strerror(failure));
  return socket;
}

Result<Fd> connect_unix(const std::string& path, Clock::time_point deadline) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) return unreachable(path, "the path is too long");
  path.copy(to.sun_path, path.size());
  return connect_to(reinterpret_cast<const sockaddr*>(&to), sizeof to, path, deadline);
}

Result<Fd> connect_tcp(const std::string& address, Clock::time_point deadline) {
  const std::string place = address.substr(address.rfind("tcp:", 0) == 0 ? 4 : 0);
  const std::size_t colon = place.rfind(':');
  if (colon == std::string::npos) {
    return Error{ErrorCode::InvalidArgument,
                 "the socket '" + place + "' is neither an absolute path nor HOST:PORT"};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failure =
      getaddrinfo(place.substr(0, colon).c_str(), place.substr(colon + 1).c_str(), &hints, &list);
  if (failure != 0) return unreachable(place, gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  return connect_to(list->ai_addr, list->ai_addrlen, place, deadline);
}

Result<std::string> read_answer(const Fd& socket, const std::string& address,
                                Clock::time_point deadline) {
  std::string answer;
  std::array<char, 65536> buffer{};
  while (wait_for(socket, POLLIN, deadline)) {
    const ssize_t got = recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return answer;
    if (got < 0 && errno != EAGAIN && errno != EINTR) {
      return unreachable(address, std::strerror(errno));
    }
    if (got > 0) answer.append(buffer.data(), static_cast<std::size_t>(got));
    if (answer.size() > kAnswerBytes) return unreachable(address, "its answer is too long");
  }
  return unreachable(address, "no answer in time");
}

}  // namespace

Result<std::string> ask_socket(const std::string& address, const std::string& line,
                               base::Duration limit) {
  const Clock::time_point deadline = Clock::now() + limit;
  const Result<Fd> socket = !address.empty() && address.front() == '/'
                                ? connect_unix(address, deadline)
                                : connect_tcp(address, deadline);
  if (!socket) return socket.error();
  const std::string text = line + "\n";
  if (send(socket->get(), text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    return unreachable(address, std::strerror(errno));
  }
  return read_answer(*socket, address, deadline);
}

}  // namespace rollmill::drivers
