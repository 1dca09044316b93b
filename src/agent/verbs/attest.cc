#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {

/// The process of each service, and that it was started with the pin (or without one) that the
/// configuration has now.
Trouble attest(Job& job) {
  Trouble first;
  const auto remember = [&](Trouble trouble) {
    if (!first) first = std::move(trouble);
  };
  remember(prove_pin(job, "gate.pinned"));
  for (const ServiceSettings& each : job.settings.services) {
    if (!job.args.service.empty() && each.service.name != job.args.service) continue;
    const Look seen = look_at_process(job, each.service.name);
    if (seen.kind == Look::Kind::Good)
      job.ok("gate.process-new", seen.text);
    else
      remember(job.fail("gate.process-new", seen.text, seen.kind == Look::Kind::NotYet));
  }
  return first;
}

}  // namespace rollmill::agent
