#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rollmill/base/result.h"
#include "sim/faults/fault.h"

namespace rollmill::sim {

/// What the command line of rollmill-sim asks for.
struct Options {
  enum class Task { Hunt, One, Regressions, Replay, Help };
  Task task = Task::Help;
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::uint32_t jobs = 1;
  double minutes = 0;            ///< Of CPU time, of all jobs together; 0: to the last seed.
  std::vector<FaultKind> kinds;  ///< That may be drawn.
  bool same_fleet = false;
  bool trace = false;
  bool shrink = true;
  bool until_found = false;  ///< The first finding ends the hunt.
  bool own_faults = false;   ///< `faults` instead of drawn ones.
  std::vector<Fault> faults;
  std::string file;  ///< Of regressions, or a journal.
};

/// Reads the arguments after the program's name; the error says which one is wrong.
base::Result<Options> read_options(const std::vector<std::string>& arguments);

/// "kill-controller when=120 ..." as `to_string(Fault)` writes it.
base::Result<Fault> read_fault(const std::string& text);

extern const char* const kUsage;

}  // namespace rollmill::sim
