#include <utility>

#include "agent/host_reading.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

Trouble run_verb(Job& job) {
  switch (job.task.verb) {
    case core::Verb::Inspect:
      return inspect(job);
    case core::Verb::Survey:
      return survey(job);
    case core::Verb::Stage:
      return stage(job);
    case core::Verb::Install:
      return install(job);
    case core::Verb::Expand:
      return expand(job);
    case core::Verb::Pin:
      return pin(job);
    case core::Verb::Drain:
      return drain(job);
    case core::Verb::Stop:
      return stop(job);
    case core::Verb::Start:
      return start(job);
    case core::Verb::Probe:
      return probe(job);
    case core::Verb::Enlist:
      return enlist(job);
    case core::Verb::Unpin:
      return unpin(job);
    case core::Verb::Migrate:
      return migrate(job);
    case core::Verb::Attest:
      return attest(job);
    case core::Verb::Restore:
      return restore(job);
  }
  return job.trouble("AGENT_FAULT", "This agent does not know the verb it was asked for.");
}

/// Verbs whose report feeds a judgement of the whole fleet.
bool is_for_judges(core::Verb verb) {
  return verb == core::Verb::Inspect || verb == core::Verb::Attest || verb == core::Verb::Survey;
}

core::HostFacts facts_after(Job& job) {
  const Reading reading = is_for_judges(job.task.verb) ? Reading::Deployment : Reading::Own;
  core::HostFacts facts = read_host(job.settings, job.host, reading);
  for (const auto& [key, value] : job.details) facts.details[key] = value;
  facts.read_at = job.waiting.now();
  return facts;
}

bool needs_service(core::Verb verb) {
  return verb == core::Verb::Drain || verb == core::Verb::Stop || verb == core::Verb::Start ||
         verb == core::Verb::Probe || verb == core::Verb::Enlist;
}

Trouble check_service(const Job& job) {
  if (job.args.service.empty() && !needs_service(job.task.verb)) return {};
  if (job.service() != nullptr) return {};
  return job.trouble("NO_SUCH_SERVICE", "The agent file of " + job.settings.host.text +
                                            " names no service \"" + job.args.service +
                                            "\"; add it there or correct the fleet file.");
}

}  // namespace

core::TaskOutcome give_up_task(Job& job, bool begun) {
  Trouble trouble = check_service(job);
  if (!trouble && job.task.verb == core::Verb::Stop) trouble = end_stop(job, begun);
  if (!trouble && job.task.verb == core::Verb::Install)
    trouble = finish_install(job, "install.read-back");
  if (!trouble) trouble = job.cancelled("before it went on");
  trouble->host = facts_after(job);
  return *std::move(trouble);
}

core::TaskOutcome run_task(Job& job) {
  Trouble trouble = check_service(job);
  if (!trouble) trouble = run_verb(job);
  core::HostFacts facts = facts_after(job);
  if (!trouble) return core::TaskSucceeded{job.changed, std::move(job.checks), std::move(facts)};
  trouble->checks = std::move(job.checks);
  trouble->host = std::move(facts);
  return *std::move(trouble);
}

}  // namespace rollmill::agent
