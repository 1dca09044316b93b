#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <set>

#include "cli/command/context.h"
#include "cli/render/status.h"
#include "codec/json/writer.h"

namespace rollmill::cli {
namespace {

/// One thing that was looked at.
struct Finding {
  bool ok = true;
  std::string what;
  std::string cure;  ///< What to do; empty when all is well.
};
using Findings = std::vector<Finding>;
using Hosts = std::vector<ports::FleetHostView>;

/// A reading is as old as the last change on its host, so its age says nothing. But an idle agent
/// reads its host shortly before it connects, and no agent reads in the future.
constexpr base::Duration kOldReading{std::chrono::seconds{60}};
constexpr base::Duration kFutureReading{std::chrono::seconds{5}};

bool clock_differs(const ports::FleetHostView& host, base::TimePoint now, bool idle) {
  if (!host.connected || host.facts.read_at == base::TimePoint{}) return false;
  return host.facts.read_at > now + kFutureReading ||
         (idle && host.facts.read_at < host.since - kOldReading);
}

std::string join(const std::set<std::string>& words) {
  constexpr std::size_t kShown = 10;
  std::string text;
  std::size_t count = 0;
  for (const std::string& word : words) {
    if (count++ == kShown) return text + " and " + std::to_string(words.size() - kShown) + " more";
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

/// The names of the hosts for which `wrong` holds.
template <typename Wrong>
std::set<std::string> hosts_where(const Hosts& hosts, const Wrong& wrong) {
  std::set<std::string> names;
  for (const ports::FleetHostView& host : hosts) {
    if (wrong(host)) names.insert(host.name);
  }
  return names;
}

Finding judge(const std::set<std::string>& bad, const std::string& good, const std::string& wrong,
              const std::string& cure) {
  if (bad.empty()) return {true, good, ""};
  return {false, wrong + ": " + join(bad), cure};
}

Findings look_at_controller(const Context& context, const ports::ControllerInfo& info) {
  Findings findings;
  findings.push_back({true,
                      "the controller answers at " + context.line.connect.server + ", version " +
                          info.version + ", fleet " + info.fleet + ", epoch " +
                          std::to_string(info.epoch),
                      ""});
  findings.push_back({info.ready, info.ready ? "it is ready" : "it is not ready yet",
                      info.ready ? "" : "wait for the journal to be replayed; see its log"});
  const bool same = info.version == context.doors.version;
  findings.push_back(
      {same,
       same ? "this program and the controller are of one version"
            : "this program is " + context.doors.version + ", the controller is " + info.version,
       same ? "" : "install the same version of both"});
  return findings;
}

/// `idle`: no upgrade is under way.
Findings look_at_hosts(const Context& context, const ports::ControllerInfo& info,
                       const Hosts& hosts, bool idle) {
  const base::TimePoint now = context.console.now();
  Findings findings;
  findings.push_back(judge(hosts_where(hosts, [](const auto& host) { return !host.connected; }),
                           "all " + std::to_string(hosts.size()) + " agents are connected",
                           "agents are missing",
                           "start rollmill-agent there; its log says why it does not come"));
  findings.push_back(judge(
      hosts_where(
          hosts,
          [&](const auto& host) { return host.connected && host.agent_version != info.version; }),
      "all agents are of the controller's version", "agents of another version than the controller",
      "install version " + info.version + " there"));
  findings.push_back(
      judge(hosts_where(hosts, [&](const auto& host) { return clock_differs(host, now, idle); }),
            "clocks agree", "clocks differ",
            "look at the time service there, and on this machine: chronyc tracking"));
  return findings;
}

bool has_pin(const ports::FleetHostView& host) {
  return std::any_of(host.facts.services.begin(), host.facts.services.end(),
                     [](const core::ServiceFacts& service) { return !service.pin.empty(); });
}

Findings look_at_upgrade(const Hosts& hosts, const base::Result<core::UpgradeView>& newest) {
  Findings findings;
  const bool running = newest.ok() && !has_ended(*newest);
  if (!newest.ok() && newest.error().code != base::ErrorCode::NotFound) {
    findings.push_back({false, newest.error().message, "ask again"});
  } else if (!running) {
    findings.push_back({true, "no upgrade is under way", ""});
  } else if (needs_person(*newest) && newest->blocked) {
    findings.push_back(
        {false,
         "upgrade " + newest->id + " is blocked: " + newest->blocked->code + ": " +
             newest->blocked->reason,
         newest->blocked->command.empty() ? newest->blocked->who : newest->blocked->command});
  } else {
    findings.push_back({true, "upgrade " + newest->id + " is " + newest->state, ""});
  }
  if (running) return findings;
  findings.push_back(judge(hosts_where(hosts, has_pin), "no host is pinned",
                           "pins are left although no upgrade is under way",
                           "look for pin_release_version there; start the upgrade again, which "
                           "takes over from what is"));
  return findings;
}

void print(const Context& context, const Findings& findings) {
  const Style style = style_of(context);
  for (const Finding& finding : findings) {
    context.console.out << (finding.ok ? paint(style, Paint::Green, "ok     ")
                                       : paint(style, Paint::Red, "problem"))
                        << "  " << finding.what << '\n';
    if (!finding.cure.empty()) context.console.out << "         do: " << finding.cure << '\n';
  }
}

void print_json(const Context& context, const Findings& findings) {
  codec::JsonWriter writer(context.line.format == Format::Json ? codec::JsonStyle::Indented
                                                               : codec::JsonStyle::Compact);
  writer.begin_array();
  for (const Finding& finding : findings) {
    writer.begin_object();
    writer.key("ok");
    writer.boolean(finding.ok);
    writer.key("what");
    writer.string(finding.what);
    writer.key("do");
    writer.string(finding.cure);
    writer.end_object();
  }
  writer.end_array();
  context.console.out << writer.take() << '\n';
}

void append(Findings& to, Findings more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

ExitCode run_doctor(const Context& context) {
  const auto info = context.client.info();
  if (!info.ok()) return fail(context, info.error());
  Findings findings = look_at_controller(context, *info);
  const auto hosts = context.client.hosts();
  if (!hosts.ok()) return fail(context, hosts.error());
  const auto newest = context.client.get({}, core::Detail::Summary);
  append(findings, look_at_hosts(context, *info, *hosts, !newest.ok() || has_ended(*newest)));
  append(findings, look_at_upgrade(*hosts, newest));
  if (context.line.format == Format::Table) {
    print(context, findings);
  } else {
    print_json(context, findings);
  }
  const bool well = std::all_of(findings.begin(), findings.end(),
                                [](const Finding& finding) { return finding.ok; });
  return well ? ExitCode::Ok : ExitCode::Blocked;
}

}  // namespace rollmill::cli
