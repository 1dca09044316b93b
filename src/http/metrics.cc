#include "http/metrics.h"

#include <array>
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

void print_state(Page& page, const core::UpgradeView& view) {
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
  for (const core::PhaseView& phase : view.phases) {
    page.sample({{"phase", phase.name}}, phase.name == view.current_phase ? 1 : 0);
  }
  page.family("upgrade_phase_seconds", "gauge", "Time spent in each phase.");
  for (const core::PhaseView& phase : view.phases) {
    page.sample({{"phase", phase.name}}, seconds(phase.elapsed.count()));
  }
  page.gauge("upgrade_goes_back", "1 while the newest upgrade goes back to the old release.",
             view.direction == "BACK" ? 1 : 0);
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

void print_probes(Page& page, const core::UpgradeView& view) {
  page.family("probe_requests_total", "counter", "Requests that the built-in prober sent.");
  for (const core::PhaseView& phase : view.phases) {
    page.sample({{"phase", phase.name}}, phase.probes_sent);
  }
  page.family("probe_failures_total", "counter", "Requests of the prober that failed.");
  for (const core::PhaseView& phase : view.phases) {
    page.sample({{"phase", phase.name}}, phase.probes_failed);
  }
  page.family("probe_longest_gap_seconds", "gauge", "Longest time between two answers of the API.");
  for (const core::PhaseView& phase : view.phases) {
    page.sample({{"phase", phase.name}}, seconds(phase.longest_gap.count()));
  }
}

}  // namespace

std::string print_metrics(const std::string& version, const ports::ControllerInfo& info,
                          const core::UpgradeView* newest) {
  Page page;
  print_controller(page, version, info);
  if (newest != nullptr) {
    print_state(page, *newest);
    print_blocked(page, *newest);
    print_fleet(page, *newest);
    print_probes(page, *newest);
  }
  return page.take();
}

}  // namespace rollmill::http
