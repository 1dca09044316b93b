#include "agent/verbs/job.h"

#include <algorithm>
#include <utility>

#include "rollmill/base/check.h"
#include "rollmill/core/checks.h"

namespace rollmill::agent {

using core::Verdict;

namespace {

constexpr base::Duration kEndMargin = std::chrono::seconds{10};
constexpr int kLookShare = 4;  ///< Rests are at least so many times as long as the looks.

}  // namespace

const char* check_code(const char* id) {
  const core::CheckInfo* info = core::find_check(id);
  ROLLMILL_CHECK(info != nullptr);
  return info->blocked_code;
}

Job::Job(const AgentSettings& the_settings, const HostPorts& the_host, const core::Task& the_task,
         ports::Waiting& the_waiting, base::TimePoint started_at)
    : settings(the_settings),
      host(the_host),
      task(the_task),
      args(the_task.args),
      waiting(the_waiting),
      started_at_(started_at) {}

void Job::ok(const char* id, std::string summary) { add(id, Verdict::Ok, std::move(summary)); }

void Job::warn(const char* id, std::string summary) {
  add(id, Verdict::Warning, std::move(summary));
}

void Job::note(const char* id, std::string summary) {
  add(id, Verdict::Failed, std::move(summary));
}

void Job::add(const char* id, Verdict verdict, std::string summary) {
  waiting.say(std::string(core::to_string(verdict)) + " " + id + ": " + summary);
  checks.push_back({id, verdict, std::move(summary)});
}

Trouble Job::fail(const char* id, std::string summary, bool retryable) {
  return fail_as(check_code(id), id, std::move(summary), retryable);
}

Trouble Job::fail_as(const char* code, const char* id, std::string summary, bool retryable) {
  note(id, summary);
  return trouble(code, std::move(summary), retryable);
}

Trouble Job::trouble(const char* code, std::string message, bool retryable) const {
  return core::TaskFailed{code, std::move(message), retryable, {}, {}};
}

Trouble Job::unreadable(const char* what, const base::Error& error) const {
  return trouble(
      "READING_FAILED",
      std::string(what) + " of " + settings.host.text + " cannot be read: " + error.message, true);
}

Trouble Job::await(const char* id, const std::function<Look()>& look, bool retryable) {
  return await_until(soft_limit(), id, look,
                     [&](const std::string& reason) { return fail(id, reason, retryable); });
}

Trouble Job::await_until(base::TimePoint until, const char* id, const std::function<Look()>& look,
                         const std::function<Trouble(const std::string& reason)>& late) {
  for (;;) {
    const base::TimePoint before = waiting.now();
    const Look seen = look();
    if (seen.kind != Look::Kind::NotYet) waiting.waits("", "");
    switch (seen.kind) {
      case Look::Kind::Good:
        ok(id, seen.text);
        return {};
      case Look::Kind::Unproven:
        warn(id, seen.text);
        return {};
      case Look::Kind::Bad:
        return fail(id, seen.text);
      case Look::Kind::NotYet:
        break;
    }
    waiting.waits(check_code(id), seen.text);
    // A look that takes long, as over many nodes, is made more rarely.
    const base::Duration rest = std::max(settings.poll, kLookShare * (waiting.now() - before));
    const bool over = waiting.now() + rest > until;
    if (over || !waiting.pause(rest)) {
      waiting.waits("", "");
      return over || time_is_over() ? late(seen.text) : cancelled();
    }
  }
}

Trouble Job::rest(base::Duration duration) {
  if (waiting.pause(duration)) return {};
  if (!time_is_over()) return cancelled();
  return trouble("TIME_LIMIT", "The time limit of " + base::format_duration(task.time_limit) +
                                   " was over before " + core::to_string(task.verb) +
                                   " had ended on " + settings.host.text + ".");
}

Trouble Job::cancelled(const char* when) const {
  return trouble("CANCELLED", std::string(core::to_string(task.verb)) + " on " +
                                  settings.host.text + " was cancelled " + when + ".");
}

bool Job::time_is_over() const { return waiting.now() >= limit(); }

base::TimePoint Job::limit() const { return started_at_ + task.time_limit; }

base::TimePoint Job::soft_limit() const {
  return limit() - std::min(kEndMargin, task.time_limit / 10);
}

base::Duration Job::remaining() const {
  return std::max(base::Duration{0}, soft_limit() - waiting.now());
}

const ServiceSettings* Job::service() const {
  for (const ServiceSettings& each : settings.services)
    if (each.service.name == args.service) return &each;
  return nullptr;
}

bool Job::is_conductor() const {
  const ServiceSettings* found = service();
  if (found == nullptr) return false;
  const core::RoleInfo* role = core::find_role(host.profile, found->service.role);
  return role != nullptr && role->drains_work;
}

bool Job::serves_api() const {
  const ServiceSettings* found = service();
  if (found == nullptr) return false;
  const core::RoleInfo* role = core::find_role(host.profile, found->service.role);
  return role != nullptr && role->serves_api;
}

core::ReleaseNumber Job::wanted_release() const { return args.new_release ? args.to : args.from; }

std::string Job::wanted_pin() const {
  return args.pinned ? core::to_string(args.from) : std::string();
}

const core::ReleaseQuirks& Job::quirks(const core::ReleaseNumber& release) const {
  static const core::ReleaseQuirks kUsual;
  const core::ReleaseInfo* info = core::find_release(host.profile, release);
  return info == nullptr ? kUsual : info->quirks;
}

}  // namespace rollmill::agent
