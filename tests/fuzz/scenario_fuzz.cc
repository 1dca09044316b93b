#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "fuzz/target.h"
#include "support/script.h"

/// The text of a scenario: it is understood and played, or refused with one kind of exception; no
/// words bring the engine to break its own rules.
namespace rollmill::fuzz {
namespace {

constexpr std::size_t kMostInputs = 30;
constexpr std::size_t kMostText = 1200;

/// Numbers of more digits would only make fleets that take long to plan.
bool has_long_number(const std::string& text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 2) return true;
  }
  return false;
}

/// A scenario may let an agent say any code; what the catalogue says to that is no finding.
bool breaks_a_rule(const std::string& output) {
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("  BROKEN: ", 0) != 0) continue;
    if (line.find(": not in the catalogue") == std::string::npos &&
        line.find(": says too little") == std::string::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

void fuzz_one(const std::string& input) {
  if (input.size() > kMostText || has_long_number(input)) return;
  std::istringstream in(input);
  const test::Script script = test::read_script(in);
  if (script.inputs.size() > kMostInputs) return;
  try {
    const test::Played played = test::run_script(script);
    FUZZ_HOLDS(!breaks_a_rule(played.output));
  } catch (const std::invalid_argument&) {
    return;  // Said to be thrown for what is not understood.
  }
}

}  // namespace rollmill::fuzz
