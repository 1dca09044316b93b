#include "drivers/process/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "drivers/process/child.h"
#include "drivers/process/output_store.h"
#include "drivers/process/slot.h"

namespace rollmill::drivers {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kTermGrace{5};
constexpr std::size_t kDrainLimit = 4U << 20U;

// Copies what is there to read now. False at the end of the stream.
bool copy_some(const Fd& from, OutputWriter& to, std::size_t limit) {
  std::array<char, 65536> buffer{};
  for (std::size_t copied = 0; copied < limit;) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got == 0) return false;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno == EAGAIN;
    to.append({buffer.data(), static_cast<std::size_t>(got)});
    copied += static_cast<std::size_t>(got);
  }
  return true;
}

/// Watches one running command to its end.
class Watch {
 public:
  Watch(Child child, const std::string& folder, base::Duration limit)
      : child_(std::move(child)),
        out_(folder, "out"),
        err_(folder, "err"),
        next_signal_(Clock::now() + limit) {}

  SlotEnd run() {
    while (!ended()) {
      if (Clock::now() >= next_signal_) signal_group();
    }
    return finish();
  }

 private:
  // Waits for output, the end or the time of the next signal, whichever is first.
  bool ended() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(next_signal_ - Clock::now(), Clock::duration::zero()));
    const int timeout = static_cast<int>(std::min<std::int64_t>(left.count() + 1, 60'000));
    std::array<pollfd, 3> waits = {pollfd{child_.ended.get(), POLLIN, 0},
                                   pollfd{child_.out.get(), POLLIN, 0},
                                   pollfd{child_.err.get(), POLLIN, 0}};
    poll(waits.data(), waits.size(), timeout);
    copy(child_.out, out_, waits[1].revents);
    copy(child_.err, err_, waits[2].revents);
    return waits[0].revents != 0;
  }

  static void copy(Fd& from, OutputWriter& to, short events) {
    if (events != 0 && !copy_some(from, to, 65536)) from.reset();
  }

  void signal_group() {
    kill(-child_.pid, timed_out_ ? SIGKILL : SIGTERM);
    timed_out_ = true;
    next_signal_ = Clock::now() + kTermGrace;
  }

  SlotEnd finish() {
    siginfo_t info{};
    waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(child_.ended.get()), &info, WEXITED);
    // Whoever inherited the pipe (a daemon just started) may keep it open: only what is there.
    if (child_.out.ok()) copy_some(child_.out, out_, kDrainLimit);
    if (child_.err.ok()) copy_some(child_.err, err_, kDrainLimit);
    if (timed_out_) kill(-child_.pid, SIGKILL);
    out_.sync();
    err_.sync();
    const int code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    return {code, timed_out_};
  }

  Child child_;
  OutputWriter out_;
  OutputWriter err_;
  Clock::time_point next_signal_;
  bool timed_out_ = false;
};

void ignore_signals() {
  for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2}) {
    signal(number, SIG_IGN);
  }
}

SlotEnd run_command(const std::string& folder, const ports::CommandSpec& spec) {
  auto child = start_child(spec);
  if (!child) {
    OutputWriter(folder, "err").append("rollmill-agent: " + child.error().message + "\n");
    return {127, false};
  }
  // Its number first: should this keeper be killed, the agent must know whom to wait for.
  const auto entry = ProcessTable().find(child->pid);
  if (entry && write_child(folder, *entry)) open_gate(*child);
  child->gate.reset();
  return Watch(std::move(*child), folder, spec.time_limit).run();
}

}  // namespace

int keeper_main(const char* folder) {
  setsid();
  ignore_signals();
  if (chdir("/") != 0) return 1;
  const std::optional<SlotSpec> spec = read_spec(folder);
  if (!spec) return 1;
  const std::optional<Fd> lock = take_lock(folder);
  if (!lock || !mark_started(folder)) return 0;
  const SlotEnd end = run_command(folder, spec->command);
  return write_end(folder, end).ok() ? 0 : 1;
}

}  // namespace rollmill::drivers
