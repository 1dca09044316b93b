#include <algorithm>

#include "sim/ironic/tools.h"

namespace rollmill::sim {
namespace {

using base::Error;
using base::ErrorCode;
using base::success;

constexpr base::Duration kRise = std::chrono::seconds{2};
constexpr base::Duration kFall = std::chrono::seconds{3};
constexpr std::int64_t kLongestRequest = 3000;

base::Status answer(Refusal refusal) {
  if (refusal == Refusal::None) return success();
  return refusal_error(refusal);
}

bool checked_up(const Site& site, const Daemon& api) {
  if (site.ironic.answers(api)) return site.time.now() >= api.process->ready_at + kRise;
  const bool starting = api.process && !api.stopping;
  return !starting && site.time.now() < api.silent_since + kFall;
}

}  // namespace

Balancer::Balancer(Site& site, Services& services, Keeper& keeper, std::size_t place)
    : site_(site),
      services_(services),
      keeper_(keeper),
      random_(site.random.fork("balancer", place)) {}

bool Balancer::in_rotation(const Site& site, const Daemon& api) {
  return !api.drained && checked_up(site, api);
}

Daemon* Balancer::find(const std::string& service) const {
  for (Daemon& daemon : services_.daemons())
    if (daemon.service.name == service) return &daemon;
  return nullptr;
}

base::Status Balancer::reachable() const {
  if (site_.time.now() >= site_.balancer_back_at) return success();
  return Error{ErrorCode::Unavailable, "HAProxy's socket does not answer"};
}

base::Result<ports::BalancerDriver::State> Balancer::state(const std::string& service) {
  if (const auto there = reachable(); !there) return there.error();
  const Daemon* api = find(service);
  if (api == nullptr) return Error{ErrorCode::NotFound, "HAProxy has no server " + service};
  const bool up = checked_up(site_, *api);
  State state;
  state.serving = !api->drained && up;
  state.connections = api->drained && site_.time.now() < api->quiet_at ? 1 : 0;
  state.text = !up ? "DOWN" : api->drained ? "DRAIN" : "UP";
  return state;
}

/// With all others out by our hand, too, clients get no answer at all.
base::Status Balancer::take_out(const std::string& service) {
  if (const auto there = reachable(); !there) return there;
  Daemon* api = find(service);
  if (api == nullptr) return Error{ErrorCode::NotFound, "HAProxy has no server " + service};
  if (api->drained) return success();
  const Effect effect = keeper_.begin(Deed::TakeOut, ReleaseId::R35, subject());
  api->drained = true;
  api->quiet_at = site_.time.now() + base::Duration{random_.between(0, kLongestRequest)};
  const auto& apis = site_.ironic.apis;
  const bool all_ours =
      std::all_of(apis.begin(), apis.end(), [](const Daemon* each) { return each->drained; });
  if (all_ours && apis.size() > 1)
    site_.promises.list_failed("the balancer has no server left, all were taken out");
  site_.promises.goes_down(*api);
  site_.announce(effect, Moment::After);
  return success();
}

base::Status Balancer::put_in(const std::string& service) {
  if (const auto there = reachable(); !there) return there;
  Daemon* api = find(service);
  if (api == nullptr) return Error{ErrorCode::NotFound, "HAProxy has no server " + service};
  if (!api->drained) return success();
  const Effect effect = keeper_.begin(Deed::PutIn, ReleaseId::R35, subject());
  const bool too_early = api->process && api->process->works && !api->stopping &&
                         api->process->origin == Origin::Agent && !site_.ironic.answers(*api);
  if (too_early) site_.promises.list_failed("a server is put back before it answers");
  api->drained = false;
  if (site_.ironic.answers(*api)) site_.promises.comes_up(*api);
  site_.announce(effect, Moment::After);
  return success();
}

const Daemon* pick_api(const Site& site, Random& random) {
  const auto& apis = site.ironic.apis;
  if (apis.empty()) return nullptr;
  const std::size_t first = random.below(apis.size());
  for (std::size_t i = 0; i < apis.size(); ++i) {
    const Daemon* api = apis[(first + i) % apis.size()];
    if (!site.layout.balancer || Balancer::in_rotation(site, *api)) return api;
  }
  return nullptr;
}

ApiClient::ApiClient(Site& site, const Daemon* own, std::size_t place)
    : site_(site), own_(own), random_(site.random.fork(own == nullptr ? "api" : "own", place)) {}

const Daemon* ApiClient::ask() {
  if (site_.api_delay > base::Duration{0}) site_.rest_until(site_.time.now() + site_.api_delay);
  const Daemon* api = own_ != nullptr ? own_ : pick_api(site_, random_);
  return api != nullptr && site_.ironic.answers(*api) ? api : nullptr;
}

base::Result<ports::IronicApi::Versions> ApiClient::versions() {
  const Daemon* api = ask();
  if (api == nullptr) return refusal_error(Refusal::Silent);
  if (site_.ironic.list(*api) == Refusal::Swallowed) return refusal_error(Refusal::Swallowed);
  return Versions{"1.1", site_.ironic.max_microversion(*api)};
}

base::Result<std::vector<ports::IronicApi::Conductor>> ApiClient::conductors() {
  const Daemon* api = ask();
  if (api == nullptr) return refusal_error(Refusal::Silent);
  const Refusal refusal = site_.ironic.list_conductors(*api);
  if (refusal != Refusal::None) return refusal_error(refusal);
  return site_.ironic.show_conductors(*api);
}

base::Result<std::vector<ports::IronicApi::Node>> ApiClient::nodes() {
  const Daemon* api = ask();
  if (api == nullptr) return refusal_error(Refusal::Silent);
  const Refusal refusal = site_.ironic.list(*api);
  if (refusal != Refusal::None) return refusal_error(refusal);
  return site_.ironic.show_nodes(*api);
}

base::Status ApiClient::list_once() {
  const Daemon* api = ask();
  return answer(api == nullptr ? Refusal::Silent : site_.ironic.list(*api));
}

base::Status ApiClient::round_trip(const std::string& uuid) {
  const Daemon* api = ask();
  if (api == nullptr) return answer(Refusal::Silent);
  for (const sim::Node& node : site_.ironic.nodes)
    if (node.uuid == uuid) return answer(site_.ironic.call(*api, node, Call::Read));
  return Error{ErrorCode::NotFound, "404: there is no node " + uuid};
}

base::Status ApiClient::driver_round_trip(const std::string& driver) {
  (void)driver;
  const Daemon* api = ask();
  return answer(api == nullptr ? Refusal::Silent : site_.ironic.call_any(*api));
}

/// 406 above the maximum (IRONIC.md 6, "Microversions").
base::Result<int> ApiClient::status_at(const std::string& microversion) {
  const Daemon* api = ask();
  if (api == nullptr) return refusal_error(Refusal::Silent);
  const auto wanted = core::parse_release_number(microversion);
  const auto most = core::parse_release_number(site_.ironic.max_microversion(*api));
  return wanted && most && *wanted <= *most ? 200 : 406;
}

}  // namespace rollmill::sim
