#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "agent/host_reading.h"
#include "agent/verbs/proofs.h"
#include "agent/verbs/verbs.h"
#include "rollmill/core/checks.h"

namespace rollmill::agent {
namespace {

using DropIn = ports::ConfigDriver::DropIn;
using Settings = std::vector<ports::Setting>;

constexpr const char* kPinKey = "pin_release_version";
constexpr base::Duration kKillMargin = std::chrono::seconds{30};

bool is_pin(const ports::Setting& setting) {
  return setting.section == "DEFAULT" && setting.key == kPinKey;
}

std::string seconds(base::Duration duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count());
}

/// A longer grace helps only a release that ends as soon as it is idle; the others would sit
/// through the whole of it at every stop, with nothing left to do and their port open.
bool ends_when_idle(const Job& job) {
  return job.quirks(job.args.to).stop_manner == core::StopManner::EndsWhenIdle;
}

bool is_drained(const Job& job, const ServiceSettings& service) {
  const core::RoleInfo* role = core::find_role(job.host.profile, service.service.role);
  return role != nullptr && role->drains_work;
}

bool drains_work(const Job& job) {
  return std::any_of(job.settings.services.begin(), job.settings.services.end(),
                     [&](const ServiceSettings& each) { return is_drained(job, each); });
}

/// What a conductor waits for the rings of the APIs, raised; a repeat finds its own value and keeps
/// it. Nothing where no conductor runs, and when the operator's value is no number: Ironic refuses
/// that by itself.
base::Result<std::optional<std::string>> longer_ring_wait(const Job& job, const DropIn& there) {
  if (!drains_work(job)) return std::optional<std::string>{};
  for (const ports::Setting& each : there.settings)
    if (each.section == "DEFAULT" && each.key == kRingResetKey) return std::optional{each.value};
  const auto value = job.host.config.effective("DEFAULT", kRingResetKey);
  if (!value) return value.error();
  const std::string text = value->value_or(kRingResetDefault);
  int now = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), now);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || now < 0)
    return std::optional<std::string>{};
  return std::optional{std::to_string(now + core::kRingMarginSeconds)};
}

Settings wanted_settings(const Job& job, const std::optional<std::string>& ring_wait) {
  Settings settings{{"DEFAULT", kPinKey, core::to_string(job.args.from)}};  // the pin is first
  if (job.args.window_drain > base::Duration{0} && ends_when_idle(job)) {
    const std::string drain = seconds(job.args.window_drain);
    settings.push_back({"DEFAULT", "graceful_shutdown_timeout", drain});
    settings.push_back({"DEFAULT", "drain_shutdown_timeout", drain});
    if (ring_wait) settings.push_back({"DEFAULT", kRingResetKey, *ring_wait});
    settings.push_back({"conductor", "graceful_shutdown_timeout", drain});
  }
  if (job.args.window_heartbeat > base::Duration{0})
    settings.push_back({"conductor", "heartbeat_timeout", seconds(job.args.window_heartbeat)});
  return settings;
}

Trouble refuse_edited(Job& job, const DropIn& drop_in) {
  if (!drop_in.foreign_edit) return {};
  return job.fail("preflight.drop-in-clean",
                  "Our drop-in on " + job.settings.host.text +
                      " was edited by somebody; it is not overwritten. Undo the edit, then retry.");
}

/// A pin that comes from any file but ours belongs to the operator.
Trouble refuse_foreign_pin(Job& job, const DropIn& drop_in) {
  if (std::any_of(drop_in.settings.begin(), drop_in.settings.end(), is_pin)) return {};
  const auto pin = job.host.config.effective("DEFAULT", kPinKey);
  if (!pin) return job.unreadable("The configuration", pin.error());
  if (!pin->has_value()) return {};
  return job.fail("preflight.no-pin", "The operator's own files on " + job.settings.host.text +
                                          " set " + kPinKey + " = " + **pin +
                                          "; remove that first.");
}

Trouble write_settings(Job& job, const Settings& settings) {
  job.changed = true;
  if (const auto written = job.host.config.write(settings); !written)
    return job.trouble("READING_FAILED",
                       "Our drop-in on " + job.settings.host.text +
                           " cannot be written: " + written.error().message,
                       true);
  return {};
}

/// The pin stays what it is: processes that have read it need no restart for this.
Trouble write_window(Job& job, const Settings& settings) {
  if (const auto noted = changing_window(job.host); !noted)
    return job.unreadable("The note of the window", noted.error());
  return write_settings(job, settings);
}

Trouble finish_window(Job& job) {
  if (const auto noted = changed_window(job.host); !noted)
    return job.unreadable("The note of the window", noted.error());
  return {};
}

Trouble write_wanted(Job& job, const DropIn& there, const Settings& wanted) {
  if (there.settings == wanted) return finish_window(job);
  const bool pinned_so = std::find(there.settings.begin(), there.settings.end(), wanted.front()) !=
                         there.settings.end();
  if (!pinned_so) return write_settings(job, wanted);
  if (Trouble failed = write_window(job, wanted)) return failed;
  return finish_window(job);
}

