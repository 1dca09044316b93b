#include "config/agent_config.h"
#include "config/controller_config.h"
#include "config/fleet_file.h"
#include "config/policy_file.h"
#include "fuzz/target.h"

/// Every file that people write. The first byte says which: a(gent), c(ontroller), f(leet),
/// p(olicy); the text follows.
namespace rollmill::fuzz {
namespace {

constexpr const char* kFile = "fuzz.json";

/// What is wrong is told with its place, so that a person finds it.
void check_error(const base::Error& error) {
  FUZZ_HOLDS(error.code == base::ErrorCode::InvalidArgument);
  FUZZ_HOLDS(error.message.rfind(std::string(kFile) + ":", 0) == 0);
  FUZZ_HOLDS(error.message.size() > std::string(kFile).size() + 4);
}

/// The same text means the same, and what a reader passes over changes nothing.
template <typename Parse>
void check(Parse parse, const std::string& text) {
  const auto first = parse(text, kFile);
  if (!first) check_error(first.error());
  const auto again = parse(text + "\n// the end\n", kFile);
  FUZZ_HOLDS(first.ok() == again.ok());
  if (first) FUZZ_HOLDS(*first == *again);
}

void check_fleet(const core::Fleet& fleet) {
  std::size_t schema_hosts = 0;
  for (const core::Host& host : fleet.hosts) {
    FUZZ_HOLDS(!host.name.text.empty());
    if (host.schema) ++schema_hosts;
  }
  FUZZ_HOLDS(schema_hosts == 1);
}

}  // namespace

void fuzz_one(const std::string& input) {
  if (input.empty()) return;
  const std::string text = input.substr(1);
  switch (input[0]) {
    case 'a':
      return check(config::parse_agent_config, text);
    case 'c':
      return check(config::parse_controller_config, text);
    case 'p':
      return check(config::parse_policy, text);
    case 'f':
      check(config::parse_fleet, text);
      if (const auto fleet = config::parse_fleet(text, kFile)) check_fleet(*fleet);
      return;
    default:
      return;
  }
}

}  // namespace rollmill::fuzz
