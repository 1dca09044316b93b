#include "sim/program/jobs.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "rollmill/base/check.h"

namespace rollmill::sim {
namespace {

/// Where a process notes its seed for its parent; null in a run without jobs.
std::uint64_t* noted = nullptr;

/// Lines "NAME NUMBER", then for each finding its length and its text.
std::string write_totals(const Totals& totals) {
  std::ostringstream out;
  out << totals.seeds << ' ' << totals.upgrades << ' ' << totals.events << ' ' << totals.facts
      << ' ' << totals.rolled_back << ' ' << totals.cpu_seconds << ' '
      << totals.coverage.counts.size() << ' ' << totals.findings.size() << '\n';
  for (const auto& [name, times] : totals.coverage.counts) out << name << ' ' << times << '\n';
  for (const std::string& finding : totals.findings) out << finding.size() << '\n' << finding;
  return out.str();
}

bool read_totals(const std::string& text, Totals& totals) {
  std::istringstream in(text);
  std::size_t counts = 0;
  std::size_t findings = 0;
  in >> totals.seeds >> totals.upgrades >> totals.events >> totals.facts >> totals.rolled_back >>
      totals.cpu_seconds >> counts >> findings;
  for (std::size_t i = 0; in && i < counts; ++i) {
    std::string name;
    std::uint64_t times = 0;
    in >> name >> times;
    totals.coverage.add(name, times);
  }
  for (std::size_t i = 0; in && i < findings; ++i) {
    std::size_t length = 0;
    in >> length;
    in.get();
    std::string finding(length, '\0');
    in.read(finding.data(), static_cast<std::streamsize>(length));
    totals.findings.push_back(finding);
  }
  return !in.fail();
}

struct Job {
  pid_t pid = -1;
  int pipe = -1;
};

Job begin_job(std::uint32_t number, std::uint64_t* notes,
              const std::function<Totals(std::uint32_t)>& work) {
  int ends[2];
  ROLLMILL_CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t pid = fork();
  ROLLMILL_CHECK(pid >= 0);
  if (pid > 0) {
    close(ends[1]);
    return {pid, ends[0]};
  }
  close(ends[0]);
  noted = notes + number;
  const std::string text = write_totals(work(number));
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(ends[1], text.data() + at, text.size() - at);
    if (written <= 0) std::_Exit(1);
    at += static_cast<std::size_t>(written);
  }
  std::_Exit(0);
}

std::string read_all(int from) {
  std::string text;
  char part[65536];
  for (ssize_t got = 0; (got = read(from, part, sizeof part)) > 0;) {
    text.append(part, static_cast<std::size_t>(got));
  }
  close(from);
  return text;
}

}  // namespace

void note_seed(std::uint64_t seed) {
  if (noted != nullptr) *noted = seed;
}

Totals in_jobs(std::uint32_t jobs, const std::function<Totals(std::uint32_t)>& work) {
  void* shared = mmap(nullptr, jobs * sizeof(std::uint64_t), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ROLLMILL_CHECK(shared != MAP_FAILED);
  auto* notes = static_cast<std::uint64_t*>(shared);
  std::vector<Job> running;
  for (std::uint32_t i = 0; i < jobs; ++i) running.push_back(begin_job(i, notes, work));
  Totals totals;
  for (std::uint32_t i = 0; i < jobs; ++i) {
    Totals part;
    const bool read = read_totals(read_all(running[i].pipe), part);
    int status = 0;
    waitpid(running[i].pid, &status, 0);
    if (read && status == 0) {
      totals.add(part);
    } else {
      totals.findings.push_back("seed " + std::to_string(notes[i]) +
                                ": the simulator itself died (wait status " +
                                std::to_string(status) + ")\n");
    }
  }
  munmap(shared, jobs * sizeof(std::uint64_t));
  return totals;
}

}  // namespace rollmill::sim
