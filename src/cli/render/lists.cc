#include "cli/render/lists.h"

#include <algorithm>

namespace rollmill::cli {
namespace {

std::string join(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text.empty() ? "-" : text;
}

std::vector<std::string> host_row(const ports::FleetHostView& host, base::TimePoint now) {
  std::vector<std::string> services;
  std::vector<std::string> releases;
  std::vector<std::string> pins;
  for (const core::Service& service : host.services) services.push_back(service.name);
  for (const core::ServiceFacts& facts : host.facts.services) {
    releases.push_back(!facts.running ? "stopped" : facts.release.empty() ? "?" : facts.release);
    if (!facts.pin.empty()) pins.push_back(facts.pin);
  }
  if (host.schema) services.emplace_back("(schema)");
  const auto since = std::max(now - host.since, base::Duration{0});
  const std::string agent =
      host.since == base::TimePoint{}
          ? "never seen"
          : std::string(host.connected ? "connected " : "away ") +
                base::format_duration(std::chrono::floor<std::chrono::seconds>(since));
  return {host.name,
          join(services, ","),
          join(releases, ","),
          join(pins, ","),
          host.facts.installed_release.empty() ? "-" : host.facts.installed_release,
          host.agent_version.empty() ? "-" : host.agent_version,
          agent};
}

}  // namespace

std::vector<std::string> render_upgrades(const std::vector<core::UpgradeView>& views,
                                         const Style& style) {
  if (views.empty()) return {"No upgrade yet. Begin with: rollmill plan --to RELEASE"};
  Grid grid{{"UPGRADE", "STATE", "FROM", "TO", "PHASE", "STARTED", "TOOK", "BY"}, {}, 1, {}};
  for (const core::UpgradeView& view : views) {
    grid.rows.push_back({view.id, view.state, view.from, view.to,
                         view.current_phase.empty() ? "-" : view.current_phase,
                         base::format_time(view.created_at), base::format_duration(view.elapsed),
                         view.created_by});
    grid.paints.push_back(view.state == "SUCCEEDED" ? Paint::Green
                          : view.state == "RUNNING" ? Paint::Bold
                                                    : Paint::Yellow);
  }
  return print_grid(style, grid, "");
}

std::vector<std::string> render_hosts(const std::vector<ports::FleetHostView>& hosts,
                                      base::TimePoint now, const Style& style) {
  Grid grid{{"HOST", "SERVICES", "RUNNING", "PIN", "INSTALLED", "AGENT", "LINK"}, {}, 6, {}};
  for (const ports::FleetHostView& host : hosts) {
    grid.rows.push_back(host_row(host, now));
    grid.paints.push_back(host.connected ? Paint::Green : Paint::Red);
  }
  return print_grid(style, grid, "");
}

}  // namespace rollmill::cli
