#include "sim/faults/faults.h"

#include <utility>

#include "sim/people/people.h"
#include "sim/world/world.h"

namespace rollmill::sim {
namespace {

/// Takes what is planned for this count.
std::vector<Fault> take(std::multimap<std::uint32_t, Fault>& planned, std::uint32_t count) {
  std::vector<Fault> due;
  const auto end = planned.upper_bound(count);
  for (auto each = planned.begin(); each != end; ++each) due.push_back(each->second);
  planned.erase(planned.begin(), end);
  return due;
}

/// Happens at the append itself.
bool is_fate(FaultKind kind) {
  return kind == FaultKind::KillController || kind == FaultKind::AppendFails ||
         kind == FaultKind::SlowDisk;
}

bool is_upgrade(const ports::Record& record) { return record.stream.starts_with("upgrades/"); }

}  // namespace

Faults::Faults(World& world) : world_(world) {
  for (const Fault& fault : world.scenario().faults) {
    auto& planned = fault.kind == FaultKind::KillAgent ? by_effect_ : by_append_;
    planned.emplace(fault.when, fault);
  }
}

AppendOrder Faults::append(const ControllerNode& node, const std::vector<ports::Record>& records) {
  if (&node != &world_.controller() || records.empty() || !is_upgrade(records.front())) return {};
  for (const Fault& fault : take(by_append_, appends_++)) {
    world_.coverage().add(std::string("fault/") + to_string(fault.kind));
    if (world_.traced()) world_.trace("fault " + to_string(fault));
    if (is_fate(fault.kind)) {
      fates_.push_back(fault);
    } else {
      world_.time().after(base::Duration{fault.delay}, [this, fault] { begin(fault); });
    }
  }
  return controller_fate();
}

AppendOrder Faults::controller_fate() {
  AppendOrder order;
  for (const Fault& fault : std::exchange(fates_, {})) {
    if (fault.kind == FaultKind::SlowDisk) {
      slow_appends_ += static_cast<std::uint32_t>(fault.amount);
    } else if (fault.kind == FaultKind::KillController) {
      order.fate = fault.variant == 0 ? AppendFate::KilledBefore : AppendFate::KilledAfter;
    } else {
      order.fate = fault.variant == 0 ? AppendFate::Refused : AppendFate::RefusedLate;
    }
  }
  if (slow_appends_ > 0) {
    --slow_appends_;
    order.slow = base::Duration{2500};
  }
  return order;
}

AppendOrder Faults::agent_append(std::size_t host) {
  const auto found = next_agent_append_.find(host);
  if (found == next_agent_append_.end()) return {};
  const AppendFate fate = found->second;
  next_agent_append_.erase(found);
  return {fate, {}};
}

void Faults::effect(std::size_t host, Moment moment) {
  if (moment == Moment::Before) {
    for (const Fault& fault : take(by_effect_, effects_++)) {
      world_.coverage().add(std::string("fault/") + to_string(fault.kind));
      if (world_.traced()) world_.trace("fault " + to_string(fault));
      killed_at_[host] = static_cast<Moment>(fault.variant);
    }
  }
  const auto found = killed_at_.find(host);
  if (found == killed_at_.end() || moment < found->second) return;
  killed_at_.erase(found);
  world_.agent(host).kill();
}

void Faults::begin(const Fault& fault) {
  if (world_.traced()) world_.trace(std::string("begins: ") + to_string(fault.kind));
  if (begin_program_fault(fault) || begin_network_fault(fault) || begin_host_fault(fault)) return;
  world_.people().do_deed(fault);
}

bool Faults::begin_program_fault(const Fault& fault) {
  const auto is = [&](FaultKind kind) { return fault.kind == kind; };
  if (is(FaultKind::FreezeController)) {
    freeze(world_.controller(), base::Duration{fault.amount});
  } else if (is(FaultKind::ReplaceController)) {
    replace_controller(fault);
  } else if (is(FaultKind::KillAgentNow)) {
    world_.agent(fault.host).kill();
  } else if (is(FaultKind::AgentAppend)) {
    next_agent_append_.emplace(fault.host, static_cast<AppendFate>(fault.variant + 1));
  } else {
    return false;
  }
  return true;
}

/// A controller that stands says nothing: in time its agents give it up.
void Faults::freeze(ControllerNode& node, base::Duration lasts) {
  if (!node.up()) return;
  node.freeze(lasts);
  world_.network().gateway_stands(*node.gateway(), lasts);
}

/// With one journal the old one stands still while another takes its place; then it wakes and does
/// not know, and after a while somebody ends it. With a copy the old one is gone for good, as
/// docs/operating.md wants it: of two that write their own journals nobody could tell who is right.
void Faults::replace_controller(const Fault& fault) {
  ControllerNode& old = world_.controller();
  if (!old.up()) return;
  const bool copied = fault.variant != 0;
  if (!copied) freeze(old, base::Duration{fault.amount});
  ControllerNode& next =
      world_.add_controller(copied ? std::make_shared<Disk>(*old.disk()) : old.disk());
  const base::Duration until_end = base::Duration{fault.amount} + std::chrono::minutes{2};
  if (copied) old.kill();
  if (!copied) world_.time().after(until_end, [&old] { old.kill(); });
  next.boot();
  // Some agents lose the old one at once, the others when they notice or when it wakes.
  for (std::size_t i = 0; i < world_.hosts(); ++i) {
    if ((i + fault.host) % 3 != 0) world_.network().cut(world_.agent(i).name());
  }
  world_.time().after(base::Duration{fault.amount} + std::chrono::seconds{1},
                      [this, &old, host = fault.host] { lead_back(old, host); });
}

/// Some agents still have the address of a controller that has woken after its place was taken.
void Faults::lead_back(ControllerNode& old, std::uint32_t host) {
  if (!old.up()) return;
  for (std::size_t i = 0; i < world_.hosts(); ++i) {
    if ((i + host) % 3 != 1) continue;
    world_.network().send_to(world_.agent(i).name(), old.gateway());
    world_.network().cut(world_.agent(i).name());
  }
}

void Faults::reboot(std::size_t host, base::Duration takes) {
  world_.agent(host).kill(true);
  world_.deployment().host(host).reboot(takes);
}

bool Faults::begin_host_fault(const Fault& fault) {
  Host& host = world_.deployment().host(fault.host);
  const auto is = [&](FaultKind kind) { return fault.kind == kind; };
  const base::Duration lasts{fault.amount};
  const auto times = static_cast<std::uint32_t>(fault.amount);
  if (is(FaultKind::Reboot) || is(FaultKind::LostHost)) return reboot(fault.host, lasts), true;
  if (is(FaultKind::InstallFails)) return host.fail_install(times), true;
  if (is(FaultKind::InstallCut)) return host.interrupt_install(), true;
  if (is(FaultKind::NeverRegisters)) return host.break_service(), true;
  if (is(FaultKind::DiesAfterStart)) {
    return host.die_after_start(std::chrono::seconds{3}, times), true;
  }
  if (is(FaultKind::WrongPin)) {
    return host.set_operator_pin(fault.variant == 0 ? "29.0" : "35.0"), true;
  }
  if (is(FaultKind::ForeignEdit)) return (void)host.edit_drop_in(fault.variant == 1), true;
  if (is(FaultKind::FrozenHeartbeat)) return host.freeze_heartbeat(), true;
  if (is(FaultKind::BusyNode)) return (void)host.keep_busy(lasts), true;
  if (is(FaultKind::DiskFull)) return host.fill_disk(), true;
  if (is(FaultKind::HalfMigration)) return host.cut_migration(), true;
  if (is(FaultKind::SilentBalancer)) return world_.deployment().silence_balancer(lasts), true;
  if (is(FaultKind::SilentDatabase)) return world_.deployment().silence_database(lasts), true;
  if (is(FaultKind::SlowApi)) return world_.deployment().slow_api(lasts), true;
  if (!is(FaultKind::ClockJump)) return false;
  if (fault.variant == 0) host.shift_clock(lasts);
  if (fault.variant == 1) world_.controller().set_clock(lasts);
  return true;
}

bool Faults::begin_network_fault(const Fault& fault) {
  const base::HostName& name = world_.agent(fault.host).name();
  const auto is = [&](FaultKind kind) { return fault.kind == kind; };
  Weather& weather = world_.network().weather(name);
  base::Duration lasts = std::chrono::minutes{10};
  if (is(FaultKind::Cut)) {
    world_.network().cut(name);
    return true;
  }
  if (is(FaultKind::Slow)) {
    weather.slow_most = base::Duration{fault.amount};
  } else if (is(FaultKind::Twice)) {
    weather.twice = static_cast<std::uint32_t>(fault.amount);
  } else if (is(FaultKind::Overtaken)) {
    weather.late = static_cast<std::uint32_t>(fault.amount);
    weather.slow_most = std::chrono::seconds{5};
  } else if (is(FaultKind::Partition)) {
    weather.no_way_up = fault.variant != 2;
    weather.no_way_down = fault.variant != 1;
    lasts = base::Duration{fault.amount};
  } else {
    return false;
  }
  world_.network().weather_changed(name);
  world_.time().after(lasts, [this, name] {
    world_.network().weather(name) = Weather{};
    world_.network().weather_changed(name);
  });
  return true;
}

}  // namespace rollmill::sim
