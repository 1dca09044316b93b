#include "drivers/process/child.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
  std::string name = "root";
  std::string home = "/root";
};

struct Pipe {
  Fd reader;
  Fd writer;
};

Result<std::optional<Identity>> find_identity(const std::string& user) {
  if (user.empty()) return std::optional<Identity>();
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  if (getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) {
    return Error{ErrorCode::NotFound, "the user '" + user + "' does not exist on this host"};
  }
  Identity identity{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(256), user, entry.pw_dir};
  int count = static_cast<int>(identity.groups.size());
  if (getgrouplist(user.c_str(), entry.pw_gid, identity.groups.data(), &count) < 0) {
    return Error{ErrorCode::Internal, "the user '" + user + "' has more than 256 groups"};
  }
  identity.groups.resize(static_cast<std::size_t>(count));
  return std::optional<Identity>(std::move(identity));
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot make", "a pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// The end that a keeper reads from: it must never wait there.
Fd take_reader(Pipe& pipe) {
  fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK);
  return std::move(pipe.reader);
}

// A file in memory: input of any size without a writer that could block.
Result<Fd> make_input(const std::string& input) {
  Fd fd(memfd_create("input", MFD_CLOEXEC));
  if (!fd.ok() || !write_all(fd.get(), input) || lseek(fd.get(), 0, SEEK_SET) != 0) {
    return system_error("cannot keep", "the input of the command");
  }
  return fd;
}

std::vector<std::string> make_environment(const ports::CommandSpec& spec,
                                          const std::optional<Identity>& identity) {
  std::map<std::string, std::string> variables = {
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C"}};
  variables["HOME"] = identity ? identity->home : "/root";
  variables["USER"] = variables["LOGNAME"] = identity ? identity->name : "root";
  for (const auto& [name, value] : spec.environment) variables[name] = value;
  std::vector<std::string> words;
  for (const auto& [name, value] : variables) words.push_back(name + "=" + value);
  return words;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Everything the new process needs, made before the fork: after it only system calls are safe.
struct Launch {
  std::vector<std::string> words;
  std::vector<std::string> environment;
  std::optional<Identity> identity;
  Fd input;
  Pipe out;
  Pipe err;
  Pipe gate;
};

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool become(const Identity& identity) {
  return setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
         setgid(identity.group) == 0 && setuid(identity.user) == 0;
}

[[noreturn]] void fail_child(const char* deed) {
  const char* const reason = std::strerror(errno);
  for (const char* part : {"rollmill-agent: cannot ", deed, ": ", reason, "\n"}) {
    if (write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  }
  _exit(127);
}

// False when the keeper died before it let the program begin.
bool wait_at_gate(const Pipe& gate) {
  close(gate.writer.get());
  char byte = 0;
  ssize_t got = -1;
  do {
    got = read(gate.reader.get(), &byte, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1;
}

[[noreturn]] void run_child(const Launch& launch, char* const* argv, char* const* environment) {
  setsid();
  reset_signals();
  if (!wait_at_gate(launch.gate)) _exit(127);
  dup2(launch.input.get(), STDIN_FILENO);
  dup2(launch.out.writer.get(), STDOUT_FILENO);
  dup2(launch.err.writer.get(), STDERR_FILENO);
  if (chdir("/") != 0) fail_child("go to /");
  umask(022);
  if (launch.identity && !become(*launch.identity)) fail_child("become the user of the command");
  execve(argv[0], argv, environment);
  fail_child(argv[0]);
}

Result<Launch> prepare(const ports::CommandSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty() || spec.argv[0][0] != '/') {
    return Error{ErrorCode::InvalidArgument, "a command must begin with an absolute path"};
  }
  auto identity = find_identity(spec.user);
  if (!identity) return identity.error();
  auto input = make_input(spec.input);
  if (!input) return input.error();
  auto out = make_pipe();
  if (!out) return out.error();
  auto err = make_pipe();
  if (!err) return err.error();
  auto gate = make_pipe();
  if (!gate) return gate.error();
  return Launch{spec.argv,
                make_environment(spec, *identity),
                std::move(*identity),
                std::move(*input),
                std::move(*out),
                std::move(*err),
                std::move(*gate)};
}

}  // namespace

base::Result<Child> start_child(const ports::CommandSpec& spec) {
  auto launch = prepare(spec);
  if (!launch) return launch.error();
  const std::vector<char*> argv = pointers_to(launch->words);
  const std::vector<char*> environment = pointers_to(launch->environment);
  const pid_t pid = fork();
  if (pid < 0) return system_error("cannot start", spec.argv[0]);
  if (pid == 0) run_child(*launch, argv.data(), environment.data());
  Child child{pid, Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), take_reader(launch->out),
              take_reader(launch->err), std::move(launch->gate.writer)};
  if (!child.ended.ok()) return system_error("cannot watch", spec.argv[0]);
  return child;
}

void open_gate(Child& child) {
  write_all(child.gate.get(), "g");
  child.gate.reset();
}

}  // namespace rollmill::drivers
