#include <pwd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "apps/remote_control.h"
#include "cli/cli.h"
#include "config/policy_file.h"

/// The command line: joins the commands to this terminal and to gRPC.
namespace rollmill::apps {
namespace {

constexpr base::Duration kSlice{50};

std::atomic<int> interrupts{0};

/// The first Ctrl-C is noticed at the next rest; the second ends the process at once.
extern "C" void on_interrupt(int) {
  if (interrupts.fetch_add(1) > 0) std::_Exit(130);
}

std::string user_at_host() {
  const passwd* entry = ::getpwuid(::geteuid());
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  const std::string name = entry != nullptr ? entry->pw_name : std::to_string(::geteuid());
  return name + "@" + host;
}

winsize terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

bool rest(base::Duration duration) {
  for (base::Duration left = duration; left > base::Duration::zero(); left -= kSlice) {
    if (interrupts.load() > 0) return false;
    std::this_thread::sleep_for(std::min(left, kSlice));
  }
  return interrupts.load() == 0;
}

std::string random_id() {
  std::random_device device;
  static const char* const kDigits = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 32; ++i) id += kDigits[device() % 16];
  return id;
}

cli::Console make_console() {
  return {
      .out = std::cout,
      .err = std::cerr,
      .in = std::cin,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
      .columns = [] { return static_cast<int>(terminal_size().ws_col); },
      .rows = [] { return static_cast<int>(terminal_size().ws_row); },
      .environment = [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        if (value == nullptr) return std::nullopt;
        return std::string(value);
      },
      .now =
          [] {
            return std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
          },
      .rest = rest,
      .user = user_at_host()};
}

/// Ends a stream that waits for its next message when the person presses Ctrl-C.
void cancel_on_interrupt(const std::weak_ptr<cli::ControlClient>& client,
                         const std::stop_token& stop) {
  while (!stop.stop_requested() && interrupts.load() == 0) std::this_thread::sleep_for(kSlice);
  if (const auto alive = client.lock()) alive->cancel();
}

/// `watcher` looks out for Ctrl-C as long as the command runs.
cli::Doors make_doors(std::jthread& watcher) {
  return {.connect =
              [&watcher](const cli::ConnectOptions& options) {
                auto client = connect_control(options);
                if (!client) return client;
                watcher =
                    std::jthread([weak = std::weak_ptr(*client)](const std::stop_token& stop) {
                      cancel_on_interrupt(weak, stop);
                    });
                return client;
              },
          .read_policy = [](const std::string& file) { return config::read_policy_file(file); },
          .request_id = random_id,
          .version = ROLLMILL_VERSION};
}

}  // namespace
}  // namespace rollmill::apps

int main(int argc, char** argv) {
  using namespace rollmill;
  std::signal(SIGINT, apps::on_interrupt);
  // A reader that has gone (`| head`) ends us quietly; gRPC asks for no signal on its own sockets.
  std::signal(SIGPIPE, SIG_DFL);
  std::jthread watcher;
  const cli::Console console = apps::make_console();
  return static_cast<int>(cli::run(std::vector<std::string>(argv + 1, argv + argc), console,
                                   apps::make_doors(watcher)));
}
