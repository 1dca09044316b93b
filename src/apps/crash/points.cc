#include "apps/crash/points.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace rollmill::apps::crash {
namespace {

/// Longer than it takes to start a command, shorter than the quickest one takes.
constexpr std::chrono::milliseconds kSoon{25};

std::string variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

struct Target {
  std::string place;
  std::uint64_t number = 0;  ///< 0: nowhere.
};

Target read_target() {
  const std::string text = variable("ROLLMILL_CRASH_AT");
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return {};
  Target target{text.substr(0, colon), 0};
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), target.number);
  return target;
}

void trace(std::string_view place, std::uint64_t number, const std::string& what) {
  static const std::string kFile = variable("ROLLMILL_CRASH_TRACE");
  if (kFile.empty()) return;
  const int file = ::open(kFile.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string line =
      std::string{place} + " " + std::to_string(number) + " " + what.substr(0, 300) + "\n";
  if (file >= 0 && ::write(file, line.data(), line.size()) < 0) std::abort();
  if (file >= 0) ::close(file);
}

bool is_target(std::string_view place, std::uint64_t first, std::uint64_t last) {
  static const Target kTarget = read_target();
  return place == kTarget.place && first <= kTarget.number && kTarget.number <= last;
}

/// Of the task that is under way: the number before that of its next effect.
std::atomic<std::uint64_t>& effects() {
  static std::atomic<std::uint64_t> last{0};
  return last;
}

void die() { ::kill(::getpid(), SIGKILL); }

}  // namespace

void pass(std::string_view place, std::uint64_t first, std::uint64_t last,
          const std::string& what) {
  trace(place, first, what);
  if (is_target(place, first, last)) die();
}

void pass_soon(std::string_view place, std::uint64_t number, const std::string& what) {
  trace(place, number, what);
  if (!is_target(place, number, number)) return;
  std::thread([] {
    std::this_thread::sleep_for(kSoon);
    die();
  }).detach();
}

void task_taken(std::uint64_t fact) { effects() = 100 * fact; }

std::uint64_t next_effect() { return ++effects(); }

}  // namespace rollmill::apps::crash
