#include "core/fleet_reading.h"

#include <algorithm>
#include <set>

namespace rollmill::core {
namespace {

bool has_pin(const HostFacts& facts, const std::string& service) {
  return std::any_of(facts.services.begin(), facts.services.end(), [&](const ServiceFacts& one) {
    return one.service == service && !one.pin.empty();
  });
}

/// Reads one fleet, service by service; the members are what has been seen so far.
class Reader {
 public:
  explicit Reader(const PlanRequest& request) : request_(request) {}

  FleetReading read() {
    for (const Host& host : request_.fleet.hosts) read_host(host);
    // Where none runs unpinned any more, only the journal tells that one did and saved new rows.
    reading_.any_unpinned = reading_.any_unpinned || (request_.went_from && any_new_);
    decide_from();
    for (const std::string& name : stopped_) {
      note(name + (reading_.any_unpinned ? " is not running; its turn will start it"
                                         : " is not running; start it, or preflight will refuse"));
    }
    // Where nothing is old, pinned or ours, nobody has a pin.
    if (reading_.any_old || reading_.any_pinned) {
      for (std::string& each : unclear_) problem(std::move(each));
    }
    if (reading_.any_unpinned && reading_.any_old && unclear_.empty()) refuse_old_beside_unpinned();
    return std::move(reading_);
  }

 private:
  void problem(std::string text) { reading_.problems.push_back(std::move(text)); }

  void refuse_old_beside_unpinned() {
    const std::string to = to_string(request_.to);
    if (!unpinned_name_.empty()) {
      return problem("services of " + to + " run unpinned beside old ones (" + unpinned_name_ +
                     "): rows of the new version may have been saved already; pin them or go on "
                     "by hand");
    }
    problem(
        "the upgrade that was aborted had passed its point of no return, and some hosts are of " +
        to +
        ", others of the old release: rows that the old one cannot read may have been "
        "saved. Bring all hosts to " +
        to +
        " by hand; or put the database backup back and all "
        "hosts to the old release, then plan again");
  }

  void read_host(const Host& host) {
    const auto found = request_.facts.find(host.name);
    if (found == request_.facts.end()) {
      problem(host.name.text +
              ": no agent has reported from this host; start rollmill-agent there "
              "or take the host out of the fleet file");
      reading_.services.resize(reading_.services.size() + host.services.size());
      return;
    }
    check_shared_code(host, found->second);
    for (const Service& service : host.services) {
      reading_.services.push_back(
          {read_standing(host, service, found->second),
           find_running(found->second, service.name) != nullptr,
           absence_of(ironic_profile(), service, found->second),
           is_away(ironic_profile(), service, found->second, false),
           parse_release_number(found->second.installed_release) == request_.to,
           has_pin(found->second, service.name)});
    }
  }

  /// In-place packages replace the code under every service of the host at once.
  void check_shared_code(const Host& host, const HostFacts& facts) {
    const bool side_by_side = detail(facts, "release.side_by_side") == "yes";
    if (host.schema && !host.services.empty()) {
      problem(host.name.text +
              ": the schema host must run no service of its own, because the new "
              "release is installed there first; name another host in the fleet file");
    } else if (host.services.size() > 1 && !side_by_side) {
      problem(host.name.text +
              ": runs several services, and its packages replace the code under "
              "all of them at once; use one service a host or a side-by-side release");
    }
  }

  Standing read_standing(const Host& host, const Service& service, const HostFacts& facts) {
    const std::string name = name_service(host, service);
    const ServiceFacts* seen = find_running(facts, service.name);
    if (seen == nullptr) {
      stopped_.push_back(name);
      const bool is_new = parse_release_number(facts.installed_release) == request_.to;
      (is_new ? any_new_ : reading_.any_old) = true;
      return Standing::Old;
    }
    const std::optional<ReleaseNumber> release = parse_release_number(seen->release);
    if (!release) {
      problem(name +
              ": cannot tell which release the running process is of, its files changed "
              "after it started; restart it, then plan again");
      return Standing::Old;
    }
    return *release == request_.to ? read_new(name, *seen, facts) : read_old(name, *release);
  }

  Standing read_old(const std::string& name, const ReleaseNumber& release) {
    olds_.try_emplace(release, name);
    reading_.any_old = true;
    return Standing::Old;
  }

