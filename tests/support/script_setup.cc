#include "support/script_setup.h"

#include <charconv>
#include <functional>
#include <map>
#include <stdexcept>

namespace rollmill::test {
namespace {

using core::Deadlines;
using core::Policy;
using Words = std::istringstream;

base::Duration& deadline_named(Deadlines& deadlines, const std::string& name) {
  static const std::map<std::string, base::Duration Deadlines::*> members = {
      {"inspect", &Deadlines::inspect},       {"stage", &Deadlines::stage},
      {"install", &Deadlines::install},       {"schema", &Deadlines::schema},
      {"migrate", &Deadlines::migrate},       {"configure", &Deadlines::configure},
      {"quiet", &Deadlines::quiet},           {"stop", &Deadlines::stop},
      {"start", &Deadlines::start},           {"probe", &Deadlines::probe},
      {"agent_lost", &Deadlines::agent_lost}, {"approval", &Deadlines::approval},
  };
  const auto found = members.find(name);
  if (found == members.end()) not_understood("deadline " + name);
  return deadlines.*found->second;
}

void set_budget(Policy& policy, Words& in) {
  core::Budget& budget = policy.budgets[take_word(in)];
  budget.max_unavailable = take_number(in);
  budget.min_available = take_number(in);
}

void set_waiver(Policy& policy, Words& in) {
  const std::string check = take_word(in);
  policy.waived_checks[check] = take_rest(in);
}

const std::map<std::string, std::function<void(Policy&, Words&)>>& policy_words() {
  static const std::map<std::string, std::function<void(Policy&, Words&)>> words = {
      {"canary", [](Policy& p, Words& in) { p.canary = take_number(in); }},
      {"max_wave", [](Policy& p, Words& in) { p.max_wave = take_number(in); }},
      {"soak", [](Policy& p, Words& in) { p.soak = take_duration(in); }},
      {"attempts", [](Policy& p, Words& in) { p.max_attempts = take_number(in); }},
      {"tolerate",
       [](Policy& p, Words& in) {
         p.failures_tolerated = take_number(in);
         p.failures_tolerated_domain = take_number(in);
       }},
      {"on_failure",
       [](Policy& p, Words& in) {
         p.on_failure =
             take_word(in) == "rollback" ? core::OnFailure::Rollback : core::OnFailure::Pause;
       }},
      {"budget", set_budget},
      {"deadline",
       [](Policy& p, Words& in) {
         base::Duration& deadline = deadline_named(p.deadlines, take_word(in));
         deadline = take_duration(in);
       }},
      {"busy",
       [](Policy& p, Words& in) {
         p.busy = take_word(in) == "go_on" ? core::BusyPolicy::GoOn : core::BusyPolicy::Fail;
       }},
      {"waive", set_waiver},
      {"allow_unsupported_hop", [](Policy& p, Words&) { p.allow_unsupported_hop = true; }},
      {"backup",
       [](Policy& p, Words& in) {
         const std::string name = take_word(in);
         p.backup_reference = name == "none" ? "" : name;
       }},
  };
  return words;
}

/// Everything on the host is of this release; `pin` in the configuration and in the processes.
void bring_to(HostTwin& host, core::ReleaseNumber release, std::optional<core::ReleaseNumber> pin) {
  host.installed = release;
  host.pin = pin;
  host.drop_in = pin.has_value();
  for (ServiceTwin& service : host.services) {
    service.release = release;
    service.pin = pin;
    service.running = true;
  }
}

void add_finding(HostTwin& host, Words& in) {
  core::CheckResult finding;
  finding.id = take_word(in);
  finding.verdict = take_word(in) == "failed" ? core::Verdict::Failed : core::Verdict::Warning;
  finding.summary = take_rest(in);
  host.findings.push_back(finding);
}

}  // namespace

void not_understood(const std::string& what) {
  throw std::invalid_argument("scenario: \"" + what + "\" is not understood");
}

std::string take_word(Words& in) {
  std::string word;
  if (!(in >> word)) not_understood(in.str());
  return word;
}

std::uint32_t take_number(Words& in) {
  const std::string word = take_word(in);
  std::uint32_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [read_to, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc{} || read_to != end) not_understood("number " + word);
  return number;
}

base::Duration take_duration(Words& in) {
  const auto duration = base::parse_duration(take_word(in));
  if (!duration) not_understood(in.str());
  return *duration;
}

core::ReleaseNumber take_release(Words& in) {
  const auto release = core::parse_release_number(take_word(in));
  if (!release) not_understood(in.str());
  return *release;
}

std::string take_rest(Words& in) {
  std::string rest;
  std::getline(in >> std::ws, rest);
  return rest;
}

core::TaskOutcome take_failure(Words& in) {
  core::TaskFailed failure;
  failure.code = take_word(in);
  failure.message = take_rest(in);
  const std::string retryable = "retryable ";
  if (failure.message.rfind(retryable, 0) == 0) {
    failure.retryable = true;
    failure.message.erase(0, retryable.size());
  }
  return failure;
}

core::TaskOutcome take_refusal(Words& in) {
  std::string code = take_word(in);
  return core::TaskRefused{std::move(code), take_rest(in)};
}

core::TaskOutcome take_raw(Words& in) {
  const std::string what = take_word(in);
  if (what == "accepted") return core::TaskAccepted{};
  if (what == "ok") return core::TaskSucceeded{};
  if (what == "failed") return core::TaskFailed{"START_DIED", "it died", false, {}, {}};
  if (what == "refused") return core::TaskRefused{"STALE_EPOCH", "a lower epoch"};
  not_understood(in.str());
}

void set_policy(Policy& policy, Words& in) {
  const std::string word = take_word(in);
  const auto found = policy_words().find(word);
  if (found == policy_words().end()) not_understood("policy " + word);
  found->second(policy, in);
}

void set_host(HostTwin& host, core::ReleaseNumber from, core::ReleaseNumber to, Words& in) {
  const std::string word = take_word(in);
  if (word == "new") {
    host.before.clear();
    bring_to(host, to, take_word(in) == "pinned" ? std::optional(from) : std::nullopt);
  } else if (word == "newly") {
    host.pin = (take_word(in), take_release(in));
  } else if (word == "runs") {
    host.before = {host};
    bring_to(host, take_release(in), std::nullopt);
  } else if (word == "edited") {
    host.edited = true;
  } else if (word == "stopped") {
    for (ServiceTwin& service : host.services) service.running = false;
  } else if (word == "ahead") {
    host.clock_ahead = take_duration(in);
  } else if (word == "finds") {
    add_finding(host, in);
  } else if (word == "well") {
    host.edited = false;
    host.findings.clear();
    host.clock_ahead = {};
    for (ServiceTwin& service : host.services) service.running = true;
  } else if (word == "side_by_side" || word == "in_place") {
    host.side_by_side = word == "side_by_side";
  } else {
    not_understood("host " + word);
  }
}

}  // namespace rollmill::test
