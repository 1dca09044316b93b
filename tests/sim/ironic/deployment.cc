#include "sim/ironic/deployment.h"

#include <algorithm>
#include <utility>

#include "sim/ironic/site.h"
#include "sim/ironic/traffic.h"

namespace rollmill::sim {

Deployment::Deployment(Scheduler& time, const Random& seed, Layout layout)
    : site_(std::make_unique<Site>(time, seed, std::move(layout))) {
  for (std::size_t i = 0; i < site_->layout.fleet.hosts.size(); ++i)
    hosts_.push_back(std::make_unique<Host>(*site_, i));
  traffic_ = std::make_unique<Traffic>(*site_);
}

Deployment::~Deployment() = default;

Host* Deployment::find(const std::string& name) {
  for (const auto& host : hosts_)
    if (host->name() == name) return host.get();
  return nullptr;
}

void Deployment::on_effect(EffectHook hook) { site_->hook = std::move(hook); }
const std::vector<Effect>& Deployment::effects() const { return site_->effects; }
void Deployment::approved(bool is) { site_->promises.approved(is); }

const std::vector<std::string>& Deployment::broken_promises() const {
  return site_->promises.broken();
}

std::vector<std::string> Deployment::broken_at_rest() const {
  std::vector<std::string> broken;
  for (const auto& host : hosts_)
    if (host->has_drop_in() && !site_->promises.is_left_out(host->place()) &&
        !site_->promises.is_vouched_for(host->place()))
      broken.push_back("10: " + host->name() + " keeps a drop-in of ours");
  return broken;
}

bool Deployment::healthy() const {
  return !site_->ironic.database.half_expanded() &&
         std::all_of(hosts_.begin(), hosts_.end(),
                     [](const auto& host) { return host->healthy(); });
}

/// A host without power is not ours to judge.
bool Deployment::is_off(const Daemon& daemon) const { return hosts_[daemon.host]->is_off(); }

bool Deployment::all_on(const core::ReleaseNumber& release, bool pinned) const {
  const auto id = release_id(release);
  return id && std::all_of(site_->daemons.begin(), site_->daemons.end(), [&](const Daemon* each) {
           if (is_off(*each)) return true;
           return each->process && each->process->release == *id && each->process->pinned == pinned;
         });
}

bool Deployment::any_drained() const {
  return std::any_of(site_->daemons.begin(), site_->daemons.end(),
                     [&](const Daemon* each) { return each->drained && !is_off(*each); });
}

bool Deployment::all_on_release(const core::ReleaseNumber& release,
                                const std::vector<bool>& except) const {
  const auto id = release_id(release);
  return id && std::all_of(site_->daemons.begin(), site_->daemons.end(), [&](const Daemon* each) {
           if (is_off(*each) || (each->host < except.size() && except[each->host])) return true;
           // One that was attested may die by itself in the moment before all is over.
           const bool died = each->failed || each->restarts > 0;
           return each->process ? each->process->release == *id : died;
         });
}

void Deployment::left_out(std::size_t place, bool is) { site_->promises.left_out(place, is); }

void Deployment::vouched_for(std::size_t place) { site_->promises.vouched_for(place); }

const TrafficCount& Deployment::traffic() const { return traffic_->count(); }

bool Deployment::answers_list() const {
  Random random = site_->random.fork(
      "prober", static_cast<std::uint64_t>(site_->time.now().time_since_epoch().count()));
  return traffic_->list(random) == Refusal::None;
}

void Deployment::silence_balancer(base::Duration takes) {
  site_->balancer_back_at = site_->time.now() + takes;
}

void Deployment::silence_database(base::Duration takes) {
  site_->database_back_at = site_->time.now() + takes;
}

void Deployment::slow_api(base::Duration delay) { site_->api_delay = delay; }
void Deployment::enable_healthcheck(bool enabled) { site_->ironic.healthcheck_enabled = enabled; }

std::string Deployment::describe() const {
  std::string text;
  for (const auto& host : hosts_) text += host->describe() + "\n";
  return text;
}

}  // namespace rollmill::sim
