#include "drivers/process/keeper_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "drivers/process/output_store.h"
#include "drivers/process/slot.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kResultBytes = 256U << 10U;
constexpr std::chrono::milliseconds kLook{20};

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawn_file_actions_init(&actions);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
    }
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_t attributes{};
  posix_spawn_file_actions_t actions{};
};

base::Result<pid_t> spawn_keeper(std::string program, std::string folder) {
  const SpawnSettings settings;
  std::string verb = "keep";
  std::string locale = "LC_ALL=C";
  const std::array<char*, 4> argv = {program.data(), verb.data(), folder.data(), nullptr};
  const std::array<char*, 2> environment = {locale.data(), nullptr};
  pid_t pid = -1;
  const int failure = posix_spawn(&pid, program.c_str(), &settings.actions, &settings.attributes,
                                  argv.data(), environment.data());
  if (failure == 0) return pid;
  return Error{ErrorCode::Internal,
               "cannot start the command's keeper " + program + ": " + std::strerror(failure)};
}

ports::CommandResult read_result(const std::string& folder) {
  ports::CommandResult result;
  result.out = last_output(folder, "out", kResultBytes);
  result.err = last_output(folder, "err", kResultBytes);
  if (const std::optional<SlotEnd> end = read_end(folder)) {
    result.exit_code = end->exit_code;
    result.timed_out = end->timed_out;
  } else {
    result.interrupted = true;
  }
  return result;
}

// Its keeper was killed, but the command itself still runs.
bool orphan_lives(const std::string& folder, const ProcessTable& table) {
  const std::optional<ProcessEntry> child = read_child(folder);
  return child && table.lives(*child);
}

void kill_orphan(const std::string& folder) {
  if (const std::optional<ProcessEntry> child = read_child(folder)) {
    kill(static_cast<pid_t>(-child->pid), SIGKILL);
  }
}

}  // namespace

base::Status run_keeper(const std::string& program, const std::string& folder,
                        base::Duration limit) {
  const base::Result<pid_t> pid = spawn_keeper(program, folder);
  if (!pid) return pid.error();
  const Fd ended(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
  const Clock::time_point deadline = Clock::now() + limit;
  pollfd wait{ended.get(), POLLIN, 0};
  while (wait.revents == 0) {
    const auto left = std::chrono::duration_cast<base::Duration>(deadline - Clock::now());
    if (left.count() <= 0) return base::success();
    poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
  }
  waitpid(*pid, nullptr, 0);
  return base::success();
}

base::Result<ports::CommandResult> await_end(const std::string& folder, base::Duration time_limit) {
  const ProcessTable table;
  const Clock::time_point limit = Clock::now() + time_limit;
  const Clock::time_point give_up = limit + std::chrono::minutes(1);
  while (is_locked(folder) || (!read_end(folder) && orphan_lives(folder, table))) {
    if (Clock::now() > give_up) {
      return Error{ErrorCode::DeadlineExceeded,
                   "a command does not end, not even by SIGKILL; its files are in " + folder};
    }
    if (Clock::now() > limit && !is_locked(folder)) kill_orphan(folder);
    std::this_thread::sleep_for(kLook);
  }
  return read_result(folder);
}

bool was_started(const std::string& folder) {
  return exists(folder + "/started") || is_locked(folder) || exists(folder + "/rc");
}

}  // namespace rollmill::drivers
