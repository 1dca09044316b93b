#include "sim/program/options.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <sstream>

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

template <typename Number>
std::optional<Number> read_number(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

Error wrong(const std::string& what) { return {ErrorCode::InvalidArgument, what}; }

/// Seeds that nobody has tried: they begin with the day, 20261122000000.
std::uint64_t first_of_today() {
  const std::time_t now = std::time(nullptr);
  std::tm day{};
  gmtime_r(&now, &day);
  const auto date = (day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday;
  return static_cast<std::uint64_t>(date) * 1'000'000;
}

std::vector<FaultKind> all_kinds() {
  std::vector<FaultKind> kinds;
  for (std::size_t i = 0; i < kFaultKinds; ++i) kinds.push_back(static_cast<FaultKind>(i));
  return kinds;
}

Result<std::vector<FaultKind>> read_kinds(const std::string& text) {
  if (text == "all") return all_kinds();
  std::vector<FaultKind> kinds;
  if (text == "none") return kinds;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto kind = parse_fault_kind(part);
    if (!kind) return wrong("there is no fault '" + part + "'");
    kinds.push_back(*kind);
  }
  return kinds;
}

/// One call of `read_options`.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {
    options_.kinds = all_kinds();
  }

  Result<Options> read() {
    while (at_ < arguments_.size()) {
      const Status taken = take(arguments_[at_++]);
      if (!taken.ok()) return taken.error();
    }
    return options_;
  }

 private:
  Status take(const std::string& name) {
    if (name == "--help" || name == "-h") return options_.task = Options::Task::Help, ok();
    if (name == "--same-fleet") return options_.same_fleet = true, ok();
    if (name == "--trace") return options_.trace = true, ok();
    if (name == "--until-found") return options_.until_found = true, ok();
    if (name == "--no-shrink") return options_.shrink = false, ok();
    if (name == "--shrink") return options_.shrink = true, ok();
    if (at_ == arguments_.size()) return wrong("'" + name + "' is no option, or lacks its value");
    return take_value(name, arguments_[at_++]);
  }

  Status take_value(const std::string& name, const std::string& value) {
    if (name == "--seeds") return take_seeds(value);
    if (name == "--seed") return take_seed(value);
    if (name == "--fresh") return take_fresh(value);
    if (name == "--jobs") return take_number(value, options_.jobs);
    if (name == "--minutes") return take_minutes(value);
    if (name == "--faults") return take_kinds(value);
    if (name == "--fault") return take_fault(value);
    options_.file = value;
    if (name == "--regressions") return options_.task = Options::Task::Regressions, ok();
    if (name == "--replay") return options_.task = Options::Task::Replay, ok();
    return wrong("there is no option '" + name + "'");
  }

  Status take_seeds(const std::string& value) {
    const std::size_t dots = value.find("..");
    const auto first = read_number<std::uint64_t>(value.substr(0, dots));
    const auto last = dots == std::string::npos
                          ? std::nullopt
                          : read_number<std::uint64_t>(value.substr(dots + 2));
    if (!first || !last || *first > *last) return wrong("--seeds wants FIRST..LAST");
    options_.task = Options::Task::Hunt;
    options_.first = *first;
    options_.last = *last;
    return ok();
  }

  Status take_seed(const std::string& value) {
    const auto seed = read_number<std::uint64_t>(value);
    if (!seed) return wrong("--seed wants a number");
    options_.task = Options::Task::One;
    options_.first = options_.last = *seed;
    return ok();
  }

  Status take_fresh(const std::string& value) {
    const auto count = read_number<std::uint64_t>(value);
    if (!count || *count == 0) return wrong("--fresh wants a number of seeds");
    options_.task = Options::Task::Hunt;
    options_.first = first_of_today();
    options_.last = options_.first + *count - 1;
    return ok();
  }

  Status take_minutes(const std::string& value) {
    options_.minutes = std::strtod(value.c_str(), nullptr);
    if (!(options_.minutes > 0)) return wrong("--minutes wants a number above 0");
    if (options_.task != Options::Task::Help) return ok();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    options_.task = Options::Task::Hunt;
    options_.first = static_cast<std::uint64_t>(now / std::chrono::milliseconds{1});
    options_.last = UINT64_MAX;
    return ok();
  }

  template <typename Number>
  Status take_number(const std::string& value, Number& into) {
    const auto number = read_number<Number>(value);
    if (!number || *number == 0) return wrong("'" + value + "' is no number above 0");
    into = *number;
    return ok();
  }

  Status take_kinds(const std::string& value) {
    auto kinds = read_kinds(value);
    if (!kinds.ok()) return kinds.error();
    options_.kinds = std::move(*kinds);
    return ok();
  }

  Status take_fault(const std::string& value) {
    options_.own_faults = true;
    if (value == "none") return ok();
    const auto fault = read_fault(value);
    if (!fault.ok()) return fault.error();
    options_.faults.push_back(*fault);
    return ok();
  }

  static Status ok() { return base::success(); }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  Options options_;
};

}  // namespace

const char* const kUsage =
    R"(usage: rollmill-sim --seeds FIRST..LAST [--jobs N] [--minutes M] [--faults LIST|all|none]
       rollmill-sim --fresh COUNT ...        seeds that begin with today's date
       rollmill-sim --minutes M [--jobs N]   seeds from the clock, for M minutes of CPU time
       rollmill-sim --seed S [--trace] [--fault 'KIND when=N ...']...
       rollmill-sim --regressions FILE
       rollmill-sim --replay JOURNAL         a journal of rollmilld through engine and checks

Each seed is a whole run of controller, agents, network, disks and an Ironic in one thread and on
virtual time. The same seed is the same run on every machine. A seed that breaks a promise is
printed with the line that runs it again, and its faults are shrunk to those that are needed.

  --trace        a line for each thing that happens
  --fault F      these faults instead of drawn ones ('none': no fault); may be repeated
  --no-shrink    leave the faults of a failing seed as they are
  --until-found  stop at the first seed that breaks a promise
  --same-fleet   always the fleet of twelve hosts: for measuring

Exit code: 0 all promises held, 1 one was broken, 2 the command line is wrong.
)";

Result<Options> read_options(const std::vector<std::string>& arguments) {
  return Reader(arguments).read();
}

Result<Fault> read_fault(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  words >> word;
  const auto kind = parse_fault_kind(word);
  if (!kind) return wrong("there is no fault '" + word + "'");
  Fault fault;
  fault.kind = *kind;
  while (words >> word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto value = equals == std::string::npos
                           ? std::nullopt
                           : read_number<std::int64_t>(word.substr(equals + 1));
    if (!value) return wrong("'" + word + "' of the fault is not NAME=NUMBER");
    if (name == "amount") {
      fault.amount = *value;
      continue;
    }
    std::uint32_t* member = name == "when"      ? &fault.when
                            : name == "delay"   ? &fault.delay
                            : name == "host"    ? &fault.host
                            : name == "variant" ? &fault.variant
                                                : nullptr;
    if (member == nullptr) return wrong("a fault has no '" + name + "'");
    *member = static_cast<std::uint32_t>(*value);
  }
  return fault;
}

}  // namespace rollmill::sim