Trouble prove_written(Job& job, const Settings& settings) {
  constexpr const char* kId = "pin.read-back";
  const auto drop_in = job.host.config.read();
  if (!drop_in) return job.unreadable("Our drop-in", drop_in.error());
  if (drop_in->settings != settings || drop_in->foreign_edit)
    return job.fail(
        kId, "Our drop-in on " + job.settings.host.text + " does not read back as it was written.");
  for (const ports::Setting& each : settings) {
    const auto value = job.host.config.effective(each.section, each.key);
    if (!value) return job.unreadable("The configuration", value.error());
    if (*value == each.value) continue;
    return job.fail(kId, "[" + each.section + "]" + each.key + " on " + job.settings.host.text +
                             " is " + value->value_or("unset") + ", not " + each.value +
                             ": another file overrules ours.");
  }
  job.ok(kId, "The pin " + core::to_string(job.args.from) + " and the window read back.");
  return {};
}

/// The service manager must not kill a conductor before its own grace is over.
Trouble open_window(Job& job, const std::string& name) {
  const auto enough = [&](base::Duration limit) {
    return limit == base::Duration{0} || limit >= job.args.window_drain + kKillMargin;
  };
  const auto before = job.host.services.status(name);
  if (!before) return job.unreadable("The state of a service", before.error());
  if (!enough(before->stop_limit)) {
    job.changed = true;
    const auto set = job.host.services.set_window(name, job.args.window_drain + kKillMargin);
    if (!set) return job.fail("pin.window", set.error().message, true);
  }
  const auto after = job.host.services.status(name);
  if (!after) return job.unreadable("The state of a service", after.error());
  if (!enough(after->stop_limit))
    return job.fail("pin.window", "The service manager still kills " + name + " on " +
                                      job.settings.host.text + " after " +
                                      base::format_duration(after->stop_limit) + ".");
  job.ok("pin.window", name + " may take its time to stop.");
  return {};
}

Trouble close_window(Job& job, const std::string& name) {
  if (const auto cleared = job.host.services.clear_window(name); !cleared)
    return job.fail("verify.no-temporary-settings",
                    "The window of " + name + " on " + job.settings.host.text +
                        " cannot be removed: " + cleared.error().message,
                    true);
  return {};
}

/// Processes keep what they read at their start; that does no harm, but a person should know.
std::string still_with_window(Job& job) {
  std::string names;
  const auto config = job.host.config.changed_at();
  for (const ServiceSettings& each : job.settings.services) {
    const auto status = job.host.services.status(each.service.name);
    if (!config || !status || !status->main || started_after(*status->main, *config)) continue;
    names += (names.empty() ? "" : ", ") + each.service.name;
  }
  return names.empty() ? std::string()
                       : " " + names + " keeps the window's timeouts until its next restart.";
}

}  // namespace

Trouble pin(Job& job) {
  const auto drop_in = job.host.config.read();
  if (!drop_in) return job.unreadable("Our drop-in", drop_in.error());
  if (Trouble edited = refuse_edited(job, *drop_in)) return edited;
  if (Trouble foreign = refuse_foreign_pin(job, *drop_in)) return foreign;
  const auto ring_wait = longer_ring_wait(job, *drop_in);
  if (!ring_wait) return job.unreadable("The configuration", ring_wait.error());
  const Settings wanted = wanted_settings(job, *ring_wait);
  if (Trouble failed = write_wanted(job, *drop_in, wanted)) return failed;
  if (Trouble failed = prove_written(job, wanted)) return failed;
  if (job.args.window_drain == base::Duration{0}) return {};
  for (const ServiceSettings& each : job.settings.services)
    if (is_drained(job, each))
      if (Trouble failed = open_window(job, each.service.name)) return failed;
  return {};
}

Trouble unpin(Job& job) {
  if (Trouble wrong = prove_installed(job, job.args.to)) return wrong;
  const auto drop_in = job.host.config.read();
  if (!drop_in) return job.unreadable("Our drop-in", drop_in.error());
  if (Trouble edited = refuse_edited(job, *drop_in)) return edited;
  Settings rest = drop_in->settings;
  std::erase_if(rest, is_pin);
  if (rest != drop_in->settings)
    if (Trouble failed = write_settings(job, rest)) return failed;
  const auto pin = job.host.config.effective("DEFAULT", kPinKey);
  if (!pin) return job.unreadable("The configuration", pin.error());
  if (pin->has_value())
    return job.fail("unpin.read-back", "Another file on " + job.settings.host.text +
                                           " still sets " + kPinKey + " = " + **pin +
                                           "; remove it, then retry.");
  job.ok("unpin.read-back", "No pin is set any more.");
  return {};
}

Trouble restore(Job& job) {
  constexpr const char* kId = "verify.no-temporary-settings";
  const auto drop_in = job.host.config.read();
  if (!drop_in) return job.unreadable("Our drop-in", drop_in.error());
  if (Trouble edited = refuse_edited(job, *drop_in)) return edited;
  if (std::any_of(drop_in->settings.begin(), drop_in->settings.end(), is_pin))
    return job.fail("unpin.read-back", "The pin is still in our drop-in on " +
                                           job.settings.host.text +
                                           "; it leaves only by the unpin phase.");
  if (drop_in->present)
    if (Trouble failed = write_window(job, {})) return failed;
  if (Trouble failed = finish_window(job)) return failed;
  for (const ServiceSettings& each : job.settings.services)
    if (is_drained(job, each))
      if (Trouble failed = close_window(job, each.service.name)) return failed;
  if (Trouble failed = finish_install(job, kId)) return failed;
  const auto after = job.host.config.read();
  if (!after) return job.unreadable("Our drop-in", after.error());
  if (after->present)
    return job.fail(kId, "Our drop-in is still there on " + job.settings.host.text + ".", true);
  job.ok(kId, "Nothing of ours is left." + still_with_window(job));
  return {};
}

}  // namespace rollmill::agent
