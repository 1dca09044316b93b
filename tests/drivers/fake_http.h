#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "drivers/support/files.h"

namespace rollmill::drivers {

/// A web server of one thread on a free loopback port. The answer function gets the target
/// ("/v1/nodes?limit=1") and the whole head, and returns status and body; status 0: hang up.
class FakeHttp {
 public:
  struct Reply {
    int status = 200;
    std::string body;
  };
  using Answer = std::function<Reply(const std::string& target, const std::string& head)>;

  explicit FakeHttp(Answer answer) : answer_(std::move(answer)) {
    listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_.get(), plain, size), 0);
    EXPECT_EQ(listen(listener_.get(), 8), 0);
    EXPECT_EQ(getsockname(listener_.get(), plain, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;
  ~FakeHttp() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> targets() {
    const std::lock_guard lock(mutex_);
    return targets_;
  }

 private:
  void serve() {
    for (;;) {
      const Fd peer(accept(listener_.get(), nullptr, nullptr));
      if (!peer.ok()) return;
      std::string head;
      char buffer[4096];
      while (head.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = read(peer.get(), buffer, sizeof buffer);
        if (got <= 0) break;
        head.append(buffer, static_cast<std::size_t>(got));
      }
      answer(peer, head);
    }
  }

  void answer(const Fd& peer, const std::string& head) {
    if (head.rfind("GET ", 0) != 0) return;
    const std::string target = head.substr(4, head.find(' ', 4) - 4);
    {
      const std::lock_guard lock(mutex_);
      targets_.push_back(target);
    }
    const Reply reply = answer_(target, head);
    if (reply.status == 0) return;
    write_all(peer.get(), "HTTP/1.1 " + std::to_string(reply.status) +
                              " X\r\ncontent-type: application/json\r\nconnection: close\r\n"
                              "content-length: " +
                              std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body);
  }

  Answer answer_;
  Fd listener_;
  int port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> targets_;
  std::thread thread_;
};

}  // namespace rollmill::drivers
