#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "agent/registry.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"

namespace rollmill::agent {
namespace {

using Node = ports::IronicApi::Node;

struct Recorded {
  std::string state;
  std::string name;
};
using Baseline = std::map<std::string, Recorded>;  ///< By uuid.

/// One for all upgrades: one that goes on where another was given up compares with the same.
constexpr const char* kBaseline = "baseline-nodes";

/// Which upgrade it belongs to; without a tab, so it is no node.
std::string headline(const Job& job) {
  return core::to_string(job.args.from) + " to " + core::to_string(job.args.to) + "\n";
}

/// What an upgrade that was given up has failed stays its doing.
std::string state_to_keep(const Node& node, const Baseline& before) {
  const auto found = before.find(node.uuid);
  const bool ours = is_failed_state(node.provision_state) && tells_of_take_over(node.last_error);
  return found != before.end() && ours ? found->second.state : node.provision_state;
}

/// One node a line: uuid, tab, provision state, tab, name.
std::string print_baseline(const Job& job, const std::vector<Node>& nodes, const Baseline& before) {
  std::string text = headline(job);
  for (const Node& node : nodes)
    text += node.uuid + "\t" + state_to_keep(node, before) + "\t" + label(node) + "\n";
  return text;
}

Baseline parse_baseline(const std::string& text) {
  Baseline baseline;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    baseline[line.substr(0, first)] = {line.substr(first + 1, second - first - 1),
                                       line.substr(second + 1)};
  }
  return baseline;
}

std::vector<std::string> missing_names(Baseline missing, const std::vector<Node>& nodes) {
  for (const Node& node : nodes) missing.erase(node.uuid);
  std::vector<std::string> names;
  for (const auto& [uuid, recorded] : missing) names.push_back(recorded.name);
  return names;
}

/// Told once: the new list is without them.
void tell_missing(Job& job, const Baseline& before, const std::vector<Node>& nodes) {
  const std::vector<std::string> names = missing_names(before, nodes);
  if (names.empty()) return;
  job.warn("verify.nodes-all-there", std::to_string(names.size()) +
                                         " nodes are gone since the upgrade began that was given "
                                         "up: " + join_some(names) + ".");
}

Trouble record(Job& job, const std::vector<Node>& nodes) {
  const auto old = job.host.machine.kept(kBaseline);
  if (!old) return job.unreadable("The list of nodes from before", old.error());
  const bool goes_on = old->has_value() && (*old)->starts_with(headline(job));
  const Baseline before = goes_on ? parse_baseline(**old) : Baseline{};
  tell_missing(job, before, nodes);
  if (const auto kept = job.host.machine.keep(kBaseline, print_baseline(job, nodes, before)); !kept)
    return job.trouble("READING_FAILED",
                       "The list of nodes cannot be kept: " + kept.error().message, true);
  job.changed = true;
  job.ok("survey.baseline", std::to_string(nodes.size()) + " nodes are recorded.");
  return {};
}

Trouble compare_presence(Job& job, const Baseline& baseline, const std::vector<Node>& nodes) {
  const std::vector<std::string> names = missing_names(baseline, nodes);
  if (!names.empty())
    return job.fail("verify.nodes-all-there",
                    std::to_string(names.size()) + " nodes of before the upgrade are gone: " +
                        join_some(names) + ". Find out who deleted them, then skip with that.");
  job.ok("verify.nodes-all-there",
         "All " + std::to_string(baseline.size()) + " nodes are still there.");
  return {};
}

/// Newly failed nodes: by take-over they are our doing, otherwise they are only told.
Trouble compare_failures(Job& job, const Baseline& baseline, const std::vector<Node>& nodes) {
  constexpr const char* kId = "verify.no-new-failures";
  std::vector<std::string> ours;
  std::vector<std::string> others;
  for (const Node& node : nodes) {
    if (!is_failed_state(node.provision_state)) continue;
    const auto before = baseline.find(node.uuid);
    if (before != baseline.end() && before->second.state == node.provision_state) continue;
    auto& list = tells_of_take_over(node.last_error) ? ours : others;
    list.push_back(label(node) + " (" + node.provision_state + ": " + node.last_error + ")");
  }
  if (!others.empty()) job.warn(kId, "Newly failed, not by a take-over: " + join_some(others));
  if (!ours.empty() && job.args.unpinned_rows)
    return job.fail(kId, "Failed by a take-over during the upgrade: " + join_some(ours) +
                             ". Bring these nodes back, then retry.");
  if (!ours.empty()) job.warn(kId, "Failed by a take-over so far: " + join_some(ours));
  if (ours.empty() && others.empty()) job.ok(kId, "No node failed meanwhile.");
  return {};
}

Trouble compare(Job& job, const std::vector<Node>& nodes) {
  const auto kept = job.host.machine.kept(kBaseline);
  if (!kept) return job.unreadable("The list of nodes from before", kept.error());
  if (!kept->has_value())
    return job.fail("survey.baseline", "The list of nodes from before the upgrade is not on " +
                                           job.settings.host.text + ".");
  const Baseline baseline = parse_baseline(**kept);
  if (Trouble gone = compare_presence(job, baseline, nodes)) return gone;
  if (Trouble failed = compare_failures(job, baseline, nodes)) return failed;
  if (job.args.unpinned_rows) return prove_rows_newest(job, "contract.rows-newest");
  return prove_rows_old(job, "gate.rows-old");
}

}  // namespace

Trouble survey(Job& job) {
  if (Trouble missing = need_deployment_api(job)) return missing;
  const auto nodes = job.host.deployment->nodes();
  if (!nodes) return job.unreadable("The list of nodes", nodes.error());
  return job.args.baseline ? record(job, *nodes) : compare(job, *nodes);
}

}  // namespace rollmill::agent
