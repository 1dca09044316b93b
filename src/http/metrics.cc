#include "http/metrics.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace rollmill::http {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

std::string escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

/// Milliseconds as seconds, without the rounding of floating point.
std::string seconds(std::int64_t milliseconds) {
  std::string fraction = std::to_string(milliseconds % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(milliseconds / 1000) + "." + fraction;
}

/// Writes families of samples; each begins with its help and type.
class Page {
 public:
  void family(const std::string& name, const char* type, const char* help) {
    name_ = "rollmill_" + name;
    text_ += "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + type + "\n";
  }
  void sample(const Labels& labels, const std::string& value) {
    text_ += name_;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      text_ += (i == 0 ? "{" : ",") + labels[i].first + "=\"" + escape(labels[i].second) + "\"";
    }
    text_ += (labels.empty() ? " " : "} ") + value + "\n";
  }
  void sample(const Labels& labels, std::uint64_t value) { sample(labels, std::to_string(value)); }
  void gauge(const std::string& name, const char* help, std::uint64_t value) {
    family(name, "gauge", help);
    sample({}, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string name_;
  std::string text_;
};

void print_controller(Page& page, const std::string& version, const ports::ControllerInfo& info) {
  page.family("build_info", "gauge", "Version of the controller.");
  page.sample({{"version", version}}, 1);
  page.gauge("ready", "1 when the journal is replayed and the loop runs.", info.ready ? 1 : 0);
  page.gauge("epoch", "The controller's term.", info.epoch);
  page.gauge("last_sequence", "Sequence of the last fact in the journal.", info.last_sequence);
  page.gauge("hosts", "Hosts in the fleet.", info.hosts);
  page.gauge("hosts_connected", "Hosts whose agent is connected.", info.hosts_connected);
}

/// A phase in one direction, over all legs: a leg that finds its way has two preflights, and a
/// counter must not begin again when the upgrade turns round.
struct PhaseSum {
  Labels labels;
  bool current = false;
  base::Duration elapsed{};
  std::uint64_t probes_sent = 0;
  std::uint64_t probes_failed = 0;
  base::Duration longest_gap{};
};

void add_phase(std::vector<PhaseSum>& sums, const core::PhaseView& phase, bool current) {
  const Labels labels = {{"phase", phase.name}, {"direction", phase.direction}};
  auto sum = std::find_if(sums.begin(), sums.end(),
                          [&](const PhaseSum& each) { return each.labels == labels; });
  if (sum == sums.end()) sum = sums.insert(sum, PhaseSum{.labels = labels});
  sum->current = sum->current || current;
  sum->elapsed += phase.elapsed;
  sum->probes_sent += phase.probes_sent;
  sum->probes_failed += phase.probes_failed;
  sum->longest_gap = std::max(sum->longest_gap, phase.longest_gap);
}

std::vector<PhaseSum> sum_phases(const core::UpgradeView& view) {
  std::vector<PhaseSum> sums;
  for (const core::PhaseView& phase : view.past_phases) add_phase(sums, phase, false);
  for (const core::PhaseView& phase : view.phases) {
    add_phase(sums, phase, phase.name == view.current_phase);
  }
  return sums;
}

void print_state(Page& page, const core::UpgradeView& view, const std::vector<PhaseSum>& phases) {
  page.family("upgrade_info", "gauge", "The newest upgrade.");
  page.sample({{"upgrade", view.id}, {"fleet", view.fleet}, {"from", view.from}, {"to", view.to}},
              1);
  page.family("upgrade_state", "gauge", "1 for the state of the newest upgrade.");
  for (const core::UpgradeState state :
       {core::UpgradeState::Planned, core::UpgradeState::Running, core::UpgradeState::Paused,
        core::UpgradeState::Succeeded, core::UpgradeState::Aborted,
        core::UpgradeState::RolledBack}) {
    const std::string name = core::to_string(state);
    page.sample({{"state", name}}, name == view.state ? 1 : 0);
  }
  page.family("upgrade_phase", "gauge", "1 for the phase that the newest upgrade is in.");
  for (const PhaseSum& phase : phases) page.sample(phase.labels, phase.current ? 1 : 0);
  page.family("upgrade_phase_seconds", "gauge", "Time spent in each phase.");
  for (const PhaseSum& phase : phases) page.sample(phase.labels, seconds(phase.elapsed.count()));
  page.gauge("upgrade_goes_back", "1 while the newest upgrade goes back to the old release.",
             view.direction == "BACK" && !has_ended(view) ? 1 : 0);
  page.gauge("upgrade_reversible", "1 while the newest upgrade can be taken back.",
             view.reversible ? 1 : 0);
  page.family("upgrade_elapsed_seconds", "gauge", "Since the newest upgrade was started.");
  page.sample({}, seconds(view.elapsed.count()));
}

/// "operator: read its log" without what they have to do: an alert asks only for whom.
std::string first_word(const std::string& who) { return who.substr(0, who.find_first_of(":, ")); }

void print_blocked(Page& page, const core::UpgradeView& view) {
  page.family("upgrade_blocked", "gauge",
              "1 while something waits, with its code and who can clear it.");
  if (view.blocked) {
    page.sample({{"code", view.blocked->code}, {"who", first_word(view.blocked->who)}}, 1);
  }
  page.family("upgrade_blocked_since_timestamp_seconds", "gauge",
              "Since when it waits; 0 when nothing does.");
  page.sample({}, view.blocked ? seconds(view.blocked->since.time_since_epoch().count()) : "0");
  page.gauge("upgrade_failures", "Services that have failed and not been cured.", view.failures);
  page.gauge("upgrade_failures_tolerated", "Failures that the policy tolerates.",
             view.failures_tolerated);
}

void print_fleet(Page& page, const core::UpgradeView& view) {
  std::uint64_t pinned = 0;
  std::map<std::string, std::uint64_t> releases;
  for (const core::HostView& host : view.hosts) {
    if (!host.pin.empty()) ++pinned;
    ++releases[host.release.empty() ? "?" : host.release];
  }
  page.gauge("pinned_hosts", "Hosts on which a pin is in force.", pinned);
  page.family("hosts_of_release", "gauge", "Hosts by the release that runs there.");
  for (const auto& [release, count] : releases) page.sample({{"release", release}}, count);
}

void print_probes(Page& page, const std::vector<PhaseSum>& phases) {
  page.family("probe_requests_total", "counter", "Requests that the built-in prober sent.");
  for (const PhaseSum& phase : phases) page.sample(phase.labels, phase.probes_sent);
  page.family("probe_failures_total", "counter", "Requests of the prober that failed.");
  for (const PhaseSum& phase : phases) page.sample(phase.labels, phase.probes_failed);
  page.family("probe_longest_gap_seconds", "gauge", "Longest time between two answers of the API.");
  for (const PhaseSum& phase : phases) {
    page.sample(phase.labels, seconds(phase.longest_gap.count()));
  }
}

}  // namespace

std::string print_metrics(const std::string& version, const ports::ControllerInfo& info,
                          const core::UpgradeView* newest) {
  Page page;
  print_controller(page, version, info);
  if (newest != nullptr) {
    const std::vector<PhaseSum> phases = sum_phases(*newest);
    print_state(page, *newest, phases);
    print_blocked(page, *newest);
    print_fleet(page, *newest);
    print_probes(page, phases);
  }
  return page.take();
}

}  // namespace rollmill::http