  Standing read_new(const std::string& name, const ServiceFacts& seen, const HostFacts& facts) {
    const std::string to = to_string(request_.to);
    any_new_ = true;
    // A pin that came or went after the start says nothing about the process.
    if (seen.config_newer_than_process) {
      const std::string drop_in = detail(facts, "config.drop_in");
      unclear_.push_back(name + tell_unclear_pin(seen, drop_in));
      reading_.any_pinned = reading_.any_pinned || (!drop_in.empty() && drop_in != "none");
    }
    if (seen.pin.empty()) {
      unpinned_name_ = name;
      reading_.any_unpinned = true;
      return Standing::NewUnpinned;
    }
    const std::optional<ReleaseNumber> pin = parse_release_number(seen.pin);
    if (pin) pins_.try_emplace(*pin, name);
    note(name + " is of " + to + " already, pinned to " + seen.pin + "; it is not upgraded again");
    reading_.any_pinned = true;
    return Standing::NewPinned;
  }

  void note(std::string text) { reading_.notes.push_back(std::move(text)); }

  /// A is what the old services run; where none is left, what the new ones are pinned to.
  void decide_from() {
    std::map<ReleaseNumber, std::string>& seen = olds_.empty() ? pins_ : olds_;
    if (seen.empty() && reading_.any_unpinned && !reading_.any_old && request_.went_from) {
      reading_.from = *request_.went_from;
      return;
    }
    if (seen.size() == 1) {
      reading_.from = seen.begin()->first;
      check_pins_agree();
      return;
    }
    if (!reading_.problems.empty()) return;
    if (seen.empty()) {
      problem(!reading_.any_unpinned || reading_.any_old
                  ? "no service runs, so the old release is unknown; start the services first"
              : stopped_.empty()
                  ? "nothing to do: every service runs " + to_string(request_.to) + ", unpinned"
                  : "every service that runs is of " + to_string(request_.to) +
                        " and unpinned, so the old release is unknown; " + stopped_.front() +
                        " does not run: start it");
      return;
    }
    std::string list;
    for (const auto& [release, name] : seen) {
      list += (list.empty() ? "" : ", ") + to_string(release) + " on " + name;
    }
    problem("services of several old releases run (" + list + "); bring them to one release first");
  }

  void check_pins_agree() {
    for (const auto& [pin, name] : pins_) {
      if (pin == reading_.from) continue;
      problem(name + " is pinned to " + to_string(pin) + ", but the old release is " +
              to_string(reading_.from) + "; correct the pin, restart it, then plan again");
    }
  }

  const PlanRequest& request_;
  FleetReading reading_;
  std::map<ReleaseNumber, std::string> olds_;  ///< Old release -> a service that runs it.
  std::map<ReleaseNumber, std::string> pins_;  ///< Pin of a new service -> its name.
  std::vector<std::string> stopped_;
  std::string unpinned_name_;
  bool any_new_ = false;              ///< Some service is of B, or would be.
  std::vector<std::string> unclear_;  ///< Services that may be pinned or not, and what to do.
};

}  // namespace

std::string tell_unclear_pin(const ServiceFacts& seen, const std::string& drop_in) {
  const std::string what =
      ": cannot tell whether it runs pinned, its configuration changed after it started; ";
  if (drop_in == "edited") {
    return what +
           "undo the edit of our drop-in there, and before that neither remove the file nor "
           "restart the service: without its pin it saves rows of the new version";
  }
  if (seen.pin.empty()) {
    return what +
           "no file has its pin now: put [DEFAULT] pin_release_version with the old release "
           "back, then restart it, then look again. Restarted without it, it saves rows "
           "of the new version";
  }
  return what + "restart it, then look again";
}

const ServiceFacts* find_running(const HostFacts& facts, const std::string& service) {
  const auto found = std::find_if(facts.services.begin(), facts.services.end(),
                                  [&](const ServiceFacts& one) { return one.service == service; });
  return found == facts.services.end() || !found->running ? nullptr : &*found;
}

bool is_away(const Profile& profile, const Service& service, const HostFacts& facts, bool charged) {
  if (find_running(facts, service.name) == nullptr) return true;
  if (!serves_api(profile, service.role)) return false;
  const bool unread = !detail(facts, "unread.balancer").empty();
  return detail(facts, "balancer.serving") == "no" || (unread && charged);
}

Absence absence_of(const Profile& profile, const Service& service, const HostFacts& facts) {
  const std::string state = detail(facts, "balancer.state");
  const bool out = state.rfind("DRAIN", 0) == 0 || state.rfind("MAINT", 0) == 0;
  if (out && serves_api(profile, service.role)) return Absence::TakenOut;
  return find_running(facts, service.name) == nullptr ? Absence::Stopped : Absence::Passing;
}

std::string detail(const HostFacts& facts, const std::string& key) {
  const auto found = facts.details.find(key);
  return found == facts.details.end() ? std::string{} : found->second;
}

std::string name_service(const Host& host, const Service& service) {
  return host.name.text + " (" + service.name + ")";
}

FleetReading read_fleet(const PlanRequest& request) { return Reader(request).read(); }

}  // namespace rollmill::core
