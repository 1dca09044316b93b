#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rollmill/agent/settings.h"
#include "rollmill/core/profile.h"
#include "rollmill/core/task.h"
#include "rollmill/ports/host.h"

namespace rollmill::agent {

/// Why a verb ends without success; nothing: it goes on, or has succeeded.
using Trouble = std::optional<core::TaskFailed>;

/// One look at something awaited.
struct Look {
  enum class Kind {
    Good,      ///< It is so; the text becomes the check's summary.
    NotYet,    ///< Look again; the text says what is waited for.
    Unproven,  ///< It cannot be found out, now or later; the text, a warning, says what is open.
    Bad,       ///< Waiting cannot help.
  };
  Kind kind = Kind::NotYet;
  std::string text;
};
inline Look good(std::string text) { return {Look::Kind::Good, std::move(text)}; }
inline Look not_yet(std::string text) { return {Look::Kind::NotYet, std::move(text)}; }
inline Look unproven(std::string text) { return {Look::Kind::Unproven, std::move(text)}; }
inline Look bad(std::string text) { return {Look::Kind::Bad, std::move(text)}; }

/// One run of one task: what a verb may use, what it has found so far, and how it waits.
/// Lives on the task thread. THREAD: task.
class Job {
 public:
  Job(const AgentSettings& settings, const HostPorts& host, const core::Task& task,
      ports::Waiting& waiting, base::TimePoint started_at);

  const AgentSettings& settings;
  const HostPorts& host;
  const core::Task& task;
  const core::TaskArgs& args;
  ports::Waiting& waiting;
  bool changed = false;  ///< The verb did something.
  std::vector<core::CheckResult> checks;
  std::map<std::string, std::string> details;  ///< Readings to add to the host's facts.

  /// @name Findings; ids and their codes come from the catalogue (core/checks.h)
  /// @{
  void ok(const char* id, std::string summary);
  void warn(const char* id, std::string summary);
  /// Notes a failed check that does not end the verb (Inspect).
  void note(const char* id, std::string summary);
  /// Notes a failed check and makes the trouble that ends the verb.
  Trouble fail(const char* id, std::string summary, bool retryable = false);
  /// The same with a code of its own.
  Trouble fail_as(const char* code, const char* id, std::string summary, bool retryable = false);
  /// Trouble without a check: the verb could not do its work.
  Trouble trouble(const char* code, std::string message, bool retryable = false) const;
  /// A reading that failed and may work the next time.
  Trouble unreadable(const char* what, const base::Error& error) const;
  /// @}

  /// Looks until it is good (then notes the check as ok), unproven (as a warning), bad, the soft
  /// limit comes, or the task is cancelled. Always looks at least once. While it waits it says so
  /// with the check's code.
  Trouble await(const char* id, const std::function<Look()>& look, bool retryable = true);
  /// The same until a time of its own; `late` decides what follows when the time is over.
  Trouble await_until(base::TimePoint until, const char* id, const std::function<Look()>& look,
                      const std::function<Trouble(const std::string& reason)>& late);
  /// Rests between two deeds; trouble when the task is cancelled or out of time.
  Trouble rest(base::Duration duration);

  base::TimePoint limit() const;       ///< When the task's time is over.
  base::TimePoint soft_limit() const;  ///< A little before, to end in an orderly way.
  base::Duration remaining() const;    ///< Until the soft limit, never negative.

  Trouble cancelled(const char* when = "while it waited") const;

  const ServiceSettings* service() const;  ///< Of args.service; null when the host has none such.
  bool is_conductor() const;               ///< The service's role holds work that a stop kills.
  bool serves_api() const;                 ///< The service's role stands behind the balancer.
  /// The task brings the older release back.
  bool goes_back() const { return args.to < args.from; }
  core::ReleaseNumber wanted_release() const;  ///< B when args.new_release, else A.
  std::string wanted_pin() const;              ///< A's number when args.pinned, else empty.
  const core::ReleaseQuirks& quirks(const core::ReleaseNumber& release) const;

 private:
  void add(const char* id, core::Verdict verdict, std::string summary);
  bool time_is_over() const;

  base::TimePoint started_at_;
};

const char* check_code(const char* id);  ///< From the catalogue; aborts on an unknown id.

}  // namespace rollmill::agent
