#include <algorithm>
#include <set>
#include <string>

#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Staged = ports::ReleaseDriver::Staged;

Trouble prove_staged(Job& job, const Staged& staged) {
  const auto number = core::parse_release_number(staged.version);
  if (!number || *number != job.args.to || staged.digest.empty())
    return job.fail("stage.read-back", "\"" + staged.version + "\" is staged on " +
                                           job.settings.host.text + " instead of " +
                                           core::to_string(job.args.to) + ".");
  job.ok("stage.read-back", staged.version + " is staged, " + staged.digest + ".");
  if (job.goes_back()) return {};  // the older release runs unpinned
  const std::string pin = core::to_string(job.args.from);
  if (std::find(staged.pins.begin(), staged.pins.end(), pin) == staged.pins.end())
    return job.fail("stage.pin-accepted",
                    staged.version + " does not accept " + pin + " as pin_release_version.");
  job.ok("stage.pin-accepted", staged.version + " accepts the pin " + pin + ".");
  return {};
}

Trouble need_room(Job& job) {
  const auto room = job.host.machine.free_megabytes();
  if (!room) return job.unreadable("The free disk space", room.error());
  if (*room >= job.settings.min_free_mb) return {};
  return job.fail("preflight.disk-space",
                  "Only " + std::to_string(*room) + " MiB are free on " + job.settings.host.text +
                      ", " + std::to_string(job.settings.min_free_mb) + " are needed.");
}

/// Services of the host that have a process now.
base::Result<std::set<std::string>> running_services(Job& job) {
  std::set<std::string> running;
  for (const ServiceSettings& each : job.settings.services) {
    const auto status = job.host.services.status(each.service.name);
    if (!status) return status.error().with_context(each.service.name);
    if (status->main || !status->tree.empty()) running.insert(each.service.name);
  }
  return running;
}

Trouble refuse_running(Job& job, const std::set<std::string>& running) {
  if (job.host.release.side_by_side()) {
    job.ok("install.service-stopped", "The release lies beside the old one; nothing is disturbed.");
    return {};
  }
  if (!running.empty())
    return job.fail("install.service-stopped",
                    *running.begin() + " runs on " + job.settings.host.text +
                        " while its files would be replaced in place; it must be stopped first.");
  job.ok("install.service-stopped", "No service of the host runs.");
  return {};
}

Trouble prove_install(Job& job, const std::set<std::string>& running_before) {
  const auto installed = job.host.release.installed();
  if (!installed) return job.unreadable("The installed release", installed.error());
  if (installed->number != job.args.to || !installed->clean)
    return job.fail("install.read-back",
                    installed->version + " is installed on " + job.settings.host.text +
                        (installed->clean ? "" : ", incompletely,") + " instead of " +
                        core::to_string(job.args.to) + ".",
                    true);
  job.ok("install.read-back", installed->version + " is installed.");
  const auto running = running_services(job);
  if (!running) return job.unreadable("The state of the services", running.error());
  for (const std::string& name : *running)
    if (running_before.count(name) == 0)
      return job.fail("install.nothing-started", "The installation started " + name + " on " +
                                                     job.settings.host.text +
                                                     "; stop it, then retry.");
  job.ok("install.nothing-started", "The installation started nothing.");
  return {};
}

}  // namespace

Trouble stage(Job& job) {
  const auto there = job.host.release.staged(job.args.to);
  if (!there) return job.unreadable("The staged release", there.error());
  if (there->has_value()) return prove_staged(job, **there);
  if (Trouble full = need_room(job)) return full;
  const auto staged = job.host.release.stage(job.args.to);
  if (!staged)
    return job.fail("stage.read-back",
                    "Release " + core::to_string(job.args.to) + " could not be fetched on " +
                        job.settings.host.text + ": " + staged.error().message,
                    true);
  job.changed = true;
  return prove_staged(job, *staged);
}

Trouble finish_install(Job& job, const char* id) {
  const auto before = job.host.release.installed();
  if (!before) return job.unreadable("The installed release", before.error());
  if (before->left_over.empty()) return {};
  job.changed = true;
  const base::Status finished = job.host.release.finish_install();
  const auto after = job.host.release.installed();
  if (!after) return job.unreadable("The installed release", after.error());
  const std::string what =
      before->left_over + ", left on " + job.settings.host.text + " by an installation of ours, ";
  if (!after->left_over.empty())
    return job.fail(id,
                    what + "could not be taken away" +
                        (finished ? "" : " (" + finished.error().message + ")") +
                        ": no package may start a service until it is gone. Remove it, then retry.",
                    true);
  job.ok(id, what + "was taken away.");
  return {};
}

Trouble install(Job& job) {
  auto before = job.host.release.installed();
  if (!before) return job.unreadable("The installed release", before.error());
  if (before->number == job.args.to && before->clean && !before->left_over.empty()) {
    // dpkg may say that all is there while the installation of an earlier life still goes on.
    if (Trouble left = finish_install(job, "install.read-back")) return left;
    before = job.host.release.installed();
    if (!before) return job.unreadable("The installed release", before.error());
  }
  if (before->number == job.args.to && before->clean) {
    job.ok("install.read-back", before->version + " is installed already.");
    return {};
  }
  const auto running = running_services(job);
  if (!running) return job.unreadable("The state of the services", running.error());
  if (Trouble refused = refuse_running(job, *running)) return refused;
  job.changed = true;
  const auto installed = job.host.release.install(job.args.to);
  if (!installed)
    return job.fail("install.read-back",
                    "Release " + core::to_string(job.args.to) + " could not be installed on " +
                        job.settings.host.text + ": " + installed.error().message,
                    true);
  return prove_install(job, *running);
}

}  // namespace rollmill::agent
